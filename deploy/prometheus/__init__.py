"""Prometheus' rules, and the same for its operator."""
