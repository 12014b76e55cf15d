"""What every Kafka client here shares: how to connect, which topics there are."""
