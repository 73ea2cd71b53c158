# The page
protection-title = Verbindung und Schutz
protection-hint = Was Ihre Nachrichten und Ihre Anrufe überträgt, im Vergleich.
protection-raise = Beide absichern
protection-finding = { $what } { $advice }
protection-accounts = Konten
protection-rules = Anrufregeln

# The facts of a side
protection-state = Zustand
protection-level = Schutz
protection-level-of = { $level } von 4 · { $words }
protection-connection = Verbindung
protection-no-connection = Noch keine
protection-udp = UDP, unverschlüsselt
protection-tcp = TCP, unverschlüsselt
protection-certificate = Zertifikat
protection-verified-for = Geprüft · { $name }
protection-verified = Geprüft
protection-by-you = Von Ihnen anerkannt
protection-not-verified = Nicht geprüft
protection-no-certificate = Keines
protection-issued-by = Ausgestellt von
protection-valid-until = Gültig bis
protection-fingerprint = Fingerabdruck
protection-cipher = Verschlüsselung
protection-signing-in = Anmeldung
protection-conversations = Unterhaltungen
protection-messages-open = Nachrichten: nicht verschlüsselt
protection-messages-provider = Nachrichten: bis zum Anbieter verschlüsselt, der sie lesen kann
protection-calls-open = Anrufe: nicht verschlüsselt
protection-calls-preferred = Anrufe: bis zum Anbieter verschlüsselt, wenn die Gegenseite es kann
protection-calls-always = Anrufe: immer verschlüsselt, bis zum Anbieter, der mithören könnte
protection-for = Für
protection-valid = Gültig
protection-valid-from-to = { $from } bis { $to }
protection-key = Schlüssel
protection-key-signed = { $key }, signiert mit { $signature }

# An account that is not connected since that would not be secure
protection-sure = Ein solches Zertifikat kann jeder anfertigen, und wer dazwischensitzt, könnte Ihr Passwort und alles mitlesen, was Sie schreiben und sagen. Vertrauen Sie ihm nur, wenn der Fingerabdruck oben der ist, den Ihr Anbieter Ihnen auf anderem Weg genannt hat, etwa auf Papier oder am Telefon.
protection-changed = Sie haben für diesen Server einem anderen Zertifikat vertraut; dieses ist es nicht. Hat Ihr Anbieter kein neues angekündigt, sitzt womöglich jemand zwischen Ihnen und dem Server: Machen Sie dann nicht weiter.
protection-disconnected = { $name } ist getrennt, wie Sie es wollten.
protection-connect = Verbinden
protection-problem = { $name }: { $problem }
protection-trusted-before = Bisher anerkannt
protection-stay = Getrennt bleiben
protection-trust-surely = Trotzdem vertrauen
protection-trust-not = Nicht vertrauen
protection-trust = Diesem Zertifikat vertrauen
protection-certificates = Zertifikate, denen Sie für { $name } vertrauen
protection-weaker = { $name } ist nicht verbunden: Der Server ist schwächer als zuvor.
protection-weaker-accept = Trotzdem verbinden (schwächer)
protection-not-secure = { $name } lässt sich nicht absichern.
protection-not-secure-accept = Wie bisher verbinden
protection-disconnect = Trennen
protection-pinned = Für { $domain }, seit: { $day }
protection-trust-no-more = Nicht mehr vertrauen

# One word on protection
protection-differs = Schutz ungleich
protection-not-encrypted = Unverschlüsselt
protection-encrypted = Verschlüsselt
protection-equal = Gleicher Schutz
protection-to-provider = Bis zum Anbieter verschlüsselt
protection-chat-open = Chat unverschlüsselt
protection-chat-to-provider = Chat bis zum Anbieter verschlüsselt
protection-only-messages = Was Sie hier schreiben, ist verschlüsselt, dieser Anruf nicht.
protection-only-call = Dieser Anruf ist verschlüsselt, was Sie hier schreiben, nicht.
