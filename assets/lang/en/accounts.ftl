# The page
accounts-title = Accounts
accounts-hint = What you chat and call with, and how the two go together.
accounts-protection = Protection
accounts-rules = Rules for calls
accounts-no-chat = There is no chat account. Add one in the settings to write, too.
accounts-no-telephony = There is no telephony account. Add one in the settings to call, too.
accounts-connections = Connections
accounts-seen = What others see
accounts-ways = Which way things go
accounts-your-rules = Your rules
accounts-none-step = Add a chat account, a telephony account or both in the settings.
accounts-none-jitsi = Coming from Jitsi, “dovetail import jitsi” shows which of its accounts it would take over.
accounts-none = No account is set up yet
accounts-on-the-phone = Say when you are on the phone
accounts-on-the-phone-hint = While a call is on, your contacts see it.
accounts-tell-address = Tell your telephony address
accounts-tell-address-hint = Your contacts can call you there, also when your card does not name it.

# Accounts that belong together
accounts-after = Connect chat after telephony
accounts-after-hint = Chat waits until telephony is registered.
accounts-after-locked = “Both or none” has chat wait already.
accounts-both-or-none = Both or none
accounts-both-or-none-hint = Where one side cannot connect, the other is taken down.
accounts-together = Together
accounts-apart = These do not belong together
accounts-two-sides = { $chat } and { $telephony } are two sides of one service.
accounts-look-like = { $chat } and { $telephony } look like two sides of one service.
accounts-relate = Relate
accounts-relate-not = No
accounts-relate-question = Do these belong together?
accounts-not-related = Not related
accounts-two = { $chat } and { $telephony }
accounts-relate-them = Relate them
accounts-named = { $name } ({ $address })

# The numbers on the own card
accounts-voice = Voice
accounts-video = Video
accounts-work = Work
accounts-home = Home
accounts-cell = Mobile
accounts-card-names-it = Your card names it already.
accounts-card-of = Your number · { $address }
accounts-card = Your number
accounts-card-unread = Your contact card was not read yet.
accounts-card-unread-until = Your contact card was not read yet. It will be once { $name } is connected.
accounts-card-offline = It can be changed once { $name } is connected.
accounts-card-empty = Your contact card names no number.
accounts-put = Put { $address } on your card
accounts-put-it = Put it on your card
accounts-change = Change
accounts-remove = Remove
accounts-number = A number or an address
accounts-another-number = Another number or address
accounts-saving = Saving…
accounts-save = Save
accounts-add = Add
accounts-leave-it = Leave it
accounts-types-hint = Your contacts are offered video only where a number says so.

# The test of an account
accounts-testing = Testing…
accounts-test = Test connection
accounts-tested = { $what }: { $found }
accounts-test-cancel = Cancel
accounts-tested-well = Everything works.
accounts-tested-better = { $count ->
        [one] It works. One thing could be better.
       *[other] It works. { $count } things could be better.
    }
accounts-tested-problems = { $count ->
        [one] One thing does not work.
       *[other] { $count } things do not work.
    }

# Which way things go
accounts-calls-one = Calls: there is one telephony account, which makes them all.
accounts-calls-none = Calls: there is no telephony account.
accounts-messages-one = Messages: there is one account that sends them.
accounts-scope-contact = One person
accounts-scope-device = One number
accounts-scope-domain = A domain
accounts-scope-account = My contacts
accounts-contact-hint = Their chat address, number or telephony address
accounts-device-hint = The number or telephony address
accounts-domain-hint = example.com
accounts-no-sip-messages = No telephony account sends messages: those with a chat account leave it to that.
accounts-only-sip-messages = There is no chat account.
accounts-no-other-way = This version knows no other way.
accounts-by-contact = By the contact
accounts-no-rules = None yet: with everybody things go as shown above.
accounts-rule-everybody-account = { $feature } with everybody: over { $account }
accounts-rule-everybody-chat = { $feature } with everybody: over chat
accounts-rule-everybody-telephony = { $feature } with everybody: over telephony
accounts-rule-with-account = { $feature } with { $who }: over { $account }
accounts-rule-with-chat = { $feature } with { $who }: over chat
accounts-rule-with-telephony = { $feature } with { $who }: over telephony
accounts-rule-domain-account = { $feature } with everybody at { $domain }: over { $account }
accounts-rule-domain-chat = { $feature } with everybody at { $domain }: over chat
accounts-rule-domain-telephony = { $feature } with everybody at { $domain }: over telephony
accounts-rule-contacts-account = { $feature } with the contacts of { $whose }: over { $account }
accounts-rule-contacts-chat = { $feature } with the contacts of { $whose }: over chat
accounts-rule-contacts-telephony = { $feature } with the contacts of { $whose }: over telephony
accounts-no-rule-now = No rule can be added now.
accounts-add-rule = Add the rule
accounts-what = What
accounts-with = With
accounts-goes = Goes

# What holds back or goes ahead
accounts-go-ahead-calls = Send calls there anyway
accounts-go-ahead-use = Use it anyway
accounts-go-ahead-show = Let them see it
accounts-connect-now = Connect now
accounts-connect-anyway = Connect anyway
accounts-by-configuration = Set in the configuration.
accounts-by-you = Set by you.
accounts-by-provider = Set by your provider.
accounts-feature-messages = Messages
accounts-feature-rooms = Rooms
accounts-feature-presence = Presence
accounts-feature-files = Files
accounts-feature-calls = Calls
accounts-feature-video = Video calls
accounts-feature-conferences = Conferences
accounts-feature-screen = Shared screen
accounts-over-chat = Over chat
accounts-over-telephony = Over telephony
