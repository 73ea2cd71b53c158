# The settings.

settings-title = Settings
settings-accounts = Accounts
settings-appearance = Appearance

settings-no-account = No account is set up yet.
settings-accounts-way = Which belong together, which way things go, your own card, and what others see.
settings-accounts-open = All about accounts
settings-protection-way = How both sides are protected, and what to do where they are not.
settings-protection-open = Protection
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

settings-broken = What you set before could not be read, and is left as it is. What you change now holds until Dovetail ends. { $reason }
settings-set-aside = Set the file aside and keep what is set now
settings-unwritable = { $path } cannot be written: { $reason }. What you set holds until Dovetail ends. Check the directory’s owner and the room on the disk.
settings-crowded = There are too many old files beside { $path }. Remove some.
