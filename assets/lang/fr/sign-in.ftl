# The first page
sign-in-welcome = Bienvenue dans Dovetail
sign-in-words = Votre adresse et votre mot de passe configurent ensemble la messagerie et la téléphonie, si votre fournisseur le permet.
sign-in-address = Adresse
sign-in-password = Mot de passe
sign-in-example = nom@example.com
sign-in-looking = Recherche de votre fournisseur…
sign-in-sign-in = Se connecter
sign-in-demo = Ceci est la démonstration : saisissez { $address } et le mot de passe { $password }. Son fournisseur fonctionne sur cet ordinateur et configure les deux côtés.
sign-in-go-on = Continuer avec { $host }
sign-in-keep-for-now = Le retenir jusqu’à la fermeture de Dovetail
sign-in-back = Retour

# What the provider would set up
sign-in-from = De { $host }. Voici ce qui sera configuré :
sign-in-without-it = Laissé de côté. Modifier
sign-in-go-without = S’en passer
sign-in-setting-up = Configuration…
sign-in-set-up = Configurer
sign-in-agree = Accepter et configurer

# Both sides by hand
sign-in-by-hand = Configurer à la main
sign-in-by-hand-words = Saisissez ce que votre fournisseur vous a indiqué. Laissez vide le côté que vous n’avez pas ; les deux ensemble forment un seul service.
sign-in-chat = Messagerie
sign-in-telephony = Téléphonie
sign-in-chat-example = alice@example.com
sign-in-telephony-example = sip:alice@example.com
sign-in-chat-server = Selon le DNS, ou chat.example.com:5222
sign-in-telephony-server = Selon le DNS, ou sip.example.com:5061
sign-in-same-password = Le même que pour la messagerie
sign-in-server = Serveur
sign-in-found = Trouvé : { $servers }
sign-in-add = Ajouter et connecter

# A password that is missing or was refused
sign-in-another-password = Autre mot de passe
sign-in-use-now = Utiliser cette fois
sign-in-keep = Garder au trousseau
sign-in-password-remark = Utilisé cette fois seulement, il est oublié à la fermeture de Dovetail, puis redemandé. Pour qu’il vienne d’un gestionnaire de mots de passe, définissez password_command pour ce compte dans config.toml.

# In the place of a conversation
sign-in-connecting = Connexion…
sign-in-connecting-words = Vos contacts apparaîtront dès que la messagerie sera connectée.
sign-in-offline = Non connecté
sign-in-offline-words = Ni messages ni appels ne peuvent vous parvenir. Le volet en indique la raison et le moment du prochain essai.
sign-in-no-contacts = Aucun contact pour l’instant
sign-in-no-contacts-words = Saisissez une adresse dans le champ de recherche pour ajouter quelqu’un, ou un numéro pour l’appeler.
sign-in-nobody-chosen = Aucune conversation sélectionnée
sign-in-nobody-chosen-words = Choisissez une conversation ou un contact pour écrire ou appeler.

# On every page
sign-in-dismiss = Fermer
sign-in-another = Ajouter un compte
