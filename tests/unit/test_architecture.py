"""Arrows point one way, and the default path never loads torch."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

ALLOWED = {
    "schemas": {"schemas"},
    "streams/extraction": {"schemas", "streams.extraction"},
    "streams/evaluation": {"schemas", "streams.extraction", "streams.evaluation"},
    "streams/inventory": {"streams.extraction", "streams.inventory"},
    "streams/kafka": {"streams.settings", "streams.kafka"},
    "streams/embedded": {"streams.embedded"},
}
CORE_FLOORS = ("lexicon", "words", "entities", "actors", "rules", "choices", "training")  # of the core, from the ground
NEVER_IN_CORE = {"faust", "aiokafka", "aiohttp", "pydantic_settings", "prometheus_client", "time", "random", "socket"}


def imports(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("folder", ALLOWED)
def test_a_layer_imports_only_what_it_may(folder: str) -> None:
    for file in (REPOSITORY / folder).rglob("*.py"):
        for name in imports(file):
            if name.split(".")[0] in ("schemas", "streams"):
                assert any(name == a or name.startswith(a + ".") for a in ALLOWED[folder]), f"{file} imports {name}"


@pytest.mark.parametrize("folder", CORE_FLOORS)
def test_a_folder_of_the_core_imports_none_above_it(folder: str) -> None:
    above = CORE_FLOORS[CORE_FLOORS.index(folder) + 1 :]
    for file in (REPOSITORY / "streams/extraction" / folder).rglob("*.py"):
        assert not {n for n in imports(file) if n.startswith(tuple(f"streams.extraction.{a}" for a in above))}, file


def test_the_core_knows_no_kafka_and_no_clock() -> None:
    for file in (REPOSITORY / "streams/extraction").rglob("*.py"):
        if "training" not in file.parts:
            assert not {n.split(".")[0] for n in imports(file)} & NEVER_IN_CORE, file


def test_the_worker_never_loads_torch_or_a_model_hub() -> None:
    code = (
        "import sys; from streams.app import create_app; from streams.extraction import Extractor;"
        "from streams.settings import Settings;"
        "create_app(Settings(kafka_bootstrap='127.0.0.1:1'), Extractor.load(), 1);"
        "heavy = {'camel_tools', 'torch', 'transformers', 'pandas', 'sklearn', 'scipy', 'opentelemetry'};"
        "print(sorted(heavy & {m.split('.')[0] for m in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


def test_no_file_is_longer_than_a_head_holds() -> None:
    for folder in ("schemas", "streams", "tests", "deploy"):
        for file in (REPOSITORY / folder).rglob("*.py"):
            assert len(file.read_text(encoding="utf-8").splitlines()) <= 300, file
