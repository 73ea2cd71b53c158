# Ce que le bureau apprend des appels.

awake-reason = Appel en cours
awake-keys = Touches du casque
awake-media-keys = Les touches multimédias et celles du casque commandent les appels
awake-media-keys-hint = « Lecture » répond, puis coupe et rétablit le micro. « Arrêt » refuse, puis raccroche. Aucune ne lance d’appel.
awake-key-play = Répondre, puis couper et rétablir le micro
awake-key-pause = Couper le micro
awake-key-stop = Refuser, puis raccrocher
awake-cap-play = Lecture
awake-cap-pause = Pause
awake-cap-stop = Arrêt
awake-cap-headset = Casque
