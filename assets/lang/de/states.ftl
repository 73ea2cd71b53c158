# Presence
states-free = Gesprächsbereit
states-available = Verfügbar
states-away = Abwesend
states-away-long = Länger abwesend
states-dnd = Nicht stören
states-offline = Offline

# Accounts
states-account-offline = Offline
states-connecting = Verbindet sich …
states-connected = Verbunden
states-not-connected = Nicht verbunden
states-switched-off = Ausgeschaltet
states-connecting-again = { $name } verbindet sich neu. { $reason }
states-is-connecting = { $name } verbindet sich …
states-no-reason = Es ist kein Grund bekannt.
states-is-not-connected = { $name } ist nicht verbunden. { $reason }
states-is-offline-why = { $name } ist offline. { $reason }
states-is-offline = { $name } ist offline.
states-again-now = Neuer Versuch jetzt.
states-again-in = Neuer Versuch in { $time }.
states-account-among = { $side } { $address }
states-account-stands = { $side } { $address }: { $state }

# Calls
states-calling = Wird angerufen …
states-ringing = Es klingelt …
states-incoming = Eingehender Anruf
states-in-call = Im Gespräch
states-on-hold = Gehalten
states-held-by-peer = Von der Gegenseite gehalten
states-ended = Anruf beendet
states-held-by-both = Von beiden Seiten gehalten
states-hides = Rufnummer unterdrückt
states-hidden = Sie sind anonym
states-transferring = Wird übergeben …
states-transfer-rings = Wird übergeben: Dort klingelt es.
states-transferred = Übergeben: Die beiden sind verbunden.
states-transfer-error = Fehler { $code }
states-transfer-failed = Nicht übergeben: { $why }. Sie sind noch verbunden.
states-mailbox-some = Neue Sprachnachrichten
states-mailbox = { $count ->
        [one] { $count } neue Sprachnachricht
       *[other] { $count } neue Sprachnachrichten
    }
states-do-not-ring = Nicht stören: Anrufe klingeln nicht
states-all-go-to = Alle Anrufe gehen an { $target }
states-good-line = Gute Verbindung
states-fair-line = Mäßige Verbindung
states-poor-line-loss = Schlechte Verbindung: Ton geht verloren
states-poor-line-delay = Schlechte Verbindung: lange Verzögerung
states-poor-line = Schlechte Verbindung

# Questions that are not asked any more
states-not-asked-pstn = Anrufe ins Telefonnetz beginnen dann sofort.
states-not-asked-other = Anrufe zu anderen Anbietern beginnen dann sofort.
states-not-asked = Solche Anrufe beginnen dann sofort.
states-no-question-pstn = Anrufe ins Telefonnetz beginnen ohne Rückfrage.
states-no-question-other = Anrufe zu anderen Anbietern beginnen ohne Rückfrage.
states-no-question = Anrufe, deren Kosten nicht bekannt sind, beginnen ohne Rückfrage.

states-blocked = Blockiert
