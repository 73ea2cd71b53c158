# The page
protection-title = Connexion et protection
protection-hint = Ce qui transporte vos messages et ce qui transporte vos appels, côte à côte.
protection-raise = Sécuriser les deux
protection-finding = { $what } { $advice }
protection-accounts = Comptes
protection-rules = Règles d’appel

# The facts of a side
protection-state = État
protection-level = Protection
protection-level-of = { $level } sur 4 · { $words }
protection-connection = Connexion
protection-no-connection = Aucune pour l’instant
protection-udp = UDP, sans chiffrement
protection-tcp = TCP, sans chiffrement
protection-certificate = Certificat
protection-verified-for = Vérifié · { $name }
protection-verified = Vérifié
protection-by-you = Accepté par vous
protection-not-verified = Non vérifié
protection-no-certificate = Aucun
protection-issued-by = Émis par
protection-valid-until = Valable jusqu’au
protection-fingerprint = Empreinte
protection-cipher = Chiffrement
protection-signing-in = Authentification
protection-conversations = Conversations
protection-messages-open = Messages : non chiffrés
protection-messages-provider = Messages : chiffrés jusqu’à votre fournisseur, qui peut les lire
protection-calls-open = Appels : non chiffrés
protection-calls-preferred = Appels : chiffrés jusqu’à votre fournisseur, si votre correspondant le peut
protection-calls-always = Appels : toujours chiffrés, jusqu’à votre fournisseur, qui pourrait écouter
protection-for = Pour
protection-valid = Validité
protection-valid-from-to = { $from } – { $to }
protection-key = Clé
protection-key-signed = { $key }, signé avec { $signature }

# An account that is not connected since that would not be secure
protection-sure = N’importe qui peut fabriquer un tel certificat, et un intermédiaire pourrait lire votre mot de passe et tout ce que vous dites. Ne l’acceptez que si l’empreinte ci-dessus est celle que votre fournisseur vous a donnée par une autre voie, par exemple sur papier ou par téléphone.
protection-changed = Vous avez accepté un autre certificat pour ce serveur, et ce n’est pas celui-ci. Si votre fournisseur n’en a pas annoncé de nouveau, quelqu’un se trouve peut-être entre vous et le serveur : n’allez pas plus loin.
protection-disconnected = { $name } : déconnecté, comme vous le vouliez.
protection-connect = Connecter
protection-problem = { $name } : { $problem }
protection-trusted-before = Accepté auparavant
protection-stay = Rester déconnecté
protection-trust-surely = Accepter quand même
protection-trust-not = Ne pas l’accepter
protection-trust = Accepter ce certificat
protection-certificates = Certificats que vous acceptez pour { $name }
protection-weaker = { $name } : non connecté, son serveur est moins sûr qu’avant.
protection-weaker-accept = Connecter (moins sûr)
protection-not-secure = { $name } ne peut pas être sécurisé.
protection-not-secure-accept = Connecter comme avant
protection-disconnect = Déconnecter
protection-pinned = Pour { $domain }, depuis : { $day }
protection-trust-no-more = Ne plus accepter

# One word on protection
protection-differs = Protection inégale
protection-not-encrypted = Non chiffré
protection-encrypted = Chiffré
protection-equal = Protection égale
protection-to-provider = Chiffré jusqu’au fournisseur
protection-chat-open = Messagerie non chiffrée
protection-chat-to-provider = Messagerie chiffrée jusqu’au fournisseur
protection-only-messages = Ce que vous écrivez ici est chiffré, cet appel ne l’est pas.
protection-only-call = Cet appel est chiffré, ce que vous écrivez ici ne l’est pas.
