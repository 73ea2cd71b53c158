# Benachrichtigungen: was der Desktop meldet, während niemand das Fenster ansieht.

notify-open = Öffnen
notify-reply = Antworten
notify-answer = Annehmen
notify-decline = Ablehnen
notify-call-back = Zurückrufen
notify-messages-of = { $name } · { $count } neue Nachrichten
notify-new =
    { $count ->
        [one] Neue Nachricht
       *[other] { $count } neue Nachrichten
    }
notify-call = Eingehender Anruf
notify-call-claims = Eingehender Anruf · Gibt sich als { $claim } aus · nicht bestätigt
notify-call-unknown = Eingehender Anruf · Über diesen Anrufer ist nichts bekannt
notify-call-hides = Eingehender Anruf · Rufnummer unterdrückt
notify-missed =
    { $count ->
        [one] Verpasster Anruf
       *[other] { $count } verpasste Anrufe
    }

# In den Einstellungen
notify-set = Benachrichtigungen
notify-set-none = Dieser Desktop zeigt keine Benachrichtigungen an: Es läuft kein Dienst dafür. Sobald einer läuft, beginnen sie von selbst.
notify-set-of-messages = Nachrichten
notify-set-of-calls = Anrufe
notify-set-messages = Neue Nachrichten
notify-set-messages-hint = Eine Benachrichtigung je Unterhaltung, solange Sie sie nicht ansehen. Keine, solange Sie nicht gestört werden möchten.
notify-set-text = Text anzeigen
notify-set-text-hint = Wer den Bildschirm sieht, kann mitlesen, auf manchen Desktops auch bei gesperrtem Bildschirm.
notify-set-text-off = Neue Nachrichten werden nicht gemeldet.
notify-set-calls = Eingehende Anrufe
notify-set-calls-hint = Mit „Annehmen“ und „Ablehnen“, solange das Fenster nicht im Vordergrund ist.
notify-set-missed = Verpasste Anrufe
notify-set-missed-hint = Mit der Möglichkeit zurückzurufen; kann das etwas kosten, werden Sie vorher gefragt.
