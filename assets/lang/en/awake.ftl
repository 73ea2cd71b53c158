# What the desktop is told of calls.

awake-reason = In a call
