# Presence
states-free = Disponible pour discuter
states-available = Disponible
states-away = Absent
states-away-long = Absence prolongée
states-dnd = Ne pas déranger
states-offline = Hors ligne

# Accounts
states-account-offline = Hors ligne
states-connecting = Connexion…
states-connected = Connecté
states-not-connected = Non connecté
states-switched-off = Désactivé
states-connecting-again = { $name } : nouvelle connexion en cours. { $reason }
states-is-connecting = { $name } : connexion en cours…
states-no-reason = Aucune raison n’est connue.
states-is-not-connected = { $name } : non connecté. { $reason }
states-is-offline-why = { $name } : hors ligne. { $reason }
states-is-offline = { $name } : hors ligne.
states-again-now = Nouvel essai maintenant.
states-again-in = Nouvel essai dans { $time }.
states-account-among = { $side } { $address }
states-account-stands = { $side } { $address } : { $state }

# Calls
states-calling = Appel…
states-ringing = Ça sonne…
states-incoming = Appel entrant
states-in-call = En communication
states-on-hold = En attente
states-held-by-peer = Votre correspondant vous a mis en attente
states-ended = Appel terminé
states-held-by-both = Mis en attente des deux côtés
states-hides = masque son identité
states-hidden = identité masquée
states-transferring = Transfert en cours…
states-transfer-rings = Transfert : ça sonne là-bas.
states-transferred = Transféré : ils sont en communication.
states-transfer-error = erreur { $code }
states-transfer-failed = Non transféré : { $why }. Vous êtes toujours en communication.
states-mailbox-some = Nouveaux messages vocaux
states-mailbox = { $count ->
        [one] { $count } nouveau message vocal
       *[other] { $count } nouveaux messages vocaux
    }
states-do-not-ring = Les appels ne sonnent pas : ne pas déranger
states-all-go-to = Tous les appels vont vers { $target }
states-good-line = Bonne ligne
states-fair-line = Ligne moyenne
states-poor-line-loss = Mauvaise ligne : le son se perd en partie
states-poor-line-delay = Mauvaise ligne : délai important
states-poor-line = Mauvaise ligne

# Questions that are not asked any more
states-not-asked-pstn = Les appels vers le réseau téléphonique partent alors aussitôt.
states-not-asked-other = Les appels vers d’autres fournisseurs partent alors aussitôt.
states-not-asked = Les appels de ce genre partent alors aussitôt.
states-no-question-pstn = Les appels vers le réseau téléphonique partent sans question.
states-no-question-other = Les appels vers d’autres fournisseurs partent sans question.
states-no-question = Les appels dont le coût n’est pas connu partent sans question.

states-blocked = Bloqué
