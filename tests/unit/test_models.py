"""`qawl models`: what is shipped and installed, checks of it, and camel-tools' installer without a network."""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from streams.cli import _group
from streams.inventory import Checked, State, camel, shipped

LICENCE = b"as is"


def models(*arguments: str) -> Result:
    return CliRunner().invoke(_group, ["models", *arguments])


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for camel-tools' data."""
    folder = tmp_path / "camel"
    monkeypatch.setenv("CAMELTOOLS_DATA", str(folder))
    return folder


def catalogue(folder: Path, url: str = "") -> None:
    """A catalogue with one package of one file, and one that is made of it."""
    package = {
        "package_type": "http",
        "description": "an entity model",
        "destination": "ner/arabert",
        "dependencies": [],
        "files": [{"path": "LICENSE", "sha256": hashlib.sha256(LICENCE).hexdigest(), "size": len(LICENCE)}],
        "license": "MIT",
        "private": False,
        "size": 541_637_416,
        "url": url,
        "version": "1.0.0",
    }
    meta = {"package_type": "meta", "dependencies": ["ner-arabert"], "private": False, "description": "all"}
    packages = {"ner-arabert": {"name": "ner-arabert", **package}, "all": {"name": "all", **meta}}
    folder.mkdir(parents=True, exist_ok=True)
    content = {"version": "1.6", "packages": packages, "components": {}}
    (folder / "catalogue.json").write_text(json.dumps(content))


def install_by_hand(folder: Path, content: bytes = LICENCE, version: str = "1.0.0") -> None:
    (folder / "data/ner/arabert").mkdir(parents=True, exist_ok=True)
    (folder / "data/ner/arabert/LICENSE").write_bytes(content)
    (folder / "versions.json").write_text(json.dumps({"ner-arabert": version}))


def test_every_shipped_model_is_listed_with_its_sources() -> None:
    done = models("list")
    assert done.exit_code == 0, done.output
    for note in shipped.FOLDER.glob("*.meta.json"):
        told = json.loads(note.read_text(encoding="utf-8"))
        assert told["model"] in done.stdout
        assert told["date"] in done.stdout
        for source in told["sources"]:
            assert source in done.stdout


def test_without_data_of_camel_tools_the_list_says_how_to_get_it(data: Path) -> None:
    assert f"camel-tools' data, in {data}\n  `qawl models install` downloads ner-arabert" in models("list").stdout
    catalogue(data)
    assert "not installed  (an entity model; licence: MIT)\n  `qawl models install`" in models("list").stdout
    assert not data.joinpath("versions.json").exists()


def test_what_is_installed_is_listed(data: Path) -> None:
    catalogue(data)
    install_by_hand(data)
    listed = models("list").stdout
    assert "541.6 MB  1.0.0  (an entity model; licence: MIT)" in listed
    assert "qawl models install" not in listed
    install_by_hand(data, version="0.9")
    assert "0.9, old" in models("list").stdout


def test_damaged_data_is_one_line(data: Path) -> None:
    data.mkdir()
    (data / "catalogue.json").write_text("<html>")
    for command in ("list", "verify"):
        done = models(command)
        assert done.exit_code == 1
        assert done.stderr == (
            f"Error: {data}/catalogue.json is damaged: run `qawl models install`, which fetches it again\n"
        )


def test_shipped_models_are_verified(tmp_path: Path) -> None:
    contents = {"good.tsv": b"good", "changed.tsv": b"changed", "unknown.tsv": b"?", "unnoted.npz": b"?"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    for name in ("good.tsv", "changed.tsv", "missing.tsv", "unknown.tsv"):
        note: dict[str, Any] = {"model": name, "bytes": 4, "date": "2026-11-25"}
        if name != "unknown.tsv":
            note["sha256"] = hashlib.sha256(b"good").hexdigest()
        (tmp_path / name).with_suffix(".meta.json").write_text(json.dumps(note))
    assert list(shipped.verify(tmp_path)) == [
        Checked("changed.tsv", State.CHANGED),
        Checked("good.tsv", State.OK),
        Checked("missing.tsv", State.MISSING),
        Checked("unknown.tsv", State.NO_CHECKSUM),
        Checked("unnoted.npz", State.NO_CHECKSUM),
    ]


def test_what_is_shipped_is_intact() -> None:
    done = models("verify")
    assert done.exit_code == 0, done.output


def test_installed_files_are_verified(data: Path) -> None:
    catalogue(data)
    install_by_hand(data)
    assert list(camel.verify()) == [Checked("ner-arabert/LICENSE", State.OK)]
    install_by_hand(data, b"other")
    done = models("verify")
    assert "changed      ner-arabert/LICENSE\n" in done.stdout
    assert done.exit_code == 1
    assert "files are not what they should be" in done.stderr
    (data / "data/ner/arabert/LICENSE").unlink()
    assert list(camel.verify()) == [Checked("ner-arabert/LICENSE", State.MISSING)]
    install_by_hand(data, version="0.9")
    assert list(camel.verify()) == [Checked("ner-arabert 0.9", State.NO_CHECKSUM)]


def install(data: Path, *arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """`qawl models install` in a process of its own: camel-tools reads catalogue and folder once, on import.

    Whatever it asks of the network is answered by the local files that the URLs name, or refused.
    """
    code = f"""
import io, socket, sys
from pathlib import Path
import requests
def refuse(*a, **k): raise AssertionError("network")
socket.socket.connect = socket.getaddrinfo = refuse
class Answer:
    def __init__(self, content): self.content, self.headers = content, {{"content-length": str(len(content))}}
    def iter_content(self, size): yield self.content
def get(self, url, **k):
    if not url.startswith("file:"): raise requests.exceptions.ConnectionError("no network")
    return Answer(Path(url[5:]).read_bytes())
requests.Session.get = get
{before}
sys.argv = ["qawl", "models", "install", *sys.argv[1:]]
from streams.cli import main
main()
"""
    environment = os.environ | {"CAMELTOOLS_DATA": str(data), "HOME": str(data.parent)}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60, env=environment
    )


def package(folder: Path, content: bytes) -> str:
    """The URL of a zip file with the package's file."""
    with zipfile.ZipFile(folder / "package.zip", "w") as file:
        file.writestr("LICENSE", content)
    return f"file:{folder / 'package.zip'}"


def test_install_downloads_and_verifies(data: Path, tmp_path: Path) -> None:
    catalogue(data, package(tmp_path, LICENCE))
    done = install(data)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("installed and verified: ner-arabert\n")
    assert (data / "data/ner/arabert/LICENSE").read_bytes() == LICENCE
    assert list(camel.verify()) == [Checked("ner-arabert/LICENSE", State.OK)]
    again = install(data, "all")
    assert (again.returncode, again.stdout.splitlines()[0]) == (0, "No new packages will be installed.")


def test_install_tells_a_download_that_is_not_what_was_promised(data: Path, tmp_path: Path) -> None:
    catalogue(data, package(tmp_path, b"tampered"))
    done = install(data)
    assert done.returncode == 1
    assert "not what the catalogue says (ner-arabert/LICENSE changed): try again with --force" in done.stderr
    catalogue(data, package(tmp_path, LICENCE))
    assert install(data, "--force").returncode == 0


@pytest.mark.parametrize("with_catalogue", [True, False])
def test_install_without_a_network_is_one_line(data: Path, with_catalogue: bool) -> None:
    if with_catalogue:
        catalogue(data, "https://example.org/package.zip")
    done = install(data)
    assert done.returncode == 1
    (line,) = [x for x in done.stderr.splitlines() if x.startswith("Error")]
    assert line.startswith(f"Error: cannot download data of camel-tools into {data}: ")
    assert "Traceback" not in done.stderr


def test_install_of_an_unknown_package_lists_the_known(data: Path) -> None:
    catalogue(data)
    done = install(data, "ner")
    assert (done.returncode, done.stderr) == (1, "Error: camel-tools has no package ner; it has: all, ner-arabert\n")


def test_a_damaged_catalogue_is_fetched_again(data: Path, tmp_path: Path) -> None:
    catalogue(tmp_path / "elsewhere", package(tmp_path, LICENCE))
    data.mkdir()
    (data / "catalogue.json").write_text("<html>")
    other = tmp_path / "elsewhere/catalogue.json"
    before = f'real = get\nrequests.Session.get = lambda s, url, **k: real(s, "file:{other}" if "json" in url else url)'
    done = install(data, before=before)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("installed and verified: ner-arabert\n")
