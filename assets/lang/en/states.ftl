# Presence
states-free = Free to chat
states-available = Available
states-away = Away
states-away-long = Away for long
states-dnd = Do not disturb
states-offline = Offline

# Accounts
states-account-offline = Offline
states-connecting = Connecting…
states-connected = Connected
states-not-connected = Not connected
states-switched-off = Switched off
states-connecting-again = { $name } is connecting again. { $reason }
states-is-connecting = { $name } is connecting…
states-no-reason = No reason is known.
states-is-not-connected = { $name } is not connected. { $reason }
states-is-offline-why = { $name } is offline. { $reason }
states-is-offline = { $name } is offline.
states-again-now = Trying again now.
states-again-in = Trying again in { $time }.
states-account-among = { $side } { $address }
states-account-stands = { $side } { $address }: { $state }

# Calls
states-calling = Calling…
states-ringing = Ringing…
states-incoming = Incoming call
states-in-call = In call
states-on-hold = On hold
states-held-by-peer = The other side put you on hold
states-ended = Call ended
states-held-by-both = On hold by both sides
states-hides = hides who they are
states-hidden = you are hidden
states-transferring = Transferring…
states-transfer-rings = Transferring: it rings there.
states-transferred = Transferred: they are connected.
states-transfer-error = error { $code }
states-transfer-failed = Not transferred: { $why }. You are still connected.
states-mailbox-some = New voice messages
states-mailbox = { $count ->
        [one] { $count } new voice message
       *[other] { $count } new voice messages
    }
states-do-not-ring = Calls do not ring: do not disturb
states-all-go-to = All calls go to { $target }
states-good-line = Good line
states-fair-line = Fair line
states-poor-line-loss = Poor line: sound gets lost
states-poor-line-delay = Poor line: long delay
states-poor-line = Poor line

# Questions that are not asked any more
states-not-asked-pstn = Calls to the telephone network then go out at once.
states-not-asked-other = Calls to other providers then go out at once.
states-not-asked = Calls like this then go out at once.
states-no-question-pstn = Calls to the telephone network go out without a question.
states-no-question-other = Calls to other providers go out without a question.
states-no-question = Calls whose cost is not known go out without a question.

# In the place of somebody's presence.
states-blocked = Blocked
