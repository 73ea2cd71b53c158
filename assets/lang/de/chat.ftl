# Unterhaltungen: was geschrieben und telefoniert wurde.

chat-call-out-talked = Von Ihnen angerufen · { $length }
chat-call-out-ended = Von Ihnen angerufen · { $why }
chat-call-out-unanswered = Von Ihnen angerufen · keine Antwort
chat-call-in-talked = Anruf von { $name } · { $length }
chat-call-in-ended = Anruf von { $name } · { $why }
chat-call-missed = Verpasster Anruf von { $name }
chat-call-missed-why = Verpasster Anruf von { $name } · { $why }
chat-call-proof-book = bestätigt durch Ihr Adressbuch
chat-call-proof-directory = bestätigt durch das Verzeichnis
chat-call-proof-card = bestätigt durch die Visitenkarte
chat-cost-free = kostenlos
chat-cost-internal = in Ihrem Dienst
chat-cost-pstn = Telefonnetz
chat-cost-premium = Sondernummer mit höherem Preis
chat-cost-other-domain = anderer Anbieter
chat-cost-emergency = Notruf
chat-cost-unknown = Kosten unbekannt
