# Die Einstellungen.

settings-title = Einstellungen
settings-accounts = Konten
settings-appearance = Darstellung

settings-no-account = Noch ist kein Konto eingerichtet.
settings-accounts-way = Welche zusammengehören, was über welchen Weg geht, Ihre eigene Karte und was andere sehen.
settings-accounts-open = Alles zu den Konten
settings-protection-way = Wie beide Seiten geschützt sind und was zu tun ist, wo sie es nicht sind.
settings-protection-open = Schutz
settings-rules-way = Was klingelt, wohin Anrufe gehen und wer anrufen darf.
settings-rules-open = Regeln für Anrufe

settings-language-and-time = Sprache und Uhrzeit
settings-language = Sprache
settings-hours = Uhrzeit
settings-hours-24 = 24 Stunden
settings-hours-12 = 12 Stunden
settings-look = Aussehen
settings-theme = Farben
settings-theme-told = Beim Start von Dovetail hat DOVETAIL_THEME dies festgelegt.
settings-light = Hell
settings-dark = Dunkel
settings-of-system = Wie das System
settings-scale = Größe
settings-scale-hint = Gilt für alles im Fenster.
settings-percent = { $percent } %
settings-large-text = Große Schrift
settings-large-text-hint = Nur die Schrift wird größer.

settings-broken = Ihre bisherigen Einstellungen waren nicht lesbar und bleiben unverändert liegen. Was Sie jetzt ändern, gilt, bis Dovetail beendet wird. { $reason }
settings-set-aside = Datei beiseitelegen und jetzige Einstellungen behalten
settings-unwritable = { $path } lässt sich nicht schreiben: { $reason }. Ihre Einstellung gilt, bis Dovetail beendet wird. Prüfen Sie, wem das Verzeichnis gehört und ob auf dem Datenträger Platz ist.
settings-crowded = Neben { $path } liegen zu viele alte Dateien. Entfernen Sie einige davon.
