"""A worker, a gateway and a Prometheus as real processes on an embedded broker, with articles going through them."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest
import yaml

from streams.embedded import EmbeddedBroker
from streams.embedded.broker import free_port
from streams.kafka.topics import create
from streams.samples import sample_feed
from streams.settings import Settings
from tests.conftest import REPOSITORY
from tests.kafka.pipeline import PATIENCE, WorkerProcess, publish, worker_environment

PROMETHEUS = REPOSITORY / "deploy" / "prometheus"
_SCRAPE_SECONDS = 0.5
_FROM = {
    "prometheus": "Debian's package `prometheus`",
    "promtool": "Debian's package `prometheus`",
    "kubectl": "Kubernetes' command-line client",
    "docker-compose": "the extra `test`, on Linux",
    "hadolint": "the extra `test`, on Linux",
}


def tool(name: str) -> str:
    """The path of a program; skips where it is absent."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"no {name} on this machine ({_FROM[name]})")
    return found


class Prometheus:
    """Answers of a running Prometheus."""

    def __init__(self, port: int) -> None:
        self._port = port

    def ask(self, path: str, **parameters: str) -> Any:
        """The `data` of an answer of its API; raises AssertionError with its words where it refuses the question."""
        url = f"http://127.0.0.1:{self._port}/api/v1/{path}?{urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]
        except HTTPError as e:
            raise AssertionError(f"{parameters}: {e.read().decode()}") from None

    def series(self, query: str, seconds: float = 20.0) -> list[dict[str, Any]]:
        """What a panel shows of the last seconds."""
        now = time.time()
        found = self.ask("query_range", query=query, start=f"{now - seconds}", end=f"{now}", step="1")["result"]
        return list(found)

    def value(self, query: str) -> float:
        """The sum of what a query gives now; 0 for nothing."""
        return sum(float(r["value"][1]) for r in self.ask("query", query=query)["result"])


def _until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.1)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def _process(command: list[str], log: Path, ready: str, environment: dict[str, str] | None = None) -> Iterator[None]:
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environment, cwd=log.parent, stdout=out, stderr=subprocess.STDOUT)
    try:
        _until(lambda: process.poll() is not None or _answers(ready), f"{command[0]} is ready")
        assert process.poll() is None, log.read_text()
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _scraping(folder: Path, ports: dict[str, int]) -> Path:
    """The deployment's own configuration, with these ports for what a DNS would answer, and in a hurry."""
    config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    config["global"] |= {"scrape_interval": f"{_SCRAPE_SECONDS * 1000:.0f}ms", "evaluation_interval": "1s"}
    for name in config["rule_files"]:
        rules = yaml.safe_load((PROMETHEUS / name).read_text())
        for group in rules["groups"]:
            group.pop("interval", None)
        (folder / name).write_text(yaml.safe_dump(rules))
    config["scrape_configs"] = [job for job in config["scrape_configs"] if job["job_name"] in ports]
    for job in config["scrape_configs"]:
        job.pop("dns_sd_configs", None)
        job["static_configs"] = [{"targets": [f"127.0.0.1:{ports[job['job_name']]}"]}]
    file = folder / "prometheus.yml"
    file.write_text(yaml.safe_dump(config))
    return file


@contextmanager
def monitored(folder: Path) -> Iterator[Prometheus]:
    """All of it, once Prometheus has seen articles, statements, a dead letter, a client of the stream and requests."""
    binary = tool("prometheus")
    with EmbeddedBroker() as broker:
        settings = Settings(kafka_bootstrap=broker.bootstrap, partitions=2)
        asyncio.run(create(settings))
        page, own = free_port(), free_port()
        gateway = f"http://127.0.0.1:{page}"
        environment = worker_environment(
            settings,
            QAWL_GATEWAY_PORT=str(page),
            QAWL_GATEWAY_HEARTBEAT_SECONDS="0.5",  # that a client has left is seen when something is written to it
            QAWL_DATA_DIR=str(folder / "index"),
        )
        with (
            WorkerProcess(settings, folder) as worker,
            _process(
                [sys.executable, "-m", "streams.cli", "gateway"],
                folder / "gateway.log",
                f"{gateway}/readyz",
                environment,
            ),
            _process(
                [
                    binary,
                    f"--config.file={_scraping(folder, _ports(worker.port, page, own))}",
                    f"--storage.tsdb.path={folder / 'tsdb'}",
                    f"--web.listen-address=127.0.0.1:{own}",
                    "--log.level=warn",
                ],
                folder / "prometheus.log",
                f"http://127.0.0.1:{own}/-/ready",
                dict(os.environ),
            ),
        ):
            prometheus = Prometheus(own)
            _until(lambda: prometheus.value("count(up == 1)") == 3, "Prometheus has found all three")
            _traffic(settings, gateway, prometheus)
            yield prometheus


def _ports(worker: int, gateway: int, own: int) -> dict[str, int]:
    return {"qawl-worker": worker, "qawl-gateway": gateway, "prometheus": own}


def _traffic(settings: Settings, gateway: str, prometheus: Prometheus) -> None:
    """The sample and a bad record, twice, as other articles: a counter's first value is no increase."""
    sample = [json.loads(line) for line in sample_feed()]

    def until(metric: str, expected: int) -> None:
        _until(lambda: prometheus.value(metric) == expected, f"{metric} is {expected}")

    for times in (1, 2):
        feed = [json.dumps(article | {"article_id": f"{times}.{n}"}).encode() for n, article in enumerate(sample)]
        with urllib.request.urlopen(f"{gateway}/v1/statements/stream", timeout=PATIENCE) as stream:
            stream.readline()
            asyncio.run(publish(settings, [*feed, b"no article"]))
            until("qawl_articles_total", times * (len(feed) + 1))
        for path in ("/v1/statements", "/v1/actors", "/v1/none"):
            _answers(gateway + path)
        until("qawl_gateway_closed_total", times)
    _until(
        lambda: prometheus.value("qawl_profiles_total") == prometheus.value("qawl_statements_total") > 0,
        "all statements are in profiles",
    )
    time.sleep(4 * _SCRAPE_SECONDS)
