# Conversations : ce qui a été écrit et téléphoné.

chat-call-out-talked = Vous avez appelé · { $length }
chat-call-out-ended = Vous avez appelé · { $why }
chat-call-out-unanswered = Vous avez appelé · pas de réponse
chat-call-in-talked = Appel de { $name } · { $length }
chat-call-in-ended = Appel de { $name } · { $why }
chat-call-missed = Appel manqué de { $name }
chat-call-missed-why = Appel manqué de { $name } · { $why }
chat-call-proof-book = confirmé par votre carnet d’adresses
chat-call-proof-directory = confirmé par l’annuaire
chat-call-proof-card = confirmé par la carte de visite
chat-cost-free = gratuit
chat-cost-internal = au sein de votre service
chat-cost-pstn = réseau téléphonique
chat-cost-premium = numéro surtaxé
chat-cost-other-domain = autre fournisseur
chat-cost-emergency = appel d’urgence
chat-cost-unknown = coût inconnu
