"""The samples by the rules of the formats themselves: IPTC's JSON Schemas of ninjs, and its library of NewsML-G2."""

import json
import os
from pathlib import Path

import NewsMLG2
import pytest
from jsonschema.validators import validator_for

from tests.ingest.running import SAMPLES

# The folder `specification` of IPTC's repository newsinjson, or some files of it (`ninjs-schema_1.8.json` …); they are
# not ours to bundle. Read here, as a fixture takes all variables of this prefix away.
FOLDER = os.environ.get("QAWL_NINJS_SCHEMAS")
NINJS = ("ninjs-1.json", "ninjs-2.json", "ninjs-3.json")


def _schemas(version: str) -> list[Path]:
    """Those of the same major version, from the sample's own on: later ones only add to earlier ones."""
    if FOLDER is None:
        pytest.skip("QAWL_NINJS_SCHEMAS names no folder of IPTC's ninjs schemas (ninjs-schema_1.8.json …)")
    major, minor = version.split(".")
    found = {int(p.stem.rpartition(".")[2]): p for p in Path(FOLDER).glob(f"ninjs-schema_{major}.[0-9].json")}
    return [found[number] for number in sorted(found) if number >= int(minor)]


@pytest.mark.parametrize("name", NINJS)
def test_the_ninjs_samples_are_valid_by_iptcs_own_schemas(name: str) -> None:
    sample = json.loads((SAMPLES / name).read_bytes())
    version = (sample.get("standard") or sample["$standard"])["version"]
    schemas = _schemas(version)
    assert schemas, f"{FOLDER} has no schema from {version} on"
    for path in schemas:
        schema = json.loads(path.read_bytes())
        validator = validator_for(schema)(schema)
        faults = [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(sample)]
        assert faults == [], path.name
        assert not validator.is_valid(sample | {"wordOfOurOwn": 1}), f"{path.name} lets everything through"


def test_the_newsml_samples_are_what_iptcs_own_library_reads() -> None:
    item = NewsMLG2.NewsMLG2Document((SAMPLES / "newsml-item.xml").read_bytes()).get_item()
    assert (item.guid, item.version) == ("urn:newsml:wire.example.com:20260303:port", "3")
    message = NewsMLG2.NewsMLG2Document((SAMPLES / "newsml-message.xml").read_bytes()).get_item()
    assert message is not None
