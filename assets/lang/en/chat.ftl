# Conversations: what was said and called.

chat-call-out-talked = You called · { $length }
chat-call-out-ended = You called · { $why }
chat-call-out-unanswered = You called · no answer
chat-call-in-talked = { $name } called · { $length }
chat-call-in-ended = { $name } called · { $why }
chat-call-missed = Missed call from { $name }
chat-call-missed-why = Missed call from { $name } · { $why }
chat-call-proof-book = verified by your address book
chat-call-proof-directory = verified by the directory
chat-call-proof-card = verified by contact card
chat-cost-free = free
chat-cost-internal = in your service
chat-cost-pstn = telephone network
chat-cost-premium = premium rate
chat-cost-other-domain = another provider
chat-cost-emergency = emergency call
chat-cost-unknown = cost not known
