"""Every name of abbreviations.tsv, beside the complementizer إن, and every word of full_stops.tsv before a stop."""

import pytest

from streams.extraction import Extractor, document
from streams.extraction.abbreviations import shortened
from streams.extraction.document import read
from streams.extraction.lexicon.tables import rows
from streams.extraction.text import normalize
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


SHORTENED = {
    "د": "قال د. سامي الحداد",
    "م": "قال م. سامي الحداد",
    "أ": "قال أ. سامي الحداد",
    "ف": "وكالة أ. ف. برس",
    "ب": "وكالة أ. ف. ب. أمس",
    "ق": "في عام ٣٠٠ ق. الميلاد",
    "ص": "العنوان ص. بريد",
    "ه": "في عام ١٤٤٧ ه. الموافق",
    "رويترز": "رويترز. لندن",
    "dr": "قال Dr. سامي",
    "mr": "قال Mr. سامي",
}


@pytest.mark.parametrize("word", SHORTENED)
def test_a_full_stop_behind_it_ends_no_sentence(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = len(read(SHORTENED[word]).sentences)
    others = shortened() - {normalize(word)}
    monkeypatch.setattr(document, "shortened", lambda: others)
    assert (whole, len(read(SHORTENED[word]).sentences)) == (1, 2)


def test_no_shortened_word_is_without_an_example() -> None:
    assert {form for (form,) in rows("full_stops.tsv", 1)} == SHORTENED.keys()
