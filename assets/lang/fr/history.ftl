# La partie des réglages sur l’historique.

history-title = Historique

history-figures = Ce qu’il contient
history-counting = Comptage en cours…
history-entries = Messages et appels
history-oldest = Le plus ancien
history-size = Taille du fichier
history-kilobytes = { $size } ko
history-megabytes = { $size } Mo
history-gigabytes = { $size } Go

history-whom = Qui est concerné
history-everybody = Tout le monde
history-one = Une personne
history-who = Un nom ou une adresse
history-nobody = Aucune conversation ne correspond.
history-choose = Choisissez d’abord une personne ci-dessus.

history-export = L’écrire dans un fichier
history-export-hint = Une entrée par ligne, en JSON, la plus ancienne d’abord. Le fichier n’est pas protégé : toute personne qui l’a peut le lire.
history-export-act = Écrire le fichier
history-exported = { $count ->
        [0] Aucune entrée ne se trouve dans { $path }.
        [one] Une entrée se trouve dans { $path }.
       *[other] { $count } entrées se trouvent dans { $path }.
    }

history-delete = Supprimer
history-delete-hint = Avant toute suppression, on vous montre ce qui disparaîtrait.
history-any-age = De tout âge
history-month = Plus d’un mois
history-quarter = Plus de trois mois
history-year = Plus d’un an
history-delete-ask = Supprimer…
history-question-all = { $count ->
        [one] Tout supprimer : un message ou un appel ?
       *[other] Tout supprimer : { $count } messages et appels ?
    }
history-question-before = { $count ->
        [one] Tout supprimer avant le { $day } : un message ou un appel ?
       *[other] Tout supprimer avant le { $day } : { $count } messages et appels ?
    }
history-question-with = { $count ->
        [one] Tout supprimer avec { $name } : un message ou un appel ?
       *[other] Tout supprimer avec { $name } : { $count } messages et appels ?
    }
history-question-with-before = { $count ->
        [one] Tout supprimer avec { $name } avant le { $day } : un message ou un appel ?
       *[other] Tout supprimer avec { $name } avant le { $day } : { $count } messages et appels ?
    }
history-waiting = { $count ->
        [one] Un message attend encore d’être envoyé, et reste.
       *[other] { $count } messages attendent encore d’être envoyés, et restent.
    }
history-for-good = Sur cet ordinateur, la suppression est définitive. Les autres gardent ce qu’ils ont.
history-delete-act = Supprimer
history-keep = Garder
history-nothing = Il n’y a rien de tel à supprimer.
history-well = D’accord
history-deleted = { $count ->
        [0] Aucune entrée n’a été supprimée.
        [one] Une entrée a été supprimée.
       *[other] { $count } entrées ont été supprimées.
    }
