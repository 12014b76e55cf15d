"""The alert rules for the Prometheus Operator. `python -m deploy.prometheus.operator` writes them.

kustomize cannot put a file into a custom resource, and rules that are kept twice by hand drift apart.
"""

from pathlib import Path
from textwrap import indent

RULES = Path(__file__).parent / "alerts.yml"
RESOURCE = Path(__file__).parents[1] / "kubernetes" / "base" / "alerts.yaml"

_HEAD = """\
# Made by `python -m deploy.prometheus.operator` from deploy/prometheus/alerts.yml: change that one.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: qawl
spec:
"""


def rendered() -> str:
    """The resource."""
    return _HEAD + indent(RULES.read_text(encoding="utf-8"), "  ")


if __name__ == "__main__":
    RESOURCE.write_text(rendered(), encoding="utf-8")
