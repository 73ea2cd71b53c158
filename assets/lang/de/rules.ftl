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
rules-waiting = Zweite Anrufe dürfen klingeln
rules-waiting-hint = Ist dies aus, hören Anrufer „besetzt“, während Sie telefonieren.

# Sending on
rules-always = Immer
rules-busy = Wenn besetzt ist oder Sie nicht gestört werden wollen
rules-no-answer = Wenn Sie nicht antworten
rules-stop = Beenden
rules-target = Eine Nummer oder Adresse
rules-rings-for = Es klingelt so lange
rules-rings-for-hint = In Sekunden, bevor ein Anruf weitergeleitet wird.
rules-save = Speichern
rules-bad-seconds = Geben Sie eine Zahl von 5 bis 120 Sekunden ein.

# Who may call
rules-strangers = Personen, die nicht Ihre Kontakte sind
rules-they-ring = Sie klingeln
rules-they-ring-hint = Wie Anrufe Ihrer Kontakte.
rules-they-show = Sie werden ohne Klingeln angezeigt
rules-they-show-hint = Sie können antworten, wenn Sie sie sehen.
rules-they-fail = Sie werden abgewiesen
rules-they-fail-hint = Sie finden sie unter den verpassten Anrufen.
rules-hidden = Anonyme Anrufer abweisen
rules-hidden-hint = Anrufe mit unterdrückter Nummer klingeln nicht.
rules-auto = Bei Kontakten selbst annehmen
rules-auto-hint = Nur Anrufer, die nachweislich Ihre Kontakte sind, und nur, wenn kein anderes Gespräch läuft.
rules-say-chat = In Anrufen Ihre Chatadresse nennen
rules-say-chat-hint = Ihre Gesprächspartner sehen sie und können Ihnen schreiben. Anonyme Anrufe nennen sie nie.

# Calls that may cost
rules-asked = Vor jedem Anruf, der etwas kosten kann oder Ihren Anbieter verlässt, werden Sie gefragt.
rules-ask-again = Wieder fragen
