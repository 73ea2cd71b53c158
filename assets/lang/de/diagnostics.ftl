# Der Abschnitt der Einstellungen für den Fall, dass etwas nicht funktioniert.

diagnostics-title = Diagnose

diagnostics-connections = Verbindungen prüfen

diagnostics-report = Ein Bericht zum Verschicken
diagnostics-holds = Eine Textdatei für alle, die Ihnen helfen: die Version, welche Einstellungen gesetzt sind, der Zustand Ihrer Konten, die Dateien des Profils und das Ende des Protokolls.
diagnostics-without = Passwörter, Nachrichten, Namen und Nummern werden entfernt; die Domains Ihrer eigenen Konten bleiben stehen. Lesen Sie den Bericht, bevor Sie ihn verschicken.
diagnostics-save = Bericht speichern
diagnostics-saving = Wird gespeichert …
diagnostics-saved = Der Bericht liegt in { $path }.
diagnostics-no-profile = Dieses Fenster hat kein Profil, über das zu berichten wäre.

diagnostics-about = Über Dovetail
diagnostics-version = Version
diagnostics-profile = Profil
diagnostics-log = Protokoll
diagnostics-no-log = Hier wird kein Protokoll geschrieben.
