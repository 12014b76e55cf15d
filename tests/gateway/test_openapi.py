"""The gateway does what its OpenAPI document says: schemathesis asks it for what fits it and what does not."""

import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from streams.gateway.openapi import document
from streams.settings import Settings
from tests.kafka.pipeline import GATEWAY, WorkerProcess, article, enriched_until, publish

ACTOR = "person:سامي-الحداد"
CONFIG = f"""
[phases.stateful]
enabled = false

[[operations]]
include-path = "/v1/articles/{{id}}"
parameters = {{ "path.id" = "a1" }}

[[operations]]
include-path-regex = "^/v1/actors/.id."
parameters = {{ "path.id" = "{ACTOR}" }}
"""


def test_every_schema_in_the_document_is_one() -> None:
    for schema in document(with_tokens=True)["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.kafka
async def test_schemathesis_finds_nothing(deployment: Settings, tmp_path: Path) -> None:
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    with (
        WorkerProcess(deployment, tmp_path),
        WorkerProcess(deployment, tmp_path, GATEWAY, QAWL_GATEWAY_REQUESTS_PER_MINUTE="0") as gateway,
    ):
        await publish(deployment, [(f"a{n}".encode(), article(f"a{n}")) for n in range(20)])
        await enriched_until(deployment, 20)
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "run"),
            f"http://127.0.0.1:{gateway.port}/openapi.json",
            *("--exclude-path", "/v1/statements/stream"),  # it never ends
            *("--max-examples", "25", "--seed", "1", "--no-color"),
        ]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "No issues found" in done.stdout, done.stdout[-3000:]
