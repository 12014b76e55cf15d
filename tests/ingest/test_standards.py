"""The samples by the rules of the formats themselves: IPTC's JSON Schemas of ninjs, its own model of NewsML-G2."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import NewsMLG2
import pytest
from jsonschema.validators import validator_for
from lxml import etree

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


NAR = "{http://iptc.org/std/nar/2006-10-01/}"


def _faults(model: Any, element: Any) -> Iterator[str]:
    """Elements and attributes that the model of IPTC's library does not have at their place. Its parser takes any."""
    thing, name = model(), element.tag.removeprefix(NAR)
    known = {told["xml_name"] for told in thing.get_attribute_definitions().values()}
    yield from (f"{name}@{attribute}" for attribute in element.attrib if attribute not in known)
    inner = {told["xml_name"]: told["element_class"] for _, told in thing.get_element_definitions()}
    for child in element.iterchildren(f"{NAR}*"):
        tag = child.tag.removeprefix(NAR)
        if tag in inner:
            yield from _faults(thing.get_element_class(inner[tag]), child)
        else:
            yield f"{name}/{tag}"


def _items(document: bytes) -> list[Any]:
    return list(etree.fromstring(document).iter(f"{NAR}newsItem", f"{NAR}packageItem"))


def _read(item: Any) -> Any:
    return NewsMLG2.NewsMLG2Document(etree.tostring(item)).get_item()


@pytest.mark.parametrize(("name", "count"), [("newsml-item.xml", 1), ("newsml-message.xml", 4)])
def test_the_newsml_samples_are_of_the_elements_that_iptcs_own_library_has(name: str, count: int) -> None:
    items = _items((SAMPLES / name).read_bytes())
    assert len(items) == count
    for item in items:
        read = _read(item)
        assert (read.guid, read.standardversion) == (item.get("guid"), "2.33")
        assert list(_faults(type(read), item)) == []


def test_an_element_or_attribute_of_our_own_would_be_noticed() -> None:
    data = (SAMPLES / "newsml-item.xml").read_bytes()
    (item,) = _items(data.replace(b"<headline", b"<word/><headline").replace(b"<pubStatus", b"<pubStatus own='1'"))
    assert sorted(_faults(type(_read(item)), item)) == ["contentMeta/word", "pubStatus@own"]
