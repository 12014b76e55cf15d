"""What all tests share: the extractor (loaded once), and the shared data beside the repository, where it is there."""

from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

from streams.extraction import Extractor

REPOSITORY = Path(__file__).parent.parent
SHARED = REPOSITORY.parent / "shared"

settings.register_profile("untimed", deadline=None)  # how long an example takes is the machine's affair
settings.load_profile("untimed")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Half of a surrogate pair in a captured log cannot be sent from the process that ran the test, as UTF-8."""
    report = yield
    report.sections = [(name, text.encode(errors="backslashreplace").decode()) for name, text in report.sections]
    return report


@pytest.fixture(scope="session")
def extractor() -> Extractor:
    return Extractor.load()


@pytest.fixture(scope="session")
def gold_folder() -> Path:
    folder = SHARED / "gold"
    if not (folder / "score.py").is_file():
        pytest.skip("the annotated articles (../shared/gold) are not beside this checkout")
    return folder
