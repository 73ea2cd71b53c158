# Was der Desktop über Anrufe erfährt.

awake-reason = Im Gespräch
awake-keys = Tasten eines Headsets
awake-media-keys = Medien- und Headset-Tasten steuern Anrufe
awake-media-keys-hint = Wiedergabe nimmt an, danach schaltet sie das Mikrofon stumm und wieder ein. Stopp lehnt ab, danach legt es auf. Kein Anruf beginnt damit.
awake-key-play = Annehmen, danach stumm schalten und zurück
awake-key-pause = Stumm schalten
awake-key-stop = Ablehnen, danach auflegen
awake-cap-play = Wiedergabe
awake-cap-pause = Pause
awake-cap-stop = Stopp
awake-cap-headset = Headset
