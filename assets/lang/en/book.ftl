# The list
book-title = Address book
book-new = New person
book-from-file = From a file…
book-copy = Copy as vCard
book-copied = Everybody is on the clipboard, as vCards.
book-search = Search by name or number
book-nobody = Nobody yet
book-nobody-words = Add a person, or take in a file of vCards that another program wrote.
book-nothing = Nothing found
book-nothing-words = No name, address or number matches.
book-no-number = No number
book-numbers = { $count ->
        [one] { $count } number
       *[other] { $count } numbers
    }

# A file
book-file = People from a file
book-file-hint = A file of vCards (.vcf), as other address books write them. Nothing that you have is taken away.
book-path = The file, such as /home/alice/people.vcf
book-look = Show what it would add
book-taken-in = Taken in.
book-nothing-new = There is nothing new in it.
book-take-in = Take it in
book-more = { $count ->
        [one] And { $count } more.
       *[other] And { $count } more.
    }
book-new-count = New · { $count }
book-changed-count = Changed · { $count }
book-left-out-count = Left out · { $count }
book-same = { $count } of its cards you have already.

# The form
book-bad-jid = “{ $typed }” is no chat address: it looks like name@example.com.
book-change-title = Change a person
book-form-hint = What you write here wins over what others say of themselves.
book-name = Name
book-save = Save
book-cancel = Cancel
book-needs = An entry needs a name, and a number or a chat address.
book-numbers-title = Numbers and telephony addresses
book-jids-title = Chat addresses
book-number = A number or an address
book-types = work, cell …
book-drop-number = Remove this number
book-add-number = Add a number
book-jid = name@example.com
book-drop-jid = Remove this address
book-add-jid = Add a chat address
book-remove-question = Remove { $name } from your address book?
book-remove = Remove
book-keep = Keep
book-remove-person = Remove this person…
