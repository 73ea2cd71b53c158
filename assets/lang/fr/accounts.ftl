# The page
accounts-title = Comptes
accounts-hint = Les comptes avec lesquels vous écrivez et appelez, et ce qui les lie.
accounts-protection = Protection
accounts-rules = Règles d’appel
accounts-no-chat = Il n’y a pas de compte de messagerie. Ajoutez-en un dans les réglages pour pouvoir aussi écrire.
accounts-no-telephony = Il n’y a pas de compte de téléphonie. Ajoutez-en un dans les réglages pour pouvoir aussi appeler.
accounts-connections = Connexions
accounts-seen = Ce que voient les autres
accounts-ways = Par où passent les échanges
accounts-your-rules = Vos règles
accounts-none-step = Ajoutez un compte de messagerie, un compte de téléphonie ou les deux dans les réglages.
accounts-none-jitsi = Si vous venez de Jitsi, « dovetail import jitsi » montre lesquels de ses comptes seraient repris.
accounts-none = Aucun compte n’est encore configuré
accounts-on-the-phone = Indiquer quand vous êtes au téléphone
accounts-on-the-phone-hint = Pendant un appel, vos contacts le voient.
accounts-tell-address = Communiquer votre adresse de téléphonie
accounts-tell-address-hint = Vos contacts peuvent vous y appeler, même si votre fiche de contact ne la mentionne pas.

# Accounts that belong together
accounts-after = Connecter la messagerie après la téléphonie
accounts-after-hint = La messagerie attend que la téléphonie soit enregistrée.
accounts-after-locked = « Les deux ou aucun » fait déjà attendre la messagerie.
accounts-both-or-none = Les deux ou aucun
accounts-both-or-none-hint = Si un côté ne peut pas se connecter, l’autre est déconnecté.
accounts-together = Ensemble
accounts-apart = Les dissocier
accounts-two-sides = { $chat } et { $telephony } sont les deux côtés d’un même service.
accounts-look-like = { $chat } et { $telephony } semblent être les deux côtés d’un même service.
accounts-relate = Associer
accounts-relate-not = Non
accounts-relate-question = Vont-ils ensemble ?
accounts-not-related = Non associés
accounts-two = { $chat } et { $telephony }
accounts-relate-them = Les associer
accounts-named = { $name } ({ $address })

# The numbers on the own card
accounts-voice = Voix
accounts-video = Vidéo
accounts-work = Professionnel
accounts-home = Domicile
accounts-cell = Mobile
accounts-card-names-it = Votre fiche de contact le mentionne déjà.
accounts-card-of = Votre numéro · { $address }
accounts-card = Votre numéro
accounts-card-unread = Votre fiche de contact n’a pas encore été lue.
accounts-card-unread-until = Votre fiche de contact n’a pas encore été lue. Elle le sera dès que { $name } sera connecté.
accounts-card-offline = Il pourra être modifié dès que { $name } sera connecté.
accounts-card-empty = Votre fiche de contact ne mentionne aucun numéro.
accounts-put = Ajouter { $address } à votre fiche
accounts-put-it = Ajouter à la fiche
accounts-change = Modifier
accounts-remove = Supprimer
accounts-number = Un numéro ou une adresse
accounts-another-number = Autre numéro ou adresse
accounts-saving = Enregistrement…
accounts-save = Enregistrer
accounts-add = Ajouter
accounts-leave-it = Ne rien changer
accounts-types-hint = La vidéo n’est proposée à vos contacts que si un numéro l’indique.

# The test of an account
accounts-testing = Test en cours…
accounts-test = Tester la connexion
accounts-tested = { $what } : { $found }
accounts-test-cancel = Annuler
accounts-tested-well = Tout fonctionne.
accounts-tested-better = { $count ->
        [one] Cela fonctionne. Un point pourrait être amélioré.
       *[other] Cela fonctionne. { $count } points pourraient être améliorés.
    }
accounts-tested-problems = { $count ->
        [one] Un point ne fonctionne pas.
       *[other] { $count } points ne fonctionnent pas.
    }

# Which way things go
accounts-calls-one = Appels : il n’y a qu’un compte de téléphonie, qui les passe tous.
accounts-calls-none = Appels : il n’y a pas de compte de téléphonie.
accounts-messages-one = Messages : un seul compte les envoie.
accounts-scope-contact = Une personne
accounts-scope-device = Un numéro
accounts-scope-domain = Un domaine
accounts-scope-account = Vos contacts
accounts-contact-hint = Son adresse de messagerie, son numéro ou son adresse de téléphonie
accounts-device-hint = Le numéro ou l’adresse de téléphonie
accounts-domain-hint = example.com
accounts-no-sip-messages = Aucun compte de téléphonie n’envoie de messages : ceux qui ont un compte de messagerie le lui laissent.
accounts-only-sip-messages = Il n’y a pas de compte de messagerie.
accounts-no-other-way = Cette version ne connaît pas d’autre voie.
accounts-by-contact = Selon le contact
accounts-no-rules = Aucune pour l’instant : avec tout le monde, tout passe comme indiqué ci-dessus.
accounts-rule-everybody-account = { $feature } avec tout le monde : par { $account }
accounts-rule-everybody-chat = { $feature } avec tout le monde : par la messagerie
accounts-rule-everybody-telephony = { $feature } avec tout le monde : par la téléphonie
accounts-rule-with-account = { $feature } avec { $who } : par { $account }
accounts-rule-with-chat = { $feature } avec { $who } : par la messagerie
accounts-rule-with-telephony = { $feature } avec { $who } : par la téléphonie
accounts-rule-domain-account = { $feature } avec tout le monde chez { $domain } : par { $account }
accounts-rule-domain-chat = { $feature } avec tout le monde chez { $domain } : par la messagerie
accounts-rule-domain-telephony = { $feature } avec tout le monde chez { $domain } : par la téléphonie
accounts-rule-contacts-account = { $feature } avec les contacts de { $whose } : par { $account }
accounts-rule-contacts-chat = { $feature } avec les contacts de { $whose } : par la messagerie
accounts-rule-contacts-telephony = { $feature } avec les contacts de { $whose } : par la téléphonie
accounts-no-rule-now = Aucune règle ne peut être ajoutée pour le moment.
accounts-add-rule = Ajouter la règle
accounts-what = Quoi
accounts-with = Avec
accounts-goes = Passe

# What holds back or goes ahead
accounts-go-ahead-calls = Renvoyer quand même
accounts-go-ahead-use = Utiliser quand même
accounts-go-ahead-show = Montrer quand même
accounts-connect-now = Connecter maintenant
accounts-connect-anyway = Connecter quand même
accounts-by-configuration = Défini dans la configuration.
accounts-by-you = Défini par vous.
accounts-by-provider = Défini par votre fournisseur.
accounts-feature-messages = Messages
accounts-feature-rooms = Salons
accounts-feature-presence = Présence
accounts-feature-files = Fichiers
accounts-feature-calls = Appels
accounts-feature-video = Appels vidéo
accounts-feature-conferences = Conférences
accounts-feature-screen = Partage d’écran
accounts-over-chat = Par la messagerie
accounts-over-telephony = Par la téléphonie
