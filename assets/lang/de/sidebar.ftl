# Die Seitenleiste.

sidebar-call-typed = „{ $typed }“ anrufen
