# Die Seitenleiste.

sidebar-search = Name oder Nummer
sidebar-conversations = Unterhaltungen
sidebar-contacts = Kontakte
sidebar-address-book = Adressbuch
sidebar-in-messages = In Nachrichten
sidebar-call = Anrufen
sidebar-call-typed = „{ $typed }“ anrufen
sidebar-add = Zu Ihren Kontakten hinzufügen
sidebar-write-to = An „{ $who }“ schreiben
sidebar-details = Details
sidebar-listen = Anhören
sidebar-your-voice-mail = Ihre Mailbox

# Was unter einem Namen steht
sidebar-typing = schreibt …
sidebar-missed-call = Verpasster Anruf
sidebar-you-said = Sie: { $text }
sidebar-asks = Möchte sehen, wann Sie erreichbar sind
sidebar-no-number = { $presence } · keine Nummer

# Wenn es nichts aufzuzählen gibt
sidebar-nothing = Nichts gefunden
sidebar-nothing-why = Kein Name, keine Adresse und keine Nummer passt.
sidebar-no-account = Noch kein Konto
sidebar-no-account-why = Hier stehen Ihre Kontakte, sobald ein Konto eingerichtet ist.
sidebar-on-their-way = Die Kontakte werden geladen
sidebar-on-their-way-why = Sie stehen hier, sobald der Chat verbunden ist.
sidebar-no-contacts = Noch keine Kontakte
sidebar-no-contacts-why = Geben Sie oben eine Adresse ein, um jemanden hinzuzufügen.

# Das Menü neben dem eigenen Namen
sidebar-open-rules = Anrufregeln …
sidebar-open-accounts = Konten …
sidebar-open-book = Adressbuch …
sidebar-menu = Menü
sidebar-presence-and-status = { $presence } · { $status }
sidebar-status = Statusmeldung
sidebar-open-protection = Schutz …
sidebar-open-shortcuts = Tastenkürzel
