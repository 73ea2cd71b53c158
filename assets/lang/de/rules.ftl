# The page
rules-accounts = Konten
rules-protection = Schutz
rules-title = Anrufregeln
rules-hint = Was klingelt, wohin Anrufe gehen und wer anrufen darf.
rules-no-account = Es ist kein Telefoniekonto eingerichtet: Noch wirkt hier nichts.
rules-ringing = Klingeln
rules-forwarding = Anrufe weiterleiten
rules-callers = Wer anrufen darf
rules-costs = Anrufe, die etwas kosten können

# Ringing
rules-dnd = Nicht stören
rules-dnd-hint = Nichts klingelt. Anrufer hören „besetzt“.
rules-waiting = Weitere Anrufe dürfen anklopfen
rules-waiting-hint = Ist dies aus, hören Anrufer „besetzt“, während Sie telefonieren.

# Sending on
rules-always = Immer
rules-busy = Wenn besetzt ist oder Sie nicht gestört werden möchten
rules-no-answer = Wenn Sie nicht annehmen
rules-stop = Beenden
rules-target = Eine Nummer oder Adresse
rules-rings-for = Es klingelt so lange
rules-rings-for-hint = In Sekunden, bevor ein Anruf weitergeleitet wird.
rules-save = Speichern
rules-bad-seconds = Geben Sie eine Zahl von 5 bis 120 Sekunden ein.

# Who may call
rules-strangers = Personen, die nicht Ihre Kontakte sind
rules-they-ring = Klingeln lassen
rules-they-ring-hint = Wie bei Anrufen Ihrer Kontakte.
rules-they-show = Nur anzeigen, nicht klingeln
rules-they-show-hint = Sie können annehmen, wenn Sie den Anruf sehen.
rules-they-fail = Abweisen
rules-they-fail-hint = Sie finden diese Anrufe unter den verpassten.
rules-hidden = Anonyme Anrufe abweisen
rules-hidden-hint = Anrufe mit unterdrückter Nummer klingeln nicht.
rules-auto = Anrufe von Kontakten automatisch annehmen
rules-auto-hint = Nur bei Anrufern, die nachweislich Ihre Kontakte sind, und nur, wenn kein anderes Gespräch läuft.
rules-say-chat = In Anrufen Ihre Chatadresse nennen
rules-say-chat-hint = Ihre Gesprächspartner sehen sie und können Ihnen schreiben. Anonyme Anrufe nennen sie nie.

# Calls that may cost
rules-asked = Vor jedem Anruf, der etwas kosten kann oder Ihren Anbieter verlässt, werden Sie gefragt.
rules-ask-again = Wieder fragen
