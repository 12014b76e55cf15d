"""The fixtures of the Kafka tests: brokers and settings."""

from tests.kafka.conftest import apache_broker, broker, no_settings_of_the_developer, prefix, settings, start_apache

__all__ = ["apache_broker", "broker", "no_settings_of_the_developer", "prefix", "settings", "start_apache"]
