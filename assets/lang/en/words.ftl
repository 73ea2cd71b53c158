# Times and states.

words-today = Today
words-yesterday = Yesterday
words-day = { $day } { $month }
words-day-year = { $day } { $month } { $year }
words-time-am = { $hour }:{ $minute } am
words-time-pm = { $hour }:{ $minute } pm
words-january = January
words-february = February
words-march = March
words-april = April
words-may = May
words-june = June
words-july = July
words-august = August
words-september = September
words-october = October
words-november = November
words-december = December
words-jan = Jan
words-feb = Feb
words-mar = Mar
words-apr = Apr
words-may-short = May
words-jun = Jun
words-jul = Jul
words-aug = Aug
words-sep = Sep
words-oct = Oct
words-nov = Nov
words-dec = Dec
words-seconds = { $s } s
words-minutes = { $min } min
words-minutes-seconds = { $min } min { $s } s
words-hours = { $h } h { $min } min

## Long work
words-progress-cancel = Cancel
words-progress-contact-cards = Reading contact cards: { $done } of { $total }
words-progress-contact-cards-begin = Reading contact cards…
words-progress-book-import = Reading the file for your address book…
words-progress-history-export = Writing your history into a file: { $percent }%
words-progress-history-export-begin = Writing your history into a file…
words-progress-history-delete = Deleting from your history…
words-progress-account-check = Testing a connection…
