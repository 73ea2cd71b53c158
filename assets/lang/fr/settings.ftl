# Les réglages.

settings-title = Réglages
settings-open = Réglages…
settings-accounts = Comptes
settings-appearance = Apparence

settings-no-account = Aucun compte n’est encore configuré.
settings-accounts-way = Ceux qui vont ensemble, par où passent les échanges, votre fiche de contact et ce que les autres voient.
settings-accounts-open = Tout sur les comptes
settings-protection-way = La protection des deux côtés, et que faire là où elle manque.
settings-protection-open = Protection
settings-more-way = Un compte de plus, chez ce fournisseur ou chez un autre.
settings-more-open = Ajouter un compte
settings-rules-way = Ce qui sonne, où vont les appels et qui peut appeler.
settings-rules-open = Règles d’appel

settings-language-and-time = Langue et heure
settings-language = Langue
settings-hours = Heure
settings-hours-24 = 24 heures
settings-hours-12 = 12 heures
settings-look = Aspect
settings-theme = Couleurs
settings-theme-told = DOVETAIL_THEME en a décidé au démarrage de Dovetail.
settings-light = Clair
settings-dark = Sombre
settings-of-system = Comme le système
settings-scale = Taille
settings-scale-hint = De tout ce que montre la fenêtre.
settings-percent = { $percent } %
settings-large-text = Grands caractères
settings-large-text-hint = Seul le texte s’agrandit.
settings-calm = Moins de mouvement
settings-calm-hint = Le niveau sonore d’un appel est affiché une fois par seconde au lieu de dix.

settings-broken = Vos réglages précédents n’ont pas pu être lus et restent tels quels. Ce que vous changez maintenant vaut jusqu’à la fermeture de Dovetail. { $reason }
settings-set-aside = Mettre le fichier de côté et garder les réglages actuels
settings-unwritable = Impossible d’écrire { $path } : { $reason }. Votre réglage vaut jusqu’à la fermeture de Dovetail. Vérifiez à qui appartient le dossier et s’il reste de la place sur le disque.
settings-crowded = Il y a trop d’anciens fichiers à côté de { $path }. Supprimez-en quelques-uns.

settings-features = Fonctions
settings-privacy = Confidentialité
settings-sound = Son

settings-told-in-chat = Ce que vos contacts apprennent par la messagerie
settings-delivered = Indiquer qu’un message est arrivé
settings-delivered-hint = Seulement à ceux qui peuvent voir si vous êtes là.
settings-displayed = Indiquer que vous avez vu un message
settings-displayed-hint = Ce que les autres indiquent de leur côté reste affiché.
settings-typing = Indiquer que vous êtes en train d’écrire
settings-typing-hint = La personne à qui vous écrivez le voit.
settings-told-of-calls = Ce qui est communiqué avec les appels
settings-chat-address = Donner votre adresse de messagerie dans les appels
settings-chat-address-hint = Vos correspondants la voient et peuvent vous écrire. Les appels masqués ne la donnent jamais.
settings-on-the-phone = Indiquer quand vous êtes au téléphone
settings-on-the-phone-hint = Pendant un appel, vos contacts le voient.
settings-address = Communiquer votre adresse de téléphonie
settings-address-hint = Vos contacts peuvent vous y appeler, même si votre fiche de contact ne la mentionne pas.
settings-callers = Qui peut appeler
settings-strangers = Les personnes qui ne sont pas vos contacts
settings-strangers-ring = Leurs appels sonnent
settings-strangers-ring-hint = Comme ceux de vos contacts.
settings-strangers-shown = Leurs appels s’affichent sans sonner
settings-strangers-shown-hint = Vous pouvez répondre quand vous les voyez.
settings-strangers-refused = Leurs appels sont refusés
settings-strangers-refused-hint = Vous les retrouvez parmi les appels manqués.
settings-anonymous = Refuser les appels masqués
settings-anonymous-hint = Les appels de personnes qui masquent leur identité ne sonnent pas.

settings-devices-looking = Recherche de périphériques…
settings-microphone = Micro
settings-loudspeaker = Haut-parleur
settings-no-device = Aucun

# Vos propres fichiers
settings-copy = Copier
settings-copy-path = Copier le chemin
settings-open-folder = Ouvrir le dossier
settings-folder-refused = Le dossier n’a pas pu être ouvert. { $reason }
settings-file = Le fichier, par exemple /home/alice/dovetail.txt
settings-file-whole = Indiquez le chemin complet d’un nouveau fichier, par exemple /home/alice/dovetail.txt.
settings-file-exists = { $path } existe déjà et n’a pas été modifié. Choisissez un autre nom.
settings-file-no-folder = Ce dossier n’existe pas : { $path }.
settings-file-unwritable = Impossible d’écrire { $path } : { $reason }.

settings-shortcuts = Raccourcis
settings-shortcuts-hint = F1 les affiche partout.

# Les personnes bloquées
settings-blocked = Personnes bloquées
settings-blocked-hint = Elles vous voient hors ligne, et ce qu’elles écrivent n’arrive pas. C’est votre serveur qui s’en charge, même lorsque Dovetail n’est pas lancé. Pour les appels, voyez les règles d’appel.
settings-blocked-nobody = Personne n’est bloqué.
settings-blocked-more = { $count ->
        [one] Et { $count } autre.
       *[other] Et { $count } autres.
    }
settings-block-address = Adresse, par exemple eve@example.com
settings-block-act = Bloquer
settings-block-no-address = Ce n’est pas une adresse de messagerie : elle doit ressembler à nom@example.com.
settings-block-offline = La messagerie n’est pas connectée : personne ne peut être bloqué ou débloqué pour l’instant.
settings-block-not-offered = Votre serveur ne sait bloquer personne.
settings-block-reading = Votre serveur n’a pas encore indiqué qui est bloqué.
settings-unblock = Débloquer
