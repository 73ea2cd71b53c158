# The first page
sign-in-welcome = Welcome to Dovetail
sign-in-words = Your address and password set up chat and telephony together, when your provider supports it.
sign-in-address = Address
sign-in-password = Password
sign-in-example = name@example.com
sign-in-looking = Looking for your provider…
sign-in-sign-in = Sign in
sign-in-demo = This is the demo: type { $address } and the password { $password }. Its provider runs on this computer and sets up both sides.
sign-in-go-on = Go on with { $host }
sign-in-keep-for-now = Keep it until Dovetail ends
sign-in-back = Back

# What the provider would set up
sign-in-from = From { $host }. This is what it sets up:
sign-in-without-it = Without it. Change
sign-in-go-without = Go without it
sign-in-setting-up = Setting up…
sign-in-set-up = Set up
sign-in-agree = Agree and set up

# Both sides by hand
sign-in-by-hand = Set up by hand
sign-in-by-hand-words = Type what your provider told you. Leave a side empty that you do not have; both together are one service.
sign-in-chat = Chat
sign-in-telephony = Telephony
sign-in-chat-example = alice@example.com
sign-in-telephony-example = sip:alice@example.com
sign-in-chat-server = Where DNS says, or chat.example.com:5222
sign-in-telephony-server = Where DNS says, or sip.example.com:5061
sign-in-same-password = The same as for chat
sign-in-server = Server
sign-in-found = Found: { $servers }
sign-in-add = Add and connect

# A password that is missing or was refused
sign-in-another-password = Another password
sign-in-use-now = Use it this time
sign-in-keep = Keep it in the keyring
sign-in-password-remark = Used this time, it is forgotten when Dovetail ends, and asked for again. To have it fetched from a password manager, set password_command for this account in config.toml.

# In the place of a conversation
sign-in-connecting = Connecting…
sign-in-connecting-words = Your contacts appear as soon as Chat is connected.
sign-in-offline = Not connected
sign-in-offline-words = Neither messages nor calls can reach you. The panel says why, and when it is tried again.
sign-in-no-contacts = No contacts yet
sign-in-no-contacts-words = Type somebody's address into the search field to add them, or a number to call it.
sign-in-nobody-chosen = No conversation selected
sign-in-nobody-chosen-words = Choose a conversation or a contact to write or to call.

# On every page
sign-in-dismiss = Dismiss
sign-in-another = Add an account
