"""The image: its recipe, and that what it installs is enough."""

import os
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from streams.samples import sample_feed
from tests.conftest import REPOSITORY
from tests.deploy.monitored import tool

DOCKERFILE = REPOSITORY / "deploy" / "Dockerfile"
LISTED = {
    canonicalize_name(name): version
    for name, version in re.findall(
        r"^([\w.-]+)==(\S+)$", (REPOSITORY / "deploy/requirements.txt").read_text(), re.MULTILINE
    )
}
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
DECLARED = [Requirement(line) for line in (*PROJECT["dependencies"], *EXTRAS["otel"], *EXTRAS["ingest"])]


def test_hadolint_is_content() -> None:
    done = subprocess.run([tool("hadolint"), str(DOCKERFILE)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_is_made_of_pinned_images_and_runs_as_nobody_in_particular() -> None:
    text = DOCKERFILE.read_text()
    stages = re.findall(r"^FROM (\S+) AS (\S+)$", text, re.MULTILINE)
    assert len(stages) == len(re.findall(r"^FROM", text, re.MULTILINE))
    names = {name for _, name in stages}
    outside = [image for image, _ in stages if image not in names]
    assert outside and all(re.fullmatch(r"[a-z/]+:\d+\.\d+\.\d+-[a-z0-9-]+", image) for image in outside)
    assert stages[-1] == ("runtime", "builtin")
    runtime = text[text.index("AS runtime") : text.index("AS camel")]
    assert re.findall(r"^USER (.*)$", runtime, re.MULTILINE) == ["10001:10001"]
    assert "HEALTHCHECK" in runtime and "USER" not in text[text.index("AS camel") :]


def test_what_it_copies_is_let_through() -> None:
    let_through = {line[1:] for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE.read_text(), re.MULTILINE)
    assert {name for line in copied for name in line.split()} == let_through
    assert all((REPOSITORY / name).exists() for name in let_through)


def test_the_list_has_what_the_project_declares() -> None:
    for requirement in DECLARED:
        version = LISTED[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{requirement} is listed as {version}"


@pytest.fixture(scope="module")
def nothing_else(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the listed packages, as they are installed here, and with no other."""
    folder = tmp_path_factory.mktemp("packages")
    for name in LISTED:
        distribution = metadata.distribution(name)
        for top in {file.parts[0] for file in distribution.files or [] if file.parts[0] not in ("..", "__pycache__")}:
            where = Path(str(distribution.locate_file(top)))
            if not (folder / top).exists():
                (folder / top).symlink_to(where, target_is_directory=where.is_dir())
    for ours in ("schemas", "streams"):
        (folder / ours).symlink_to(REPOSITORY / ours, target_is_directory=True)
    return folder


def run(packages: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python without its own site-packages."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("QAWL_", "PYTHON"))}
    return subprocess.run(
        [sys.executable, "-S", *arguments],
        cwd=packages.parent,
        env=environment | {"PYTHONPATH": str(packages)},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_it_holds_no_torch(nothing_else: Path) -> None:
    assert "torch" not in LISTED
    assert "No module named 'torch'" in run(nothing_else, "-c", "import torch").stderr


def test_articles_can_be_read_with_nothing_else(nothing_else: Path, tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_bytes(b"\n".join(sample_feed()))
    done = run(nothing_else, "-m", "streams.cli", "extract", str(feed))
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(sample_feed())


def test_worker_and_gateway_can_be_loaded_with_nothing_else(nothing_else: Path) -> None:
    code = (
        "from streams.app import create_app; from streams.extraction import Extractor; import streams.gateway.service;"
        "from streams.settings import Settings;"
        "settings = Settings(kafka_bootstrap='127.0.0.1:1', traces_endpoint='http://127.0.0.1:1/');"
        "create_app(settings, Extractor.load());"
        "import sys; from streams.cli import main; sys.argv = ['qawl', 'topics', '--help']; main()"
    )
    done = run(nothing_else, "-c", code)
    assert done.returncode == 0 and "describe" in done.stdout, done.stderr


def test_articles_can_be_brought_in_with_nothing_else(nothing_else: Path, tmp_path: Path) -> None:
    """The command up to where it needs a broker, and beyond that what it does with each line of a file."""
    file = tmp_path / "cms.jsonl"
    file.write_text('{"id": 7, "text": "<p>قال الوزير سامي الحداد إن اللقاح متوفر.</p>", "day": "14 رمضان 1447 هـ"}\n')
    shown = run(nothing_else, "-m", "streams.cli", "ingest", "--help")
    assert shown.returncode == 0 and "jsonl" in shown.stdout, shown.stderr
    command = ("-m", "streams.cli", "ingest", "jsonl", str(file), "--bootstrap", "127.0.0.1:1")
    done = run(nothing_else, *command)
    assert done.returncode == 1 and "no Kafka broker answers" in done.stderr, done.stderr
    code = (
        "import sys, streams.ingest.http, streams.ingest.newsml, streams.ingest.ninjs; from pathlib import Path;"
        "from streams.ingest import LIBRARIES, jsonl, library; from streams.ingest.draft import Rules;"
        "from streams.ingest.mapping import FieldMapping;"
        "mapping = FieldMapping.parse(['article_id=id', 'body=text', 'published_at=day']);"
        "(one,) = jsonl.from_file(Path(sys.argv[1]), mapping, Rules());"
        "print(one.article.published_at.date(), one.article.body, *map(library, LIBRARIES))"
    )
    parsed = run(nothing_else, "-c", code, str(file))
    assert parsed.stdout.startswith("2026-03-03 قال الوزير سامي الحداد إن اللقاح متوفر."), parsed.stderr


def test_the_list_is_whole() -> None:
    """Of each package that is installed here as it is listed, what it depends on is listed too."""
    extras = {canonicalize_name(requirement.name): requirement.extras for requirement in DECLARED}
    for name in LISTED.keys() - {"camel-tools"}:
        if metadata.version(name) == LISTED[name]:
            needed = [
                r
                for r in map(Requirement, metadata.requires(name) or [])
                if not r.marker or any(r.marker.evaluate({"extra": extra}) for extra in ("", *extras.get(name, ())))
            ]
            missing = {canonicalize_name(r.name) for r in needed} - LISTED.keys()
            assert not missing, f"{name} depends on {missing}"


def test_its_version_is_the_packages_everywhere() -> None:
    version = metadata.version("qawl")
    kustomization = yaml.safe_load((REPOSITORY / "deploy/kubernetes/base/kustomization.yaml").read_text())
    assert kustomization["images"] == [{"name": "qawl", "newTag": version}]
    services = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())["services"]
    built = {service["image"] for service in services.values() if "build" in service}
    assert built == {f"qawl:{version}"}
    assert DOCKERFILE.read_text().startswith(f"# docker build --file deploy/Dockerfile --tag qawl:{version} .\n")
