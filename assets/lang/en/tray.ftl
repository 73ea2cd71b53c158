# The icon in the tray, and what closing the window means.

tray-open = Open Dovetail
tray-quit = Quit Dovetail
tray-presence = Presence
tray-answer = Answer
tray-decline = Decline
tray-hang-up = Hang up
tray-mute = Mute
tray-unmute = Unmute

# A call
tray-rings = { $name } is calling
tray-quiet = { $name } is calling, without ringing
tray-in-call = In a call with { $name }
tray-muted = In a call with { $name }, muted
tray-calling = Calling { $name }
tray-on-hold = On hold: { $name }

# The rest
tray-unread =
    { $count ->
        [one] { $count } unread message
       *[other] { $count } unread messages
    }
tray-no-account = No account yet
tray-partial = Not everything is connected
tray-connecting = Connecting…
tray-offline = Not connected

# When the window comes back for the first time
tray-went-on = While the window was closed, Dovetail went on in the tray. Ctrl+Q ends it. What closing does is set under Settings, Desktop.

# In the settings
tray-settings = Desktop
tray-settings-start = Start
tray-settings-window = Window
tray-at-login = Start at log-in
tray-at-login-hint = In the tray, without a window.
tray-at-login-hint-window = With its window: this desktop shows no tray.
tray-entry-unreadable = Whether Dovetail starts at log-in is not known: { $path } cannot be read ({ $reason }).
tray-entry-unwritable = That could not be changed: { $path } cannot be written ({ $reason }). Check who owns it, and the room on the disk.
tray-close = Keep running when the window is closed
tray-close-hint = Calls and messages go on arriving; the icon in the tray opens the window again.
tray-close-hint-off = Closing the window ends Dovetail.
tray-close-none = This desktop shows no tray: closing the window ends Dovetail.
