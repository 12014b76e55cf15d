"""The lexicon files say what their headers promise."""

import pytest

from streams.extraction.lexicon import LexiconError, load_lexicon
from streams.extraction.lexicon.tables import rows
from streams.extraction.text import normalize

LEXICON = load_lexicon()


def test_at_least_150_lemmas_in_every_inflection() -> None:
    verbs = [r for r in rows("cues.tsv", 13) if r[1] == "verb"]
    assert len({r[0] for r in rows("cues.tsv", 13)}) >= 150
    for lemma, _, _, _, _, _, past, present, *_ in verbs:
        assert past != "-", lemma
        assert lemma in past.split()
        assert len(past.split()) >= 5 or present == "-", lemma


@pytest.mark.parametrize(
    ("word", "lemma", "form", "prefix"),
    [
        ("وقال", "قال", "past", "و"),
        ("فأكدت", "أكد", "past", "ف"),
        ("ويقولون", "قال", "present", "و"),
        ("سيعلن", "أعلن", "present", "س"),
        ("مشيراً", "أشار", "participle", ""),
        ("مؤكدةً", "أكد", "participle", ""),
        ("قوله", "قال", "noun", ""),
        ("بقوله", "قال", "noun", "ب"),
        ("وبحسب", "بحسب", "preposition", "و"),
        ("وفقاً", "وفق", "preposition", ""),
        ("للمطالبة", "طالب", "noun", "لال"),
    ],
)
def test_word_is_read_as_a_cue(word: str, lemma: str, form: str, prefix: str) -> None:
    readings = LEXICON.cue_readings(normalize(word))
    assert (lemma, form, prefix) in [(r.entry.lemma, r.form, r.prefix) for r in readings]


@pytest.mark.parametrize("word", ["المدينة", "كتاب", "والد", "سقف", "وصل"])
def test_word_is_no_cue(word: str) -> None:
    assert LEXICON.cue_readings(normalize(word)) == ()


def test_a_row_with_too_many_cells_is_told_with_file_and_line() -> None:
    with pytest.raises(LexiconError, match=r"cues\.tsv:\d+: \d+ cells, expected 2"):
        list(rows("cues.tsv", 2))
