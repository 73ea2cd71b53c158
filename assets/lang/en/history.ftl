# The settings' section of the history.

history-title = History

history-figures = What there is
history-counting = Counting…
history-entries = Messages and calls
history-oldest = The oldest
history-size = Size of the file
history-kilobytes = { $size } kB
history-megabytes = { $size } MB
history-gigabytes = { $size } GB

history-whom = Whom it is about
history-everybody = Everybody
history-one = One person
history-who = A name or an address
history-nobody = No conversation matches.
history-choose = Choose a person above first.

history-export = Write it into a file
history-export-hint = One entry a line, as JSON, the oldest first. The file is not protected: whoever has it can read it.
history-export-act = Write the file
history-exported = { $count ->
        [one] One entry is in { $path }.
       *[other] { $count } entries are in { $path }.
    }

history-delete = Delete
history-delete-hint = You are shown what would go before anything does.
history-any-age = Any age
history-month = Older than a month
history-quarter = Older than 3 months
history-year = Older than a year
history-delete-ask = Delete…
history-question-all = { $count ->
        [one] Delete everything: one message or call?
       *[other] Delete everything: { $count } messages and calls?
    }
history-question-before = { $count ->
        [one] Delete everything from before { $day }: one message or call?
       *[other] Delete everything from before { $day }: { $count } messages and calls?
    }
history-question-with = { $count ->
        [one] Delete everything with { $name }: one message or call?
       *[other] Delete everything with { $name }: { $count } messages and calls?
    }
history-question-with-before = { $count ->
        [one] Delete everything with { $name } from before { $day }: one message or call?
       *[other] Delete everything with { $name } from before { $day }: { $count } messages and calls?
    }
history-waiting = { $count ->
        [one] One message still waits to be sent, and stays.
       *[other] { $count } messages still wait to be sent, and stay.
    }
history-for-good = It is gone for good from this computer. Others keep what they have.
history-delete-act = Delete
history-keep = Keep
history-nothing = There is nothing of that to delete.
history-well = All right
history-deleted = { $count ->
        [one] One entry is gone.
       *[other] { $count } entries are gone.
    }
