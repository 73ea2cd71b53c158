# The settings.

settings-title = Settings
settings-open = Settings…
settings-accounts = Accounts
settings-appearance = Appearance

settings-no-account = No account is set up yet.
settings-accounts-way = Which belong together, which way things go, your own card, and what others see.
settings-accounts-open = All about accounts
settings-protection-way = How both sides are protected, and what to do where they are not.
settings-protection-open = Protection
settings-more-way = One more account, of this provider or of another.
settings-more-open = Add an account
settings-rules-way = What rings, where calls go, and who may call.
settings-rules-open = Rules for calls

settings-language-and-time = Language and time
settings-language = Language
settings-hours = Time of day
settings-hours-24 = 24 hours
settings-hours-12 = 12 hours
settings-look = Look
settings-theme = Colours
settings-theme-told = DOVETAIL_THEME decided this when Dovetail was started.
settings-light = Light
settings-dark = Dark
settings-of-system = As the system
settings-scale = Size
settings-scale-hint = Of everything in the window.
settings-percent = { $percent }%
settings-large-text = Large text
settings-large-text-hint = Only the text gets larger.
settings-calm = Reduced motion
settings-calm-hint = What is heard in a call is shown once a second instead of ten times.

settings-broken = What you set before could not be read, and is left as it is. What you change now holds until Dovetail ends. { $reason }
settings-set-aside = Set the file aside and keep what is set now
settings-unwritable = { $path } cannot be written: { $reason }. What you set holds until Dovetail ends. Check the directory’s owner and the room on the disk.
settings-crowded = There are too many old files beside { $path }. Remove some.

settings-features = Features
settings-privacy = Privacy
settings-sound = Sound

settings-told-in-chat = What your contacts are told in chat
settings-delivered = Say that a message has come
settings-delivered-hint = Only to those who may see whether you are there.
settings-displayed = Say that you have seen a message
settings-displayed-hint = What others tell you about your messages is shown all the same.
settings-typing = Say that you are writing
settings-typing-hint = While you write to somebody, they see it.
settings-told-of-calls = What is told with calls
settings-chat-address = Say your chat address in calls
settings-chat-address-hint = Those you talk to can see it and write to you. Hidden calls never say it.
settings-on-the-phone = Say when you are on the phone
settings-on-the-phone-hint = While a call is on, your contacts see it.
settings-address = Tell your telephony address
settings-address-hint = Your contacts can call you there, also when your card does not name it.
settings-callers = Who may call
settings-strangers = People who are not your contacts
settings-strangers-ring = They ring
settings-strangers-ring-hint = As calls from your contacts do.
settings-strangers-shown = They are shown without ringing
settings-strangers-shown-hint = You may answer when you see them.
settings-strangers-refused = They are refused
settings-strangers-refused-hint = You find them among the calls you missed.
settings-anonymous = Refuse hidden callers
settings-anonymous-hint = Calls from people who hide who they are do not ring.

settings-devices-looking = Looking for devices…
settings-microphone = Microphone
settings-loudspeaker = Loudspeaker
settings-no-device = None

# Files of your own
settings-copy = Copy
settings-copy-path = Copy path
settings-open-folder = Open folder
settings-folder-refused = The folder could not be opened. { $reason }
settings-file = The file, such as /home/alice/dovetail.txt
settings-file-whole = Write the whole path of a new file, such as /home/alice/dovetail.txt.
settings-file-exists = { $path } is there already and was left alone. Choose another name.
settings-file-no-folder = There is no such folder: { $path }.
settings-file-unwritable = { $path } cannot be written: { $reason }.

settings-shortcuts = Shortcuts
settings-shortcuts-hint = F1 shows them anywhere.

# Blocked people
settings-blocked = Blocked people
settings-blocked-hint = They see you offline, and what they write does not arrive. Your server does that; it also works while Dovetail does not run. Calls are a matter of the rules for calls.
settings-blocked-nobody = Nobody is blocked.
settings-blocked-more = { $count ->
        [one] And { $count } more.
       *[other] And { $count } more.
    }
settings-block-address = Address, such as eve@example.com
settings-block-act = Block
settings-block-no-address = This is no chat address: it looks like name@example.com.
settings-block-offline = Chat is not connected: nobody can be blocked or unblocked now.
settings-block-not-offered = Your server cannot block anybody.
settings-block-reading = Your server has not said yet who is blocked.
settings-unblock = Unblock
