# Zeiten und Zustände.

words-today = Heute
words-yesterday = Gestern
words-day = { $day }. { $month }
words-day-year = { $day }. { $month } { $year }
words-time-am = { $hour }:{ $minute } vorm.
words-time-pm = { $hour }:{ $minute } nachm.
words-january = Januar
words-february = Februar
words-march = März
words-april = April
words-may = Mai
words-june = Juni
words-july = Juli
words-august = August
words-september = September
words-october = Oktober
words-november = November
words-december = Dezember
words-jan = Jan.
words-feb = Feb.
words-mar = März
words-apr = Apr.
words-may-short = Mai
words-jun = Juni
words-jul = Juli
words-aug = Aug.
words-sep = Sept.
words-oct = Okt.
words-nov = Nov.
words-dec = Dez.
words-seconds = { $s } s
words-minutes = { $min } min
words-minutes-seconds = { $min } min { $s } s
words-hours = { $h } h { $min } min

## Long work
words-progress-cancel = Abbrechen
words-progress-contact-cards = Kontaktkarten werden gelesen: { $done } von { $total }
words-progress-contact-cards-begin = Kontaktkarten werden gelesen …
words-progress-book-import = Die Datei für Ihr Adressbuch wird gelesen …
words-progress-history-export = Ihr Verlauf wird in eine Datei geschrieben: { $percent } %
words-progress-history-export-begin = Ihr Verlauf wird in eine Datei geschrieben …
words-progress-history-delete = Es wird aus Ihrem Verlauf gelöscht …
words-progress-account-check = Eine Verbindung wird geprüft …
