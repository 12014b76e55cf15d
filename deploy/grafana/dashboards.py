"""The three dashboards. `python -m deploy.grafana.dashboards` writes them to `deploy/grafana/dashboards/`.

A query that finds nothing while all is well ends in `or vector(0)`: an empty panel is something that is not measured.
"""

import json
from collections.abc import Callable
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from deploy.grafana.gateway import gateway
from deploy.grafana.pipeline import pipeline
from deploy.grafana.statements import statements

FOLDER = Path(__file__).parent / "dashboards"

DASHBOARDS: dict[str, Callable[[], Dashboard]] = {"pipeline": pipeline, "statements": statements, "gateway": gateway}


def rendered(name: str) -> str:
    """A dashboard as Grafana reads it."""
    return json.dumps(DASHBOARDS[name](), cls=JSONEncoder, indent=2, sort_keys=True) + "\n"


def main() -> None:
    """Write all of them."""
    for name in DASHBOARDS:
        (FOLDER / f"{name}.json").write_text(rendered(name), encoding="utf-8")


if __name__ == "__main__":
    main()
