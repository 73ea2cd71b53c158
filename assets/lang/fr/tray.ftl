# L’icône de la zone de notification, et ce que signifie fermer la fenêtre.

tray-open = Ouvrir Dovetail
tray-quit = Quitter Dovetail
tray-presence = Présence
tray-answer = Répondre
tray-decline = Refuser
tray-hang-up = Raccrocher
tray-mute = Couper le micro
tray-unmute = Rétablir le micro

# Un appel
tray-rings = Appel de { $name }
tray-quiet = Appel de { $name }, sans sonnerie
tray-in-call = En communication avec { $name }
tray-muted = En communication avec { $name }, micro coupé
tray-calling = Appel vers { $name }
tray-on-hold = En attente : { $name }

# Le reste
tray-unread =
    { $count ->
        [one] { $count } message non lu
       *[other] { $count } messages non lus
    }
tray-no-account = Aucun compte pour l’instant
tray-partial = Tout n’est pas connecté
tray-connecting = Connexion…
tray-offline = Non connecté

# Quand la fenêtre revient pour la première fois
tray-went-on = Pendant que la fenêtre était fermée, Dovetail est resté actif dans la zone de notification. Ctrl+Q met fin à Dovetail. Ce que fait la fermeture se règle sous Réglages, Bureau.

# Dans les réglages
tray-settings = Bureau
tray-settings-start = Démarrage
tray-settings-window = Fenêtre
tray-at-login = Lancer à l’ouverture de session
tray-at-login-hint = Dans la zone de notification, sans fenêtre.
tray-at-login-hint-window = Avec sa fenêtre : ce bureau n’a pas de zone de notification.
tray-entry-unreadable = On ne sait pas si Dovetail se lance à l’ouverture de session : { $path } est illisible ({ $reason }).
tray-entry-unwritable = La modification a échoué : { $path } ne peut pas être écrit ({ $reason }). Vérifiez à qui appartient ce fichier et la place sur le disque.
tray-close = Rester actif quand la fenêtre est fermée
tray-close-hint = Les appels et les messages continuent d’arriver ; l’icône de la zone de notification rouvre la fenêtre.
tray-close-hint-off = Fermer la fenêtre met fin à Dovetail.
tray-close-none = Ce bureau n’a pas de zone de notification : fermer la fenêtre met fin à Dovetail.
