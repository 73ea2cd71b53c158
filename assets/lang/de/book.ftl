# The list
book-title = Adressbuch
book-new = Neue Person
book-from-file = Aus einer Datei …
book-copy = Als vCard kopieren
book-copied = Alle Personen liegen als vCards in der Zwischenablage.
book-search = Nach Name oder Nummer suchen
book-nobody = Noch niemand
book-nobody-words = Fügen Sie eine Person hinzu oder übernehmen Sie eine Datei mit vCards aus einem anderen Programm.
book-nothing = Nichts gefunden
book-nothing-words = Kein Name, keine Adresse und keine Nummer passt.
book-no-number = Keine Nummer
book-numbers = { $count ->
        [one] { $count } Nummer
       *[other] { $count } Nummern
    }

# A file
book-file = Personen aus einer Datei
book-file-hint = Eine Datei mit vCards (.vcf), wie andere Adressbücher sie schreiben. Von dem, was Sie haben, geht nichts verloren.
book-path = Die Datei, etwa /home/alice/personen.vcf
book-look = Vorschau zeigen
book-taken-in = Übernommen.
book-nothing-new = Darin steht nichts Neues.
book-take-in = Übernehmen
book-more = { $count ->
        [one] Und { $count } weitere Person.
       *[other] Und { $count } weitere.
    }
book-new-count = Neu · { $count }
book-changed-count = Geändert · { $count }
book-left-out-count = Ausgelassen · { $count }
book-same = { $count } der Karten haben Sie schon.

# The form
book-bad-jid = „{ $typed }“ ist keine Chatadresse: Eine solche sieht aus wie name@example.com.
book-change-title = Person ändern
book-form-hint = Was Sie hier schreiben, geht dem vor, was andere von sich sagen.
book-name = Name
book-save = Speichern
book-cancel = Abbrechen
book-needs = Ein Eintrag braucht einen Namen und eine Nummer oder eine Chatadresse.
book-numbers-title = Nummern und Telefonieadressen
book-jids-title = Chatadressen
book-number = Eine Nummer oder Adresse
book-types = work, cell …
book-drop-number = Diese Nummer entfernen
book-add-number = Nummer hinzufügen
book-jid = name@example.com
book-drop-jid = Diese Adresse entfernen
book-add-jid = Chatadresse hinzufügen
book-remove-question = { $name } aus Ihrem Adressbuch entfernen?
book-remove = Entfernen
book-keep = Behalten
book-remove-person = Diese Person entfernen …
