# The side panel.

sidebar-search = Search, or type a number
sidebar-conversations = Conversations
sidebar-contacts = Contacts
sidebar-address-book = Address book
sidebar-in-messages = In messages
sidebar-call = Call
sidebar-call-typed = Call “{ $typed }”
sidebar-add = Add to your contacts
sidebar-write-to = Write to “{ $who }”
sidebar-details = Details
sidebar-listen = Listen
sidebar-your-voice-mail = your voice mail

# What stands under a name
sidebar-typing = typing…
sidebar-missed-call = Missed call
sidebar-you-said = You: { $text }
sidebar-asks = Asks to see when you are available
sidebar-no-number = { $presence } · no number

# When there is nothing to list
sidebar-nothing = Nothing found
sidebar-nothing-why = No name, address or number matches.
sidebar-no-account = No account yet
sidebar-no-account-why = Contacts appear here once an account is set up.
sidebar-on-their-way = Contacts are on their way
sidebar-on-their-way-why = They appear here once Chat is connected.
sidebar-no-contacts = No contacts yet
sidebar-no-contacts-why = Type an address above to add somebody.

# The menu beside the own name
sidebar-open-rules = Rules for calls…
sidebar-open-accounts = Accounts…
sidebar-open-book = Address book…
sidebar-menu = Menu
sidebar-presence-and-status = { $presence } · { $status }
sidebar-status = Status message
sidebar-open-protection = Protection…
sidebar-open-shortcuts = Keyboard shortcuts
