# Le panneau latéral.

sidebar-call-typed = Appeler « { $typed } »
