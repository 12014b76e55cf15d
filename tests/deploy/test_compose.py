"""The compose file, as docker compose itself reads it (no engine is needed for that)."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams import app
from streams.delivery import outbox
from streams.settings import PREFIX, Settings
from tests.conftest import REPOSITORY
from tests.deploy.monitored import tool
from tests.kafka import apache

PINNED = re.compile(r"[^:@]+:v?\d+\.\d+\.\d+(-[a-z0-9.]+)?")
BUILT_HERE = re.compile(r"qawl:\d+\.\d+\.\d+(-camel)?")
# The places in the containers: the image and the compose file say them, no .env.
PLACES = {"http_host", "http_port", "data_dir", "log_format"} | {
    f"{service}_{what}" for service in ("gateway", "ingest") for what in ("host", "port", "tokens_file")
}
# Their broker is in the file too, without a password; engine and model come with their own file; a worker's name would
# be the same for all copies; a list of actors is a file that no container has.
UNUSED = {"entity_engine", "camel_model", "actors_file", "worker_id"} | {
    name for name in Settings.model_fields if name.startswith("kafka_") and name != "kafka_bootstrap"
}


def compose(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """docker compose over the shipped files, with nothing of the developer's."""
    clean = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("QAWL_", "COMPOSE_", "GATEWAY_", "GRAFANA_", "INGEST_"))
    }
    return subprocess.run(
        [tool("docker-compose"), "--env-file", ".env.example", *arguments],
        cwd=REPOSITORY,
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def read(*files: str, profile: str = "ingest", **environment: str) -> dict[str, Any]:
    options = ["--profile", profile, *(option for file in files for option in ("--file", file))]
    done = compose(*options, "config", "--format", "json", GRAFANA_ADMIN_PASSWORD="x", **environment)
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr  # a variable that .env.example does not have would be told here
    return dict(json.loads(done.stdout)["services"])


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return read("docker-compose.yml")


def test_every_image_is_pinned(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert (BUILT_HERE if "build" in service else PINNED).fullmatch(service["image"]), name
        if "build" in service:
            assert (Path(service["build"]["context"]) / service["build"]["dockerfile"]).is_file()


def test_every_service_may_do_little_and_comes_back(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert int(service["user"].partition(":")[0]) > 0, name
        assert service.get("read_only", False) or name == "kafka", name
        assert service["restart"] == ("on-failure" if name == "topics" else "unless-stopped"), name


def test_every_service_that_stays_tells_its_health(services: dict[str, Any]) -> None:
    for name, service in services.items():
        if name == "worker":  # the image has its check
            assert "HEALTHCHECK" in (REPOSITORY / "deploy/Dockerfile").read_text()
        elif name != "topics":
            assert service["healthcheck"]["test"], name


def test_articles_by_http_are_taken_only_where_that_is_asked_for(services: dict[str, Any]) -> None:
    assert services.keys() - read("docker-compose.yml", profile="").keys() == {"ingest"}
    assert services["ingest"]["command"] == ["ingest", "http"]


def test_what_ingest_keeps_outlives_its_container(services: dict[str, Any]) -> None:
    (volume,) = services["ingest"]["volumes"]
    assert (volume["type"], volume["source"]) == ("volume", "ingest")
    assert f"QAWL_DATA_DIR={volume['target']}" in (REPOSITORY / "deploy/Dockerfile").read_text()


def test_workers_can_be_scaled(services: dict[str, Any]) -> None:
    assert services["worker"]["deploy"]["replicas"] == 2
    assert not {"container_name", "ports", "hostname"} & services["worker"].keys()
    assert all("source" not in v for v in services["worker"].get("volumes", []))  # each has its own


def test_a_worker_has_time_to_finish(services: dict[str, Any]) -> None:
    assert services["worker"]["stop_grace_period"] == "30s"
    assert outbox._SETTLE_SECONDS + app._LEAVE_SECONDS < 30


def test_prometheus_finds_what_it_scrapes(services: dict[str, Any]) -> None:
    config = yaml.safe_load((REPOSITORY / "deploy/prometheus/prometheus.yml").read_text())
    told = int(services["ingest"]["environment"]["QAWL_HTTP_PORT"])
    ports = {"worker": Settings().http_port, "gateway": Settings().gateway_port, "ingest": told}
    assert all(f":{ports[name]}/healthz" in str(services[name]["healthcheck"]) for name in ("gateway", "ingest"))
    found = {
        name: target["port"]
        for job in config["scrape_configs"]
        for target in job.get("dns_sd_configs", [])
        for name in target["names"]
    }
    assert found == ports and found.keys() <= services.keys()


def test_every_setting_reaches_the_containers(services: dict[str, Any]) -> None:
    names = [name for name in services["worker"]["environment"] if not name.startswith("OTEL_")]
    given = {name.removeprefix(PREFIX).lower() for name in names}
    assert given == Settings.model_fields.keys() - PLACES - UNUSED


def test_settings_of_the_environment_file_are_those_of_the_readme() -> None:
    names = re.findall(r"^QAWL_(\w+)=", (REPOSITORY / ".env.example").read_text(), re.MULTILINE)
    assert {name.lower() for name in names} <= Settings.model_fields.keys()


def test_the_tokens_are_a_secret_of_the_service_that_asks_for_them(services: dict[str, Any]) -> None:
    assert {name for name, service in services.items() if service.get("secrets")} == {"gateway", "ingest"}
    for name in ("gateway", "ingest"):
        (secret,) = services[name]["secrets"]
        assert secret["source"] == f"{name}_tokens"
        assert services[name]["environment"][f"QAWL_{name.upper()}_TOKENS_FILE"] == f"/run/secrets/{name}_tokens"


def test_nothing_starts_without_a_password_for_grafana() -> None:
    done = compose("config", "--quiet")
    assert done.returncode != 0 and "GRAFANA_ADMIN_PASSWORD" in done.stderr


def test_only_what_is_meant_is_offered_beyond_this_machine(services: dict[str, Any]) -> None:
    everywhere = read("docker-compose.yml", PUBLISHED_ON="0.0.0.0")
    seen = {name for name, s in everywhere.items() for port in s.get("ports", []) if port["host_ip"] == "0.0.0.0"}
    assert seen == {"gateway", "grafana", "ingest"}
    assert [port["target"] for port in services["ingest"]["ports"]] == [Settings().ingest_port]
    assert all(port["host_ip"] == "127.0.0.1" for s in services.values() for port in s.get("ports", []))


def test_workers_with_the_camel_engine_need_a_folder_of_models() -> None:
    files = ("docker-compose.yml", "deploy/compose.camel.yml")
    worker = read(*files, CAMEL_MODELS="/srv/models")["worker"]
    assert worker["image"] == "qawl:0.1.0-camel" and worker["build"]["target"] == "camel"
    models = {"type": "bind", "source": "/srv/models", "target": "/models", "read_only": True}
    assert [{k: v[k] for k in models} for v in worker["volumes"] if v["type"] == "bind"] == [models]
    missing = compose("--file", files[0], "--file", files[1], "config", "--quiet", GRAFANA_ADMIN_PASSWORD="x")
    assert missing.returncode != 0 and "CAMEL_MODELS" in missing.stderr


@pytest.mark.kafka
def test_kafka_takes_its_settings(services: dict[str, Any], tmp_path: Path) -> None:
    """As its image turns them into a file: KAFKA_NODE_ID is node.id."""
    try:
        apache.home()
    except FileNotFoundError as e:
        pytest.skip(str(e))
    environment = services["kafka"]["environment"]
    properties = {
        name.removeprefix("KAFKA_").lower().replace("_", "."): value
        for name, value in environment.items()
        if name.startswith("KAFKA_") and name != "KAFKA_HEAP_OPTS"
    }
    data = next(v["target"] for v in services["kafka"]["volumes"] if v["type"] == "volume")
    assert properties["log.dirs"] == data
    properties["log.dirs"] = str(tmp_path / "data")
    (tmp_path / "server.properties").write_text("".join(f"{k}={v}\n" for k, v in properties.items()))
    apache.format_storage(tmp_path, cluster=environment["CLUSTER_ID"])
    assert environment["CLUSTER_ID"] in (tmp_path / "data" / "meta.properties").read_text()
