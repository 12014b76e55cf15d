"""The gateway's Prometheus metrics. No actor, no article and no client is ever a label."""

from prometheus_client import Counter, Gauge, Histogram

clients = Gauge("qawl_gateway_clients", "Clients of the stream that are connected")
closed = Counter(
    "qawl_gateway_closed",
    "Streams that ended, by reason: client (it left), slow (it did not keep up), stopping, error",
    ["reason"],
)
for _reason in ("client", "slow", "stopping", "error"):  # from 0 on: what first appears with its value is no increase
    closed.labels(_reason)
events = Counter("qawl_gateway_events", "Statements given to clients of the stream, one for each client")
read = Counter(
    "qawl_gateway_read", "Records read from Kafka, by topic and outcome: taken, invalid", ["topic", "outcome"]
)
resumed = Counter(
    "qawl_gateway_resumed",
    "Streams begun, by where they begin: live, memory, kafka",
    ["origin"],
)
delay_seconds = Histogram(
    "qawl_gateway_delay_seconds",
    "From a statement's Kafka timestamp until it is given to the clients",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0),
)
requests = Counter("qawl_gateway_requests", "HTTP requests, by route and status", ["route", "status"])
request_seconds = Histogram(
    "qawl_gateway_request_seconds",
    "Time to answer a request, streams left out, by route",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
)
index_lag = Gauge("qawl_gateway_index_lag", "Records that the index does not hold yet, by topic", ["topic"])
broker_up = Gauge("qawl_gateway_broker_up", "1 while the broker answers, 0 while it does not")
