# The settings' section for when something does not work.

diagnostics-title = Diagnostics

diagnostics-connections = Test the connections

diagnostics-report = A report to send
diagnostics-holds = A text file for whoever helps you: the version, which settings are set, how your accounts are, the profile's files, and the end of the log.
diagnostics-without = Passwords, messages, names and numbers are taken out; the domains of your own accounts stay. Read it before you send it.
diagnostics-save = Save a report
diagnostics-saving = Saving…
diagnostics-saved = The report is in { $path }.
diagnostics-no-profile = This window has no profile to report on.

diagnostics-about = About
diagnostics-version = Version
diagnostics-profile = Profile
diagnostics-log = Log
diagnostics-no-log = No log is written here.
