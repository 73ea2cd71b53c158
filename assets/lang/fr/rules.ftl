# The page
rules-accounts = Comptes
rules-protection = Protection
rules-title = Règles d’appel
rules-hint = Ce qui sonne, où vont les appels et qui peut appeler.
rules-no-account = Aucun compte de téléphonie n’est configuré : rien ici n’a encore d’effet.
rules-ringing = Sonnerie
rules-forwarding = Renvoi d’appel
rules-callers = Qui peut appeler
rules-costs = Appels qui peuvent être payants

# Ringing
rules-dnd = Ne pas déranger
rules-dnd-hint = Rien ne sonne. Les appelants vous trouvent occupé.
rules-waiting = Un deuxième appel peut sonner
rules-waiting-hint = Si c’est désactivé, les appelants vous trouvent occupé pendant un appel.

# Sending on
rules-always = Toujours
rules-busy = Quand vous êtes occupé ou ne voulez pas être dérangé
rules-no-answer = Quand vous ne répondez pas
rules-stop = Arrêter
rules-target = Un numéro ou une adresse
rules-rings-for = Durée de la sonnerie
rules-rings-for-hint = En secondes, avant le renvoi d’un appel.
rules-save = Enregistrer
rules-bad-seconds = Saisissez un nombre de secondes de 5 à 120.

# Who may call
rules-strangers = Les personnes qui ne sont pas vos contacts
rules-they-ring = Leurs appels sonnent
rules-they-ring-hint = Comme ceux de vos contacts.
rules-they-show = Leurs appels s’affichent sans sonner
rules-they-show-hint = Vous pouvez répondre quand vous les voyez.
rules-they-fail = Leurs appels sont refusés
rules-they-fail-hint = Vous les retrouvez parmi les appels manqués.
rules-hidden = Refuser les appels masqués
rules-hidden-hint = Les appels de personnes qui masquent leur identité ne sonnent pas.
rules-auto = Répondre automatiquement aux contacts
rules-auto-hint = Seulement aux appelants dont il est prouvé qu’ils sont vos contacts, et seulement sans autre appel en cours.
rules-say-chat = Donner votre adresse de messagerie dans les appels
rules-say-chat-hint = Vos correspondants la voient et peuvent vous écrire. Les appels masqués ne la donnent jamais.

# Calls that may cost
rules-asked = Une question vous est posée avant tout appel qui peut être payant ou qui quitte votre fournisseur.
rules-ask-again = Redemander
