# Ce que le bureau apprend des appels.

awake-reason = Appel en cours
