"""The gateway's dashboard."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from deploy.grafana.panels import ALL, RATE, RESTARTS, Row, board, heat, lines, number, processes, quantile


def gateway() -> Dashboard:
    """Clients of the stream and of the API."""
    delay = "qawl_gateway_delay_seconds"
    rows: list[Row] = [
        (
            "Now",
            [
                number("Clients", "of the stream", "short", f"sum(qawl_gateway_clients{ALL})"),
                number("Events/s", "to all clients", "ops", f"sum(rate(qawl_gateway_events_total{ALL}[{RATE}]))"),
                number("p99 delay", "from Kafka to the client", "s", quantile(0.99, delay), bad_from=1),
                number("Broker answers", "1: yes, for every gateway", "short", f"min(qawl_gateway_broker_up{ALL})"),
                number("Index lag", "records", "short", f"sum(qawl_gateway_index_lag{ALL})", bad_from=1000),
                number("Restarts", "of gateways in the last hour", "short", RESTARTS, bad_from=1),
            ],
        ),
        (
            "Stream",
            [
                lines("Clients", "of each gateway", "short", {"{{instance}}": f"qawl_gateway_clients{ALL}"}),
                heat("Delay", "from a statement's Kafka timestamp until clients have it", "s", delay),
                lines(
                    "Delay, shares",
                    "what half and what all but a hundredth of the statements stay below",
                    "s",
                    {"50 %": quantile(0.5, delay), "99 %": quantile(0.99, delay)},
                ),
            ],
        ),
        (
            "Coming and going",
            [
                lines(
                    "Streams begun",
                    "live: with what comes next; memory, kafka: from there after a pause",
                    "short",
                    {"{{origin}}": f"sum by (origin) (increase(qawl_gateway_resumed_total{ALL}[{RATE}]))"},
                    stacked=True,
                ),
                lines(
                    "Streams ended",
                    "client: it left; slow: it did not keep up",
                    "short",
                    {"{{reason}}": f"sum by (reason) (increase(qawl_gateway_closed_total{ALL}[{RATE}]))"},
                    stacked=True,
                ),
                lines(
                    "Events",
                    "to clients of each gateway",
                    "ops",
                    {"{{instance}}": f"rate(qawl_gateway_events_total{ALL}[{RATE}])"},
                ),
            ],
        ),
        (
            "Requests",
            [
                lines(
                    "Requests",
                    "by route",
                    "reqps",
                    {"{{route}}": f"sum by (route) (rate(qawl_gateway_requests_total{ALL}[{RATE}]))"},
                ),
                lines(
                    "Answers",
                    "by status",
                    "reqps",
                    {"{{status}}": f"sum by (status) (rate(qawl_gateway_requests_total{ALL}[{RATE}]))"},
                    stacked=True,
                ),
                lines(
                    "Time to answer, 99 %",
                    "by route, streams left out",
                    "s",
                    {"{{route}}": quantile(0.99, "qawl_gateway_request_seconds", "route")},
                ),
            ],
        ),
        (
            "Kafka",
            [
                lines(
                    "Records read",
                    "by topic and outcome",
                    "ops",
                    {"{{topic}} {{outcome}}": f"sum by (topic, outcome) (rate(qawl_gateway_read_total{ALL}[{RATE}]))"},
                ),
                lines(
                    "Index lag",
                    "records that the index does not hold yet",
                    "short",
                    {"{{topic}}": f"sum by (topic) (qawl_gateway_index_lag{ALL})"},
                ),
                lines("Broker answers", "1 or 0", "none", {"{{instance}}": f"qawl_gateway_broker_up{ALL}"}),
            ],
        ),
        processes(),
    ]
    return board("qawl-gateway", "Gateway", "Stream, API and page", "qawl_gateway_broker_up", rows)
