"""What all tests share: the extractor (loaded once), and the shared data beside the repository, where it is there."""

from pathlib import Path

import pytest

from streams.extraction import Extractor

REPOSITORY = Path(__file__).parent.parent
SHARED = REPOSITORY.parent / "shared"


@pytest.fixture(scope="session")
def extractor() -> Extractor:
    return Extractor.load()


@pytest.fixture(scope="session")
def gold_folder() -> Path:
    folder = SHARED / "gold"
    if not (folder / "score.py").is_file():
        pytest.skip("the annotated articles (../shared/gold) are not beside this checkout")
    return folder
