# The side panel.

sidebar-call-typed = Call “{ $typed }”
