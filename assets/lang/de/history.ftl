# Der Abschnitt der Einstellungen über den Verlauf.

history-title = Verlauf

history-figures = Was vorhanden ist
history-counting = Wird gezählt …
history-entries = Nachrichten und Anrufe
history-oldest = Ältester Eintrag
history-size = Größe der Datei
history-kilobytes = { $size } kB
history-megabytes = { $size } MB
history-gigabytes = { $size } GB

history-whom = Um wen es geht
history-everybody = Alle
history-one = Eine Person
history-who = Ein Name oder eine Adresse
history-nobody = Keine Unterhaltung passt dazu.
history-choose = Wählen Sie oben zuerst eine Person.

history-export = In eine Datei schreiben
history-export-hint = Ein Eintrag je Zeile, als JSON, der älteste zuerst. Die Datei ist nicht geschützt: Wer sie hat, kann sie lesen.
history-export-act = Datei schreiben
history-exported = { $count ->
        [one] Ein Eintrag steht in { $path }.
       *[other] { $count } Einträge stehen in { $path }.
    }

history-delete = Löschen
history-delete-hint = Bevor etwas verschwindet, wird Ihnen gezeigt, was es wäre.
history-any-age = Jedes Alter
history-month = Älter als ein Monat
history-quarter = Älter als drei Monate
history-year = Älter als ein Jahr
history-delete-ask = Löschen …
history-question-all = { $count ->
        [one] Alles löschen: eine Nachricht oder einen Anruf?
       *[other] Alles löschen: { $count } Nachrichten und Anrufe?
    }
history-question-before = { $count ->
        [one] Alles aus der Zeit vor dem { $day } löschen: eine Nachricht oder einen Anruf?
       *[other] Alles aus der Zeit vor dem { $day } löschen: { $count } Nachrichten und Anrufe?
    }
history-question-with = { $count ->
        [one] Alles mit { $name } löschen: eine Nachricht oder einen Anruf?
       *[other] Alles mit { $name } löschen: { $count } Nachrichten und Anrufe?
    }
history-question-with-before = { $count ->
        [one] Alles mit { $name } aus der Zeit vor dem { $day } löschen: eine Nachricht oder einen Anruf?
       *[other] Alles mit { $name } aus der Zeit vor dem { $day } löschen: { $count } Nachrichten und Anrufe?
    }
history-waiting = { $count ->
        [one] Eine Nachricht wartet noch darauf, gesendet zu werden, und bleibt.
       *[other] { $count } Nachrichten warten noch darauf, gesendet zu werden, und bleiben.
    }
history-for-good = Auf diesem Computer ist es dann endgültig weg. Andere behalten, was sie haben.
history-delete-act = Löschen
history-keep = Behalten
history-nothing = Davon gibt es nichts zu löschen.
history-well = In Ordnung
history-deleted = { $count ->
        [one] Ein Eintrag wurde gelöscht.
       *[other] { $count } Einträge wurden gelöscht.
    }
