"""Soak: workers under faults for as long as wanted.

    python -m tests.faults [--minutes 30] [--workers 3] [--seed N] [--broker embedded|apache] [--bootstrap HOST:PORT]

The last line reads `lost=0 duplicated=0 different=0 articles=… statements=… faults=… seed=…`; the exit status is 1
unless the first three are 0.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path

from tests.faults.brokers import Apache, Broker, Embedded, Given
from tests.faults.harness import Harness


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--partitions", type=int, default=8)
    parser.add_argument("--rate", type=float, default=15, help="articles a second")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--broker", choices=["embedded", "apache"], default="embedded")
    parser.add_argument("--bootstrap", help="a running broker instead; it is not restarted")
    parser.add_argument("--worker", default="-m streams.cli worker", help="arguments of Python that run a worker")
    parser.add_argument("--logs", type=Path, help="folder for the workers' logs")
    a = parser.parse_args()
    print(f"seed {a.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="qawl-faults-") as name:
        folder = Path(name)
        logs = a.logs or folder
        logs.mkdir(parents=True, exist_ok=True)
        broker: Broker
        broker = Given(a.bootstrap) if a.bootstrap else Apache(folder) if a.broker == "apache" else Embedded(folder)
        broker.start()
        try:
            harness = Harness(broker, a.workers, a.seed, a.rate, [sys.executable, *a.worker.split()])
            result = asyncio.run(harness.run(a.minutes * 60, logs, a.partitions))
        finally:
            broker.stop()
    print(f"faults: {', '.join(f'{name} {n}' for name, n in sorted(harness.faults.items()))}")
    for example in result.examples:
        print(example)
    print(
        f"lost={result.lost} duplicated={result.duplicated} different={result.different} articles={result.articles} "
        f"statements={result.statements} faults={harness.faults.total()} seed={a.seed}"
    )
    sys.exit(not result.is_right)


if __name__ == "__main__":
    main()
