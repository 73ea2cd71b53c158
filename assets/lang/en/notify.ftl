# Notifications: what the desktop tells while nobody looks at the window.

notify-open = Open
notify-reply = Reply
notify-answer = Answer
notify-decline = Decline
notify-call-back = Call back
notify-messages-of = { $name } · { $count } new messages
notify-new =
    { $count ->
        [one] New message
       *[other] { $count } new messages
    }
notify-call = Incoming call
notify-call-claims = Incoming call · Says it is { $claim } · not verified
notify-call-unknown = Incoming call · Nothing is known about this caller
notify-call-hides = Incoming call · Hides who calls
notify-missed =
    { $count ->
        [one] Missed call
       *[other] { $count } missed calls
    }

# In the settings
notify-set = Notifications
notify-set-none = This desktop shows no notifications: no service for them is running. They begin by themselves when one does.
notify-set-of-messages = Messages
notify-set-of-calls = Calls
notify-set-messages = New messages
notify-set-messages-hint = One notification per conversation, while you are not looking at it. None while you do not want to be disturbed.
notify-set-text = Show the text
notify-set-text-hint = What was written can be read by anybody who sees the screen, also when it is locked on some desktops.
notify-set-text-off = New messages are not told.
notify-set-calls = Incoming calls
notify-set-calls-hint = With Answer and Decline, while the window is not in front.
notify-set-missed = Missed calls
notify-set-missed-hint = With a way to call back; what that may cost is asked first.
