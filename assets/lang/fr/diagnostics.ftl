# La partie des réglages pour le cas où quelque chose ne fonctionne pas.

diagnostics-title = Diagnostic

diagnostics-connections = Tester les connexions

diagnostics-report = Un rapport à envoyer
diagnostics-holds = Un fichier texte pour la personne qui vous aide : la version, les réglages définis, l’état de vos comptes, les fichiers du profil et la fin du journal.
diagnostics-without = Les mots de passe, les messages, les noms et les numéros sont retirés ; les domaines de vos propres comptes restent. Relisez le rapport avant de l’envoyer.
diagnostics-save = Enregistrer un rapport
diagnostics-saving = Enregistrement…
diagnostics-saved = Le rapport se trouve dans { $path }.
diagnostics-no-profile = Cette fenêtre n’a pas de profil sur lequel faire un rapport.

diagnostics-about = À propos
diagnostics-version = Version
diagnostics-profile = Profil
diagnostics-log = Journal
diagnostics-no-log = Aucun journal n’est écrit ici.
