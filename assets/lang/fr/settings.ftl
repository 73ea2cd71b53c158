# Les réglages.

settings-title = Réglages
settings-accounts = Comptes
settings-appearance = Apparence

settings-no-account = Aucun compte n’est encore configuré.
settings-accounts-way = Ceux qui vont ensemble, ce qui passe par où, votre propre carte et ce que les autres voient.
settings-accounts-open = Tout sur les comptes
settings-protection-way = La protection des deux côtés, et que faire là où elle manque.
settings-protection-open = Protection
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
settings-large-text = Grand texte
settings-large-text-hint = Seul le texte s’agrandit.

settings-broken = Vos réglages précédents n’ont pas pu être lus et restent tels quels. Ce que vous changez maintenant vaut jusqu’à la fermeture de Dovetail. { $reason }
settings-set-aside = Mettre le fichier de côté et garder les réglages actuels
settings-unwritable = Impossible d’écrire { $path } : { $reason }. Votre réglage vaut jusqu’à la fermeture de Dovetail. Vérifiez à qui appartient le dossier et s’il reste de la place sur le disque.
settings-crowded = Il y a trop d’anciens fichiers à côté de { $path }. Supprimez-en quelques-uns.
