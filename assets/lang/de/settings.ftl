# Die Einstellungen.

settings-title = Einstellungen
settings-open = Einstellungen …
settings-accounts = Konten
settings-appearance = Darstellung

settings-no-account = Noch ist kein Konto eingerichtet.
settings-accounts-way = Welche zusammengehören, was über welchen Weg geht, Ihre Kontaktkarte und was andere sehen.
settings-accounts-open = Alles zu den Konten
settings-protection-way = Wie beide Seiten geschützt sind und was zu tun ist, wo sie es nicht sind.
settings-protection-open = Schutz
settings-more-way = Ein weiteres Konto, bei diesem Anbieter oder einem anderen.
settings-more-open = Konto hinzufügen
settings-rules-way = Was klingelt, wohin Anrufe gehen und wer anrufen darf.
settings-rules-open = Anrufregeln

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
settings-calm = Weniger Bewegung
settings-calm-hint = Der Pegel im Gespräch wird einmal statt zehnmal in der Sekunde angezeigt.

settings-broken = Ihre bisherigen Einstellungen waren nicht lesbar und bleiben unverändert liegen. Was Sie jetzt ändern, gilt, bis Dovetail beendet wird. { $reason }
settings-set-aside = Datei beiseitelegen und jetzige Einstellungen behalten
settings-unwritable = { $path } lässt sich nicht schreiben: { $reason }. Ihre Einstellung gilt, bis Dovetail beendet wird. Prüfen Sie, wem der Ordner gehört und ob auf dem Datenträger Platz ist.
settings-crowded = Neben { $path } liegen zu viele alte Dateien. Entfernen Sie einige davon.

settings-features = Funktionen
settings-privacy = Privatsphäre
settings-sound = Ton

settings-told-in-chat = Was Ihre Kontakte im Chat erfahren
settings-delivered = Mitteilen, dass eine Nachricht angekommen ist
settings-delivered-hint = Nur denen, die sehen dürfen, ob Sie da sind.
settings-displayed = Mitteilen, dass Sie eine Nachricht gesehen haben
settings-displayed-hint = Was andere Ihnen über Ihre Nachrichten mitteilen, wird trotzdem angezeigt.
settings-typing = Mitteilen, dass Sie gerade schreiben
settings-typing-hint = Wem Sie schreiben, der sieht es.
settings-told-of-calls = Was mit Anrufen mitgeteilt wird
settings-chat-address = In Anrufen Ihre Chatadresse nennen
settings-chat-address-hint = Ihre Gesprächspartner sehen sie und können Ihnen schreiben. Anonyme Anrufe nennen sie nie.
settings-on-the-phone = Zeigen, dass Sie telefonieren
settings-on-the-phone-hint = Während eines Gesprächs sehen es Ihre Kontakte.
settings-address = Ihre Telefonieadresse mitteilen
settings-address-hint = Ihre Kontakte können Sie dort anrufen, auch wenn Ihre Kontaktkarte sie nicht nennt.
settings-callers = Wer anrufen darf
settings-strangers = Personen, die nicht Ihre Kontakte sind
settings-strangers-ring = Klingeln lassen
settings-strangers-ring-hint = Wie bei Anrufen Ihrer Kontakte.
settings-strangers-shown = Nur anzeigen, nicht klingeln
settings-strangers-shown-hint = Sie können annehmen, wenn Sie den Anruf sehen.
settings-strangers-refused = Abweisen
settings-strangers-refused-hint = Sie finden diese Anrufe unter den verpassten.
settings-anonymous = Anonyme Anrufe abweisen
settings-anonymous-hint = Anrufe mit unterdrückter Nummer klingeln nicht.

settings-devices-looking = Geräte werden gesucht …
settings-microphone = Mikrofon
settings-loudspeaker = Lautsprecher
settings-no-device = Keines

# Eigene Dateien
settings-copy = Kopieren
settings-copy-path = Pfad kopieren
settings-open-folder = Ordner öffnen
settings-folder-refused = Der Ordner ließ sich nicht öffnen. { $reason }
settings-file = Die Datei, etwa /home/alice/dovetail.txt
settings-file-whole = Geben Sie den vollständigen Pfad einer neuen Datei an, etwa /home/alice/dovetail.txt.
settings-file-exists = { $path } gibt es schon; die Datei blieb unverändert. Wählen Sie einen anderen Namen.
settings-file-no-folder = Diesen Ordner gibt es nicht: { $path }.
settings-file-unwritable = { $path } lässt sich nicht schreiben: { $reason }.

settings-shortcuts = Tastenkürzel
settings-shortcuts-hint = F1 zeigt sie überall an.

# Blockierte Personen
settings-blocked = Blockierte Personen
settings-blocked-hint = Für sie sind Sie offline, und was sie schreiben, kommt nicht an. Das übernimmt Ihr Server, auch wenn Dovetail nicht läuft. Für Anrufe gelten die Anrufregeln.
settings-blocked-nobody = Niemand ist blockiert.
settings-blocked-more = { $count ->
        [one] Und { $count } weitere Person.
       *[other] Und { $count } weitere.
    }
settings-block-address = Adresse, etwa eve@example.com
settings-block-act = Blockieren
settings-block-no-address = Das ist keine Chatadresse: Eine solche sieht aus wie name@example.com.
settings-block-offline = Der Chat ist nicht verbunden: Zurzeit lässt sich niemand blockieren oder freigeben.
settings-block-not-offered = Ihr Server kann niemanden blockieren.
settings-block-reading = Ihr Server hat noch nicht mitgeteilt, wer blockiert ist.
settings-unblock = Freigeben
