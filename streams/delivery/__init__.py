"""How results leave: Kafka records, dead letters, and the outbox that commits an offset once all outputs are stored."""
