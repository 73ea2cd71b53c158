# Heures et états.

words-today = Aujourd’hui
words-yesterday = Hier
words-day = { $day ->
        [1] 1er
       *[other] { $day }
    } { $month }
words-day-year = { $day ->
        [1] 1er
       *[other] { $day }
    } { $month } { $year }
words-time-am = { $hour }:{ $minute } AM
words-time-pm = { $hour }:{ $minute } PM
words-january = janvier
words-february = février
words-march = mars
words-april = avril
words-may = mai
words-june = juin
words-july = juillet
words-august = août
words-september = septembre
words-october = octobre
words-november = novembre
words-december = décembre
words-jan = janv.
words-feb = févr.
words-mar = mars
words-apr = avr.
words-may-short = mai
words-jun = juin
words-jul = juil.
words-aug = août
words-sep = sept.
words-oct = oct.
words-nov = nov.
words-dec = déc.
words-seconds = { $s } s
words-minutes = { $min } min
words-minutes-seconds = { $min } min { $s } s
words-hours = { $h } h { $min } min

## Long work
words-progress-cancel = Annuler
words-progress-contact-cards = Lecture des fiches de contact : { $done } sur { $total }
words-progress-contact-cards-begin = Lecture des fiches de contact…
words-progress-book-import = Lecture du fichier pour votre carnet d’adresses…
words-progress-history-export = Enregistrement de votre historique dans un fichier : { $percent } %
words-progress-history-export-begin = Enregistrement de votre historique dans un fichier…
words-progress-history-delete = Suppression d’une partie de votre historique…
words-progress-account-check = Test d’une connexion en cours…
