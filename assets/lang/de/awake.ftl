# Was der Desktop über Anrufe erfährt.

awake-reason = Im Gespräch
awake-keys = Tasten eines Headsets
awake-media-keys = Medien- und Headset-Tasten steuern Anrufe
awake-media-keys-hint = „Wiedergabe“ nimmt an, danach schaltet die Taste das Mikrofon stumm und wieder ein. „Stopp“ lehnt ab und legt danach auf. Keine der Tasten beginnt einen Anruf.
awake-key-play = Annehmen, danach stummschalten und wieder einschalten
awake-key-pause = Stummschalten
awake-key-stop = Ablehnen, danach auflegen
awake-cap-play = Wiedergabe
awake-cap-pause = Pause
awake-cap-stop = Stopp
awake-cap-headset = Headset
