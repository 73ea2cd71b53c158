# Das Symbol im Infobereich, und was das Schließen des Fensters bedeutet.

tray-open = Dovetail öffnen
tray-quit = Dovetail beenden
tray-presence = Anwesenheit
tray-answer = Annehmen
tray-decline = Ablehnen
tray-hang-up = Auflegen
tray-mute = Mikrofon stummschalten
tray-unmute = Mikrofon wieder einschalten

# Ein Anruf
tray-rings = { $name } ruft an
tray-quiet = { $name } ruft an, ohne Klingelton
tray-in-call = Im Gespräch mit { $name }
tray-muted = Im Gespräch mit { $name }, Mikrofon stumm
tray-calling = { $name } wird angerufen
tray-on-hold = Gehalten: { $name }

# Das Übrige
tray-unread =
    { $count ->
        [one] { $count } ungelesene Nachricht
       *[other] { $count } ungelesene Nachrichten
    }
tray-no-account = Noch kein Konto
tray-partial = Nicht alles ist verbunden
tray-connecting = Verbindet sich …
tray-offline = Nicht verbunden

# Wenn das Fenster zum ersten Mal wiederkommt
tray-went-on = Solange das Fenster geschlossen war, lief Dovetail im Infobereich weiter. Strg+Q beendet es. Was das Schließen bewirkt, legen Sie unter Einstellungen, Desktop fest.

# In den Einstellungen
tray-settings = Desktop
tray-settings-start = Start
tray-settings-window = Fenster
tray-at-login = Beim Anmelden starten
tray-at-login-hint = Im Infobereich, ohne Fenster.
tray-at-login-hint-window = Mit Fenster: Dieser Desktop hat keinen Infobereich.
tray-entry-unreadable = Ob Dovetail beim Anmelden startet, ist nicht bekannt: { $path } lässt sich nicht lesen ({ $reason }).
tray-entry-unwritable = Das ließ sich nicht ändern: { $path } lässt sich nicht schreiben ({ $reason }). Prüfen Sie, wem die Datei gehört und ob auf dem Datenträger noch Platz ist.
tray-close = Nach dem Schließen des Fensters weiterlaufen
tray-close-hint = Anrufe und Nachrichten kommen weiterhin an; das Symbol im Infobereich öffnet das Fenster wieder.
tray-close-hint-off = Wer das Fenster schließt, beendet Dovetail.
tray-close-none = Dieser Desktop hat keinen Infobereich: Wer das Fenster schließt, beendet Dovetail.
