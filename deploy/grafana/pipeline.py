"""The workers' dashboard."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from deploy.grafana.panels import ALL, RATE, RESTARTS, Row, board, heat, lines, mean, number, of, processes, quantile


def pipeline() -> Dashboard:
    """The workers: how much, how fast, what waits, what fails, where time goes."""
    e2e = "qawl_end_to_end_seconds"
    rows: list[Row] = [
        (
            "Now",
            [
                number("Articles/s", "processed", "ops", f"sum(rate(qawl_articles_total{ALL}[{RATE}]))"),
                number("Statements/s", "sent", "ops", f"sum(rate(qawl_statements_total{ALL}[{RATE}]))"),
                number("p99 end to end", "from Kafka to commit", "s", quantile(0.99, e2e), bad_from=15),
                number("Waiting", "records", "short", f"sum(qawl_consumer_lag{ALL})", bad_from=500),
                number(
                    "Dead letters",
                    "in the last hour",
                    "short",
                    f"sum(increase(qawl_deadletters_total{ALL}[1h])) or vector(0)",
                    bad_from=6,
                ),
                number("Restarts", "of workers in the last hour", "short", RESTARTS, bad_from=1),
            ],
        ),
        (
            "Throughput and latency",
            [
                lines(
                    "Articles",
                    "by what became of them",
                    "ops",
                    {"{{outcome}}": f"sum by (outcome) (rate(qawl_articles_total{ALL}[{RATE}]))"},
                    stacked=True,
                ),
                heat("From Kafka to commit", "time of an article with all its outputs", "s", e2e),
                lines(
                    "From Kafka to commit, shares",
                    "what half and what all but a hundredth of the articles stay below",
                    "s",
                    {"50 %": quantile(0.5, e2e), "99 %": quantile(0.99, e2e)},
                ),
            ],
        ),
        (
            "What waits and what fails",
            [
                lines(
                    "Lag",
                    "records that are not committed yet",
                    "short",
                    {"{{topic}}": f"sum by (topic) (qawl_consumer_lag{ALL})"},
                ),
                lines(
                    "In hand",
                    "records that were read and whose outputs are not stored yet",
                    "short",
                    {"{{instance}}": f"qawl_in_flight{ALL}"},
                ),
                lines(
                    "Dead letters",
                    "by stage and error",
                    "short",
                    {"{{stage}}: {{error}}": f"sum by (stage, error) (increase(qawl_deadletters_total{ALL}[{RATE}]))"},
                    stacked=True,
                ),
                lines(
                    "Partitions",
                    "of each worker",
                    "short",
                    {"{{instance}}": f"count by (instance) (qawl_consumer_lag{ALL})"},
                    stacked=True,
                ),
            ],
        ),
        (
            "Where time goes",
            [
                lines(
                    "Extraction, mean",
                    "of each stage on an article",
                    "s",
                    {"{{stage}}": mean("qawl_extract_seconds", "stage")},
                    stacked=True,
                ),
                lines(
                    "Extraction, 99 %",
                    "of each stage on an article",
                    "s",
                    {"{{stage}}": quantile(0.99, "qawl_extract_seconds", "stage")},
                ),
                lines(
                    "Transactions",
                    "retried: the broker did not answer as it should",
                    "ops",
                    {
                        "committed": f"sum(rate(qawl_transactions_total{of(outcome='committed')}[{RATE}]))",
                        "retried": f"sum(rate(qawl_transactions_total{of(outcome='retried')}[{RATE}])) or vector(0)",
                    },
                ),
                lines(
                    "Time of a transaction",
                    "repetitions included",
                    "s",
                    {
                        "50 %": quantile(0.5, "qawl_transaction_seconds"),
                        "99 %": quantile(0.99, "qawl_transaction_seconds"),
                    },
                ),
            ],
        ),
        processes(),
    ]
    return board("qawl-pipeline", "Pipeline", "Workers, from articles to statements", "qawl_build_info", rows)
