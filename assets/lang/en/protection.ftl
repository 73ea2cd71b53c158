# The page
protection-title = Connection and protection
protection-hint = What carries your messages and your calls, compared.
protection-raise = Make both secure
protection-finding = { $what } { $advice }
protection-accounts = Accounts
protection-rules = Rules for calls

# The facts of a side
protection-state = State
protection-level = Protection
protection-level-of = { $level } of 4 · { $words }
protection-connection = Connection
protection-no-connection = None yet
protection-udp = UDP, no encryption
protection-tcp = TCP, no encryption
protection-certificate = Certificate
protection-verified-for = Verified · { $name }
protection-verified = Verified
protection-by-you = Trusted by you
protection-not-verified = Not verified
protection-no-certificate = None
protection-issued-by = Issued by
protection-valid-until = Valid until
protection-fingerprint = Fingerprint
protection-cipher = Cipher
protection-signing-in = Signing in
protection-conversations = Conversations
protection-messages-open = Messages: not encrypted
protection-messages-provider = Messages: encrypted to your provider, who can read them
protection-calls-open = Calls: not encrypted
protection-calls-preferred = Calls: encrypted to your provider, where the other side can
protection-calls-always = Calls: always encrypted, to your provider, who could listen
protection-for = For
protection-valid = Valid
protection-valid-from-to = { $from } to { $to }
protection-key = Key
protection-key-signed = { $key }, signed by { $signature }

# An account that is not connected since that would not be secure
protection-sure = Anybody can make such a certificate, and who is in between could read your password and all you say. Trust it only if the fingerprint above is the one that your provider told you by another way, such as on paper or by telephone.
protection-changed = You trusted another certificate for this server, and this is not it. If your provider did not announce a new one, somebody may be between you and the server: do not go on.
protection-disconnected = { $name } is disconnected, as you wanted it.
protection-connect = Connect
protection-problem = { $name }: { $problem }
protection-trusted-before = Trusted before
protection-stay = Stay disconnected
protection-trust-surely = Trust it nevertheless
protection-trust-not = Do not trust it
protection-trust = Trust this certificate
protection-certificates = Certificates that you trust for { $name }
protection-weaker = { $name } is not connected: its server is weaker than before.
protection-weaker-accept = Connect anyway (weaker)
protection-not-secure = { $name } cannot be made secure.
protection-not-secure-accept = Connect as before
protection-disconnect = Disconnect
protection-pinned = For { $domain }, since { $day }
protection-trust-no-more = Trust no more

# One word on protection
protection-differs = Protection differs
protection-not-encrypted = Not encrypted
protection-encrypted = Encrypted
protection-equal = Equal protection
protection-to-provider = Encrypted to provider
protection-chat-open = Chat not encrypted
protection-chat-to-provider = Chat encrypted to provider
protection-only-messages = What you write here is encrypted, this call is not.
protection-only-call = This call is encrypted, what you write here is not.
