# Le panneau latéral.

sidebar-search = Recherche ou numéro
sidebar-conversations = Conversations
sidebar-contacts = Contacts
sidebar-address-book = Carnet d’adresses
sidebar-in-messages = Dans les messages
sidebar-call = Appeler
sidebar-call-typed = Appeler « { $typed } »
sidebar-add = Ajouter à vos contacts
sidebar-write-to = Écrire à « { $who } »
sidebar-details = Détails
sidebar-listen = Écouter
sidebar-your-voice-mail = votre répondeur

# Ce qui figure sous un nom
sidebar-typing = écrit…
sidebar-missed-call = Appel manqué
sidebar-you-said = Vous : { $text }
sidebar-asks = Souhaite savoir quand vous êtes disponible
sidebar-no-number = { $presence } · pas de numéro

# Quand il n’y a rien à lister
sidebar-nothing = Aucun résultat
sidebar-nothing-why = Aucun nom, adresse ou numéro ne correspond.
sidebar-no-account = Pas encore de compte
sidebar-no-account-why = Vos contacts apparaîtront ici dès qu’un compte sera configuré.
sidebar-on-their-way = Les contacts arrivent
sidebar-on-their-way-why = Ils apparaîtront ici dès que la messagerie sera connectée.
sidebar-no-contacts = Pas encore de contacts
sidebar-no-contacts-why = Saisissez une adresse ci-dessus pour ajouter quelqu’un.

# Le menu à côté de votre nom
sidebar-open-rules = Règles d’appel…
sidebar-open-accounts = Comptes…
sidebar-open-book = Carnet d’adresses…
sidebar-menu = Menu
sidebar-presence-and-status = { $presence } · { $status }
sidebar-status = Message de statut
sidebar-open-protection = Protection…
sidebar-open-shortcuts = Raccourcis clavier
