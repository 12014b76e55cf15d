"""How what was extracted leaves: records, dead letters, and the outbox that acknowledges an article only when all is out."""
