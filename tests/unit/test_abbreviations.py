"""Every name of abbreviations.tsv, spelt out with a letter that looks like إن, beside the complementizer إن."""

import pytest

from streams.extraction import Extractor
from streams.extraction.document import read
from streams.extraction.lexicon.tables import rows
from tests.unit.test_extraction import run

NAMES = [form for form, _ in rows("abbreviations.tsv", 2)]


@pytest.mark.parametrize("name", NAMES)
def test_its_letter_is_no_complementizer(name: str, extractor: Extractor) -> None:
    (said,) = run(extractor, f"وقالت شبكة {name} إن الطريق مفتوح.").statements
    assert (said.actor.name, said.content.text) == (f"شبكة {name}", "الطريق مفتوح")


def test_a_name_without_a_noun_before_it_ends_with_its_last_letter(extractor: Extractor) -> None:
    (said,) = run(extractor, "وذكرت سي إن إن أن الرئيس سيزور الصين.").statements
    assert (said.actor.name, said.content.text) == ("سي إن إن", "الرئيس سيزور الصين")


def test_elsewhere_the_word_stays_what_it_is() -> None:
    assert read("قال سامي إن بيروت آمنة").norms[2] == "ان"
