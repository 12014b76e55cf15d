"""What the operator sees: metrics, logs, health."""
