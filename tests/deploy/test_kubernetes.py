"""The manifests: valid for Kubernetes, whole, and in agreement with the settings and topics of the code."""

import re
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml
from dotenv import dotenv_values
from pydantic import SecretStr

from streams import app
from streams.delivery import outbox
from streams.kafka.topics import declared
from streams.settings import PREFIX, Settings
from tests.conftest import REPOSITORY
from tests.deploy.monitored import tool

BASE = REPOSITORY / "deploy" / "kubernetes" / "base"
KEDA = REPOSITORY / "deploy" / "kubernetes" / "overlays" / "keda"
VERSIONS = ("1.30", "1.36")  # the oldest and the newest that are promised
_TEXT = {"type": "string"}
_TEXTS = {"type": "object", "additionalProperties": _TEXT}
_SELECTOR = {
    "type": "object",
    "required": ["matchLabels"],
    "additionalProperties": False,
    "properties": {"matchLabels": _TEXTS},
}
_ENDPOINTS = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["port"],
        "additionalProperties": False,
        "properties": {"port": _TEXT, "path": _TEXT, "interval": {"type": "string", "pattern": r"^\d+s$"}},
    },
}


def _spec(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "additionalProperties": False, "properties": properties}


# Of the custom resources, the fields that are used here, as their operators' definitions have them.
SPECS: dict[tuple[str, str], dict[str, Any]] = {
    ("kafka.strimzi.io/v1", "KafkaTopic"): _spec(
        ["partitions", "replicas"],
        partitions={"type": "integer", "minimum": 1},
        replicas={"type": "integer", "minimum": 1, "maximum": 32767},
        config={"type": "object"},
        topicName=_TEXT,
    ),
    ("monitoring.coreos.com/v1", "PodMonitor"): _spec(
        ["selector", "podMetricsEndpoints"], selector=_SELECTOR, podMetricsEndpoints=_ENDPOINTS, jobLabel=_TEXT
    ),
    ("monitoring.coreos.com/v1", "ServiceMonitor"): _spec(
        ["selector", "endpoints"], selector=_SELECTOR, endpoints=_ENDPOINTS, jobLabel=_TEXT
    ),
    ("monitoring.coreos.com/v1", "PrometheusRule"): _spec(["groups"], groups={"type": "array"}),
    ("keda.sh/v1alpha1", "ScaledObject"): _spec(
        ["scaleTargetRef", "triggers"],
        scaleTargetRef=_spec(["name"], name=_TEXT),
        minReplicaCount={"type": "integer"},
        maxReplicaCount={"type": "integer"},
        pollingInterval={"type": "integer"},
        cooldownPeriod={"type": "integer"},
        advanced={"type": "object"},
        triggers={
            "type": "array",
            "minItems": 1,
            "items": _spec(
                ["type", "metadata"],
                type=_TEXT,
                metadata=_TEXTS,  # KEDA takes texts only: an unquoted 1000 is refused
                authenticationRef=_spec(["name"], name=_TEXT),
            ),
        },
    ),
    ("keda.sh/v1alpha1", "TriggerAuthentication"): _spec(
        ["secretTargetRef"],
        secretTargetRef={
            "type": "array",
            "items": _spec(["parameter", "name", "key"], parameter=_TEXT, name=_TEXT, key=_TEXT),
        },
    ),
}


def resources(folder: Path) -> list[dict[str, Any]]:
    """All manifests of a folder, but for kustomize's own."""
    return [
        manifest
        for file in sorted(folder.glob("*.yaml"))
        if file.name != "kustomization.yaml"
        for manifest in yaml.safe_load_all(file.read_text(encoding="utf-8"))
    ]


def only(kind: str, name: str, folder: Path = BASE) -> dict[str, Any]:
    (found,) = [r for r in resources(folder) if (r["kind"], r["metadata"]["name"]) == (kind, name)]
    return found


def container(name: str) -> dict[str, Any]:
    (found,) = only("Deployment", f"qawl-{name}")["spec"]["template"]["spec"]["containers"]
    return dict(found)


@pytest.fixture(scope="module")
def settings() -> Settings:
    """What the pods are given."""
    given: dict[str, Any] = {k.removeprefix(PREFIX).lower(): v for k, v in dotenv_values(BASE / "settings.env").items()}
    assert given.keys() <= Settings.model_fields.keys()
    return Settings(kafka_sasl_username="u", kafka_sasl_password=SecretStr("p"), **given)


ALL = [*resources(BASE), *resources(KEDA)]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("manifest", ALL, ids=lambda m: f"{m['kind']}/{m['metadata']['name']}")
def test_every_manifest_is_valid(manifest: dict[str, Any], version: str) -> None:
    kind = (manifest["apiVersion"], manifest["kind"])
    if kind in SPECS:
        jsonschema.validate(manifest["spec"], SPECS[kind])
        assert re.fullmatch(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", manifest["metadata"]["name"])
    else:
        kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.parametrize("folder", [BASE, KEDA], ids=lambda f: f.name)
def test_kustomize_lists_every_manifest_and_nothing_that_is_not_there(folder: Path) -> None:
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())
    listed = set(kustomization["resources"])
    assert all((folder / name).exists() for name in listed)
    present = {file.name for file in folder.glob("*.yaml")} - {"kustomization.yaml"}
    assert present == {name for name in listed if not (folder / name).is_dir()}
    for generator in kustomization.get("configMapGenerator", []):
        assert all((folder / file).is_file() for file in generator["envs"])


@pytest.mark.parametrize("folder", [BASE, KEDA], ids=lambda f: f.name)
def test_kustomize_builds_it(folder: Path) -> None:
    done = subprocess.run([tool("kubectl"), "kustomize", str(folder)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    built = list(yaml.safe_load_all(done.stdout))
    assert {m["metadata"].get("namespace") for m in built if m["kind"] == "KafkaTopic"} == {"kafka"}
    assert {m["metadata"].get("namespace") for m in built if m["kind"] not in ("KafkaTopic", "Namespace")} == {"qawl"}
    (worker,) = [m for m in built if (m["kind"], m["metadata"]["name"]) == ("Deployment", "qawl-worker")]
    (config,) = [m for m in built if m["kind"] == "ConfigMap"]
    (pod,) = worker["spec"]["template"]["spec"]["containers"]
    assert pod["envFrom"] == [{"configMapRef": {"name": config["metadata"]["name"]}}]
    assert re.fullmatch(r"qawl:\d+\.\d+\.\d+", pod["image"])
    assert ("replicas" in worker["spec"]) == (folder == BASE)  # KEDA's, where there is KEDA


def test_the_topics_are_those_of_the_code(settings: Settings) -> None:
    found = {r["metadata"]["name"]: r["spec"] for r in resources(BASE) if r["kind"] == "KafkaTopic"}
    wanted = {
        topic.name: {"partitions": settings.partitions, "replicas": settings.replication, "config": topic.config}
        for topic in declared(settings)
    }
    as_texts = {n: s | {"config": {k: str(v) for k, v in s["config"].items()}} for n, s in found.items()}
    assert as_texts == wanted


def test_keda_scales_what_the_workers_read(settings: Settings) -> None:
    scaling = only("ScaledObject", "qawl-worker", KEDA)["spec"]
    (trigger,) = scaling["triggers"]
    assert trigger["metadata"]["topic"] == declared(settings).raw.name
    assert trigger["metadata"]["consumerGroup"] == settings.topic_prefix + settings.consumer_group
    assert trigger["metadata"]["bootstrapServers"] == settings.kafka_bootstrap
    assert trigger["metadata"]["sasl"].upper().replace("_SHA", "-SHA-") == settings.kafka_sasl_mechanism
    assert scaling["maxReplicaCount"] == settings.partitions
    assert scaling["scaleTargetRef"]["name"] == only("Deployment", "qawl-worker")["metadata"]["name"]
    assert trigger["authenticationRef"]["name"] == only("TriggerAuthentication", "qawl-kafka", KEDA)["metadata"]["name"]


@pytest.mark.parametrize("name", ["worker", "gateway", "ingest"])
def test_pods_may_do_little_and_tell_how_they_are(name: str) -> None:
    pod, one = only("Deployment", f"qawl-{name}")["spec"]["template"]["spec"], container(name)
    assert pod["securityContext"]["runAsNonRoot"] and not pod["automountServiceAccountToken"]
    assert one["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert one["livenessProbe"]["httpGet"] == one["startupProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}
    ready = "/healthz" if name == "ingest" else "/readyz"
    assert one["readinessProbe"]["httpGet"] == {"path": ready, "port": "http"}
    assert {"cpu", "memory"} <= one["resources"]["requests"].keys() and "memory" in one["resources"]["limits"]
    assert {m["name"] for m in one["volumeMounts"]} == {v["name"] for v in pod["volumes"]}
    assert pod["terminationGracePeriodSeconds"] > outbox._SETTLE_SECONDS + app._LEAVE_SECONDS


def test_ports_are_those_of_the_settings_everywhere(settings: Settings) -> None:
    pages = next(int(e["value"]) for e in container("ingest")["env"] if e["name"] == f"{PREFIX}HTTP_PORT")
    assert pages == settings.http_port
    ports = {
        "worker": [settings.http_port],
        "gateway": [settings.gateway_port],
        "ingest": [pages, settings.ingest_port],
    }
    for name, expected in ports.items():
        assert [p["containerPort"] for p in container(name)["ports"]] == expected
        rules = only("NetworkPolicy", f"qawl-{name}")["spec"]["ingress"]
        assert [p["port"] for rule in rules for p in rule["ports"]] == expected
    kafka = {int(address.rpartition(":")[2]) for address in str(settings.kafka_bootstrap).split(",")}
    to_kafka = only("NetworkPolicy", "qawl-default")["spec"]["egress"][1]
    assert {p["port"] for p in to_kafka["ports"]} == kafka


@pytest.mark.parametrize("name", ["worker", "gateway", "ingest"])
def test_the_addresses_of_services_are_no_settings(name: str) -> None:
    """For a service `qawl-gateway` Kubernetes would set QAWL_GATEWAY_PORT=tcp://… in every pod beside it."""
    assert only("Deployment", f"qawl-{name}")["spec"]["template"]["spec"]["enableServiceLinks"] is False


def test_a_workers_name_is_not_kept(settings: Settings) -> None:
    given = {e["name"] for e in container("worker")["env"]}
    assert settings.worker_id is None and f"{PREFIX}WORKER_ID" not in given


def test_what_ingest_keeps_outlives_its_pod_and_is_one_pods_at_a_time() -> None:
    spec = only("Deployment", "qawl-ingest")["spec"]
    assert (spec["replicas"], spec["strategy"]) == (1, {"type": "Recreate"})
    (claimed,) = [v for v in spec["template"]["spec"]["volumes"] if "persistentVolumeClaim" in v]
    claim = only("PersistentVolumeClaim", claimed["persistentVolumeClaim"]["claimName"])
    assert claim["spec"]["accessModes"] == ["ReadWriteOnce"]
    (mounted,) = [m["mountPath"] for m in container("ingest")["volumeMounts"] if m["name"] == claimed["name"]]
    assert f"QAWL_DATA_DIR={mounted}" in (REPOSITORY / "deploy/Dockerfile").read_text()


def test_what_selects_pods_selects_ours() -> None:
    for name in ("qawl-worker", "qawl-gateway", "qawl-ingest"):
        deployment = only("Deployment", name)["spec"]
        labels = deployment["template"]["metadata"]["labels"]
        selectors = [
            deployment["selector"],
            only("NetworkPolicy", name)["spec"]["podSelector"],
            only("ServiceMonitor" if name == "qawl-gateway" else "PodMonitor", name)["spec"]["selector"],
        ]
        if name != "qawl-ingest":  # of its one pod a budget would let no node go
            selectors.append(only("PodDisruptionBudget", name)["spec"]["selector"])
        assert all(s["matchLabels"].items() <= labels.items() for s in selectors)
        if name != "qawl-worker":
            assert only("Service", name)["spec"]["selector"].items() <= labels.items()


def test_jobs_are_called_as_rules_and_dashboards_expect() -> None:
    config = yaml.safe_load((REPOSITORY / "deploy/prometheus/prometheus.yml").read_text())
    jobs = {job["job_name"] for job in config["scrape_configs"]} - {"prometheus"}
    called = {
        labels[only(kind, name)["spec"]["jobLabel"]]
        for kind, name, labels in [
            ("PodMonitor", "qawl-worker", only("Deployment", "qawl-worker")["spec"]["template"]["metadata"]["labels"]),
            ("PodMonitor", "qawl-ingest", only("Deployment", "qawl-ingest")["spec"]["template"]["metadata"]["labels"]),
            ("ServiceMonitor", "qawl-gateway", only("Service", "qawl-gateway")["metadata"]["labels"]),
        ]
    }
    assert called == jobs
