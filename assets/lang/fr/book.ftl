# The list
book-title = Carnet d’adresses
book-new = Nouvelle personne
book-from-file = Depuis un fichier…
book-copy = Copier en vCard
book-copied = Tout le carnet d’adresses est dans le presse-papiers, en vCards.
book-search = Rechercher par nom ou numéro
book-nobody = Personne pour l’instant
book-nobody-words = Ajoutez une personne, ou importez un fichier de vCards d’un autre programme.
book-nothing = Aucun résultat
book-nothing-words = Aucun nom, adresse ou numéro ne correspond.
book-no-number = Aucun numéro
book-numbers = { $count ->
        [one] { $count } numéro
       *[other] { $count } numéros
    }

# A file
book-file = Personnes d’un fichier
book-file-hint = Un fichier de vCards (.vcf), tel que d’autres carnets d’adresses en écrivent. Rien de ce que vous avez n’est retiré.
book-path = Le fichier, par exemple /home/alice/personnes.vcf
book-look = Voir les ajouts
book-taken-in = Importé.
book-nothing-new = Il ne contient rien de nouveau.
book-take-in = Importer
book-more = { $count ->
        [one] Et { $count } autre.
       *[other] Et { $count } autres.
    }
book-new-count = Nouveaux · { $count }
book-changed-count = Modifiés · { $count }
book-left-out-count = Laissés de côté · { $count }
book-same = Vous avez déjà { $count } de ses fiches.

# The form
book-bad-jid = « { $typed } » n’est pas une adresse de messagerie : elle doit ressembler à nom@example.com.
book-change-title = Modifier une personne
book-form-hint = Ce que vous écrivez ici l’emporte sur ce que les autres disent d’eux-mêmes.
book-name = Nom
book-save = Enregistrer
book-cancel = Annuler
book-needs = Une entrée a besoin d’un nom, et d’un numéro ou d’une adresse de messagerie.
book-numbers-title = Numéros et adresses de téléphonie
book-jids-title = Adresses de messagerie
book-number = Un numéro ou une adresse
book-types = work, cell…
book-drop-number = Supprimer ce numéro
book-add-number = Ajouter un numéro
book-jid = nom@example.com
book-drop-jid = Supprimer cette adresse
book-add-jid = Ajouter une adresse de messagerie
book-remove-question = Supprimer { $name } de votre carnet d’adresses ?
book-remove = Supprimer
book-keep = Garder
book-remove-person = Supprimer cette personne…
