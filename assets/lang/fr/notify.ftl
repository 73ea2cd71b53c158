# Notifications : ce que le bureau annonce quand personne ne regarde la fenêtre.

notify-open = Ouvrir
notify-reply = Répondre
notify-answer = Répondre
notify-decline = Refuser
notify-call-back = Rappeler
notify-messages-of = { $name } · { $count } nouveaux messages
notify-new =
    { $count ->
        [one] Nouveau message
       *[other] { $count } nouveaux messages
    }
notify-call = Appel entrant
notify-call-claims = Appel entrant · Se présente comme { $claim } · non vérifié
notify-call-unknown = Appel entrant · On ne sait rien de cet appelant
notify-call-hides = Appel entrant · Masque son identité
notify-missed =
    { $count ->
        [one] Appel manqué
       *[other] { $count } appels manqués
    }

# Dans les réglages
notify-set = Notifications
notify-set-none = Ce bureau n’affiche pas de notifications : aucun service ne s’en charge. Elles s’afficheront d’elles-mêmes dès qu’il y en aura un.
notify-set-of-messages = Messages
notify-set-of-calls = Appels
notify-set-messages = Nouveaux messages
notify-set-messages-hint = Une notification par conversation, tant que vous ne la regardez pas. Aucune tant que vous ne souhaitez pas être dérangé.
notify-set-text = Afficher le texte
notify-set-text-hint = Quiconque voit l’écran peut lire ce qui est écrit, même quand il est verrouillé sur certains bureaux.
notify-set-text-off = Les nouveaux messages ne sont pas annoncés.
notify-set-calls = Appels entrants
notify-set-calls-hint = Avec « Répondre » et « Refuser », tant que la fenêtre n’est pas au premier plan.
notify-set-missed = Appels manqués
notify-set-missed-hint = Avec un bouton pour rappeler ; si l’appel peut être payant, une confirmation est d’abord demandée.
