"""What the articles give."""

from grafana_foundation_sdk.models.dashboard import Dashboard

from deploy.grafana.panels import ALL, RATE, Row, board, heat, lines, mean, of, quantile


def statements() -> Dashboard:
    """What the articles give: a change that no deployment explains is a change of the feed."""
    of_source = (
        f"sum by (source) (increase(qawl_source_statements_total{ALL}[1h]))"
        f" / sum by (source) (increase(qawl_source_articles_total{ALL}[1h]))"
    )
    rows: list[Row] = [
        (
            "How many",
            [
                lines(
                    "Statements per article",
                    "of Arabic articles; beside the last hour the day before it, as the alert compares them",
                    "none",
                    {
                        "last hour": _per_article("1h"),
                        "last day": _per_article("1d"),
                    },
                ),
                lines(
                    "By type",
                    "direct: as quoted",
                    "ops",
                    {"{{type}}": f"sum by (type) (rate(qawl_statements_total{ALL}[{RATE}]))"},
                    stacked=True,
                ),
                lines(
                    "By class of the reporting word",
                    "neutral, asserted, denied, …",
                    "ops",
                    {"{{cue_class}}": f"sum by (cue_class) (rate(qawl_statements_total{ALL}[{RATE}]))"},
                    stacked=True,
                ),
            ],
        ),
        (
            "How sure",
            [
                heat("Confidence", "of the statements sent", "percentunit", "qawl_confidence"),
                lines("Confidence, mean", "of the statements sent", "percentunit", {"mean": mean("qawl_confidence")}),
                lines(
                    "Length of articles",
                    "code points of the body",
                    "short",
                    {"50 %": quantile(0.5, "qawl_article_chars"), "99 %": quantile(0.99, "qawl_article_chars")},
                ),
            ],
        ),
        (
            "By source",
            [
                lines(
                    "Statements",
                    "the ten sources with the most; `other`: beyond the first 100 of a worker",
                    "ops",
                    {"{{source}}": f"topk(10, sum by (source) (rate(qawl_source_statements_total{ALL}[{RATE}])))"},
                    stacked=True,
                ),
                lines(
                    "Articles",
                    "the ten sources with the most",
                    "ops",
                    {"{{source}}": f"topk(10, sum by (source) (rate(qawl_source_articles_total{ALL}[{RATE}])))"},
                    stacked=True,
                ),
                lines(
                    "Statements per article",
                    "the ten sources with the fewest in the last hour: their bodies may have changed",
                    "none",
                    {"{{source}}": f"bottomk(10, {of_source})"},
                ),
            ],
        ),
        (
            "Names and profiles",
            [
                lines(
                    "Entities",
                    "mentions found",
                    "ops",
                    {"{{type}}": f"sum by (type) (rate(qawl_entities_total{ALL}[{RATE}]))"},
                    stacked=True,
                ),
                lines(
                    "Taken back",
                    "statements of corrected and withdrawn articles",
                    "short",
                    {
                        "corrected": f"sum(increase({_taken_back('corrected')}[{RATE}])) or vector(0)",
                        "withdrawn": f"sum(increase({_taken_back('withdrawn')}[{RATE}])) or vector(0)",
                    },
                ),
                lines(
                    "Profiles",
                    "statements for actor profiles; replayed: counted before",
                    "ops",
                    {"{{outcome}}": f"sum by (outcome) (rate(qawl_profiles_total{ALL}[{RATE}]))"},
                    stacked=True,
                ),
            ],
        ),
    ]
    return board("qawl-statements", "Statements", "What the articles give", "qawl_build_info", rows)


def _per_article(window: str) -> str:
    articles = f"qawl_articles_total{of(outcome='enriched')}"
    return f"sum(increase(qawl_statements_total{ALL}[{window}])) / sum(increase({articles}[{window}]))"


def _taken_back(reason: str) -> str:
    return f"qawl_retractions_total{of(reason=reason)}"
