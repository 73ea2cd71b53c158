# The first page
sign-in-welcome = Willkommen bei Dovetail
sign-in-words = Ihre Adresse und Ihr Passwort richten Chat und Telefonie zusammen ein, wenn Ihr Anbieter das unterstützt.
sign-in-address = Adresse
sign-in-password = Passwort
sign-in-example = name@example.com
sign-in-looking = Ihr Anbieter wird gesucht …
sign-in-sign-in = Anmelden
sign-in-demo = Dies ist die Demo: Geben Sie { $address } und das Passwort { $password } ein. Der Anbieter läuft auf diesem Computer und richtet beide Seiten ein.
sign-in-go-on = Weiter mit { $host }
sign-in-keep-for-now = Bis zum Beenden merken
sign-in-back = Zurück

# What the provider would set up
sign-in-from = Von { $host }. Das wird eingerichtet:
sign-in-without-it = Bleibt weg. Ändern
sign-in-go-without = Darauf verzichten
sign-in-setting-up = Wird eingerichtet …
sign-in-set-up = Einrichten
sign-in-agree = Zustimmen und einrichten

# Both sides by hand
sign-in-by-hand = Selbst einrichten
sign-in-by-hand-words = Geben Sie ein, was Ihr Anbieter Ihnen mitgeteilt hat. Lassen Sie eine Seite leer, die Sie nicht haben; beide zusammen sind ein Dienst.
sign-in-chat = Chat
sign-in-telephony = Telefonie
sign-in-chat-example = alice@example.com
sign-in-telephony-example = sip:alice@example.com
sign-in-chat-server = Laut DNS oder chat.example.com:5222
sign-in-telephony-server = Laut DNS oder sip.example.com:5061
sign-in-same-password = Dasselbe wie für den Chat
sign-in-server = Server
sign-in-found = Gefunden: { $servers }
sign-in-add = Hinzufügen und verbinden

# A password that is missing or was refused
sign-in-another-password = Anderes Passwort
sign-in-use-now = Diesmal verwenden
sign-in-keep = Im Schlüsselbund speichern
sign-in-password-remark = Ein Passwort nur für diesmal ist beim Beenden von Dovetail vergessen und wird dann wieder erfragt. Soll es aus einem Passwortmanager kommen, setzen Sie password_command für dieses Konto in config.toml.

# In the place of a conversation
sign-in-connecting = Verbindung wird hergestellt …
sign-in-connecting-words = Ihre Kontakte erscheinen, sobald der Chat verbunden ist.
sign-in-offline = Nicht verbunden
sign-in-offline-words = Sie sind weder für Nachrichten noch für Anrufe erreichbar. Die Seitenleiste nennt den Grund und den Zeitpunkt des nächsten Versuchs.
sign-in-no-contacts = Noch keine Kontakte
sign-in-no-contacts-words = Geben Sie eine Adresse in das Suchfeld ein, um jemanden hinzuzufügen, oder eine Nummer, um anzurufen.
sign-in-nobody-chosen = Keine Unterhaltung ausgewählt
sign-in-nobody-chosen-words = Wählen Sie eine Unterhaltung oder einen Kontakt, um zu schreiben oder anzurufen.

# On every page
sign-in-dismiss = Schließen
sign-in-another = Konto hinzufügen
