# The page
accounts-title = Konten
accounts-hint = Womit Sie chatten und telefonieren, und wie beides zusammengehört.
accounts-protection = Schutz
accounts-rules = Anrufregeln
accounts-no-chat = Es gibt kein Chatkonto. Fügen Sie in den Einstellungen eines hinzu, um auch zu schreiben.
accounts-no-telephony = Es gibt kein Telefoniekonto. Fügen Sie in den Einstellungen eines hinzu, um auch anzurufen.
accounts-connections = Verbindungen
accounts-seen = Was andere sehen
accounts-ways = Was über welchen Weg geht
accounts-your-rules = Ihre Regeln
accounts-none-step = Fügen Sie in den Einstellungen ein Chatkonto, ein Telefoniekonto oder beide hinzu.
accounts-none-jitsi = Wenn Sie von Jitsi kommen: „dovetail import jitsi“ zeigt, welche seiner Konten übernommen würden.
accounts-none = Noch ist kein Konto eingerichtet
accounts-on-the-phone = Zeigen, dass Sie telefonieren
accounts-on-the-phone-hint = Während eines Gesprächs sehen es Ihre Kontakte.
accounts-tell-address = Ihre Telefonieadresse mitteilen
accounts-tell-address-hint = Ihre Kontakte können Sie dort anrufen, auch wenn Ihre Kontaktkarte sie nicht nennt.

# Accounts that belong together
accounts-after = Chat nach der Telefonie verbinden
accounts-after-hint = Der Chat wartet, bis die Telefonie angemeldet ist.
accounts-after-locked = „Beide oder keines“ lässt den Chat schon warten.
accounts-both-or-none = Beide oder keines
accounts-both-or-none-hint = Kann sich eine Seite nicht verbinden, wird auch die andere getrennt.
accounts-together = Zusammen
accounts-apart = Diese gehören nicht zusammen
accounts-two-sides = { $chat } und { $telephony } sind zwei Seiten eines Dienstes.
accounts-look-like = { $chat } und { $telephony } sehen wie zwei Seiten eines Dienstes aus.
accounts-relate = Verknüpfen
accounts-relate-not = Nein
accounts-relate-question = Gehören diese zusammen?
accounts-not-related = Nicht verknüpft
accounts-two = { $chat } und { $telephony }
accounts-relate-them = Verknüpfen
accounts-named = { $name } ({ $address })

# The numbers on the own card
accounts-voice = Sprache
accounts-video = Video
accounts-work = Geschäftlich
accounts-home = Privat
accounts-cell = Mobil
accounts-card-names-it = Ihre Kontaktkarte nennt sie schon.
accounts-card-of = Ihre Nummer · { $address }
accounts-card = Ihre Nummer
accounts-card-unread = Ihre Kontaktkarte wurde noch nicht gelesen.
accounts-card-unread-until = Ihre Kontaktkarte wurde noch nicht gelesen. Das geschieht, sobald { $name } verbunden ist.
accounts-card-offline = Sie lässt sich ändern, sobald { $name } verbunden ist.
accounts-card-empty = Ihre Kontaktkarte nennt keine Nummer.
accounts-put = { $address } in die Karte eintragen
accounts-put-it = In die Karte eintragen
accounts-change = Ändern
accounts-remove = Entfernen
accounts-number = Eine Nummer oder Adresse
accounts-another-number = Weitere Nummer oder Adresse
accounts-saving = Wird gespeichert …
accounts-save = Speichern
accounts-add = Hinzufügen
accounts-leave-it = So lassen
accounts-types-hint = Video wird Ihren Kontakten nur angeboten, wo eine Nummer das sagt.

# The test of an account
accounts-testing = Wird geprüft …
accounts-test = Verbindung prüfen
accounts-tested = { $what }: { $found }
accounts-test-cancel = Abbrechen
accounts-tested-well = Alles funktioniert.
accounts-tested-better = { $count ->
        [one] Es funktioniert. Eine Sache könnte besser sein.
       *[other] Es funktioniert. { $count } Dinge könnten besser sein.
    }
accounts-tested-problems = { $count ->
        [one] Eine Sache funktioniert nicht.
       *[other] { $count } Dinge funktionieren nicht.
    }

# Which way things go
accounts-calls-one = Anrufe: Es gibt ein Telefoniekonto, über das alle gehen.
accounts-calls-none = Anrufe: Es gibt kein Telefoniekonto.
accounts-messages-one = Nachrichten: Es gibt ein Konto, das sie sendet.
accounts-scope-contact = Eine Person
accounts-scope-device = Eine Nummer
accounts-scope-domain = Eine Domain
accounts-scope-account = Meine Kontakte
accounts-contact-hint = Chatadresse, Nummer oder Telefonieadresse
accounts-device-hint = Die Nummer oder Telefonieadresse
accounts-domain-hint = example.com
accounts-no-sip-messages = Kein Telefoniekonto sendet Nachrichten: Wo es ein Chatkonto gibt, bleibt das ihm überlassen.
accounts-only-sip-messages = Es gibt kein Chatkonto.
accounts-no-other-way = Diese Version kennt keinen anderen Weg.
accounts-by-contact = Je nach Kontakt
accounts-no-rules = Noch keine: Für alle gilt, was oben steht.
accounts-rule-everybody-account = { $feature } mit allen: über { $account }
accounts-rule-everybody-chat = { $feature } mit allen: über den Chat
accounts-rule-everybody-telephony = { $feature } mit allen: über die Telefonie
accounts-rule-with-account = { $feature } mit { $who }: über { $account }
accounts-rule-with-chat = { $feature } mit { $who }: über den Chat
accounts-rule-with-telephony = { $feature } mit { $who }: über die Telefonie
accounts-rule-domain-account = { $feature } mit allen bei { $domain }: über { $account }
accounts-rule-domain-chat = { $feature } mit allen bei { $domain }: über den Chat
accounts-rule-domain-telephony = { $feature } mit allen bei { $domain }: über die Telefonie
accounts-rule-contacts-account = { $feature } mit den Kontakten von { $whose }: über { $account }
accounts-rule-contacts-chat = { $feature } mit den Kontakten von { $whose }: über den Chat
accounts-rule-contacts-telephony = { $feature } mit den Kontakten von { $whose }: über die Telefonie
accounts-no-rule-now = Zurzeit lässt sich keine Regel hinzufügen.
accounts-add-rule = Regel hinzufügen
accounts-what = Was
accounts-with = Mit
accounts-goes = Weg

# What holds back or goes ahead
accounts-go-ahead-calls = Trotzdem weiterleiten
accounts-go-ahead-use = Trotzdem verwenden
accounts-go-ahead-show = Trotzdem zeigen
accounts-connect-now = Jetzt verbinden
accounts-connect-anyway = Trotzdem verbinden
accounts-by-configuration = In der Konfiguration festgelegt.
accounts-by-you = Von Ihnen festgelegt.
accounts-by-provider = Von Ihrem Anbieter festgelegt.
accounts-feature-messages = Nachrichten
accounts-feature-rooms = Räume
accounts-feature-presence = Anwesenheit
accounts-feature-files = Dateien
accounts-feature-calls = Anrufe
accounts-feature-video = Videoanrufe
accounts-feature-conferences = Konferenzen
accounts-feature-screen = Bildschirmfreigabe
accounts-over-chat = Über den Chat
accounts-over-telephony = Über die Telefonie
