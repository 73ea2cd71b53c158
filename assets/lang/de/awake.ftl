# Was der Desktop über Anrufe erfährt.

awake-reason = Im Gespräch
