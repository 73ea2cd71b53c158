# The page
rules-accounts = Accounts
rules-protection = Protection
rules-title = Rules for calls
rules-hint = What rings, where calls go, and who may call.
rules-no-account = No telephony account is set up: nothing here has an effect yet.
rules-ringing = Ringing
rules-forwarding = Send calls on
rules-callers = Who may call
rules-costs = Calls that may cost

# Ringing
rules-dnd = Do not disturb
rules-dnd-hint = Nothing rings. Callers find you busy.
rules-waiting = Second calls may ring
rules-waiting-hint = When off, callers find you busy while you are in a call.

# Sending on
rules-always = Always
rules-busy = When you are busy or do not want to be disturbed
rules-no-answer = When you do not answer
rules-stop = Stop
rules-target = A number or an address
rules-rings-for = It rings for
rules-rings-for-hint = In seconds, before a call is sent on.
rules-save = Save
rules-bad-seconds = Type a number of seconds from 5 to 120.

# Who may call
rules-strangers = People who are not your contacts
rules-they-ring = They ring
rules-they-ring-hint = As calls from your contacts do.
rules-they-show = They are shown without ringing
rules-they-show-hint = You may answer when you see them.
rules-they-fail = They are refused
rules-they-fail-hint = You find them among the calls you missed.
rules-hidden = Refuse hidden callers
rules-hidden-hint = Calls from people who hide who they are do not ring.
rules-auto = Answer contacts by itself
rules-auto-hint = Only callers who are proven to be your contacts, and only while no other call is on.
rules-say-chat = Say your chat address in calls
rules-say-chat-hint = Those you talk to can see it and write to you. Hidden calls never say it.

# Calls that may cost
rules-asked = You are asked before every call that may cost or leaves your provider.
rules-ask-again = Ask again
