"""Words: the table of analysed forms, the guesser, the choice among readings in context."""

import numpy as np
import pytest

from streams.extraction.document import read
from streams.extraction.lexicon import load_lexicon
from streams.extraction.tokens import BREAK
from streams.extraction.words.analysis import Reading, strip
from streams.extraction.words.context import Word
from streams.extraction.words.encoder import DILATIONS, Encoder
from streams.extraction.words.morphology import Morphology, load_morphology


@pytest.fixture(scope="module")
def morphology() -> Morphology:
    return load_morphology()


@pytest.fixture(scope="module")
def encoder(morphology: Morphology) -> Encoder:
    return Encoder.load(load_lexicon(), morphology)


def first(morphology: Morphology, form: str) -> Reading:
    return morphology.analyse(form).readings[0]


@pytest.mark.parametrize(
    ("form", "lemma", "pos", "stem"),
    [
        ("وأضافت", "أضاف", "verb", "أضافت"),
        ("للوزارة", "وزارة", "noun", "وزارة"),
        ("المتحدث", "متحدث", "noun", "متحدث"),
        ("قولها", "قول", "noun", "قول"),
        ("ذكر", "ذكر", "verb", "ذكر"),
    ],
)
def test_a_frequent_form_is_in_the_table(morphology: Morphology, form: str, lemma: str, pos: str, stem: str) -> None:
    reading = first(morphology, form)
    assert (reading.lemma, reading.pos, strip(form, reading)) == (lemma, pos, stem)
    assert morphology.analyse(form).known


@pytest.mark.parametrize(
    ("form", "pos", "conjunction"),
    [
        ("ولافروفسكي", "noun_prop", "wa"),  # a name that nobody has seen, behind و
        ("والزعفرانيات", "noun", "wa"),  # the ending of a feminine plural
        ("شلومبرغر", "noun_prop", "0"),
    ],
)
def test_a_form_outside_the_table_is_guessed(morphology: Morphology, form: str, pos: str, conjunction: str) -> None:
    analysis = morphology.analyse(form)
    assert not analysis.known
    assert (analysis.readings[0].pos, analysis.readings[0].conjunction) == (pos, conjunction)


def test_probabilities_are_shares(morphology: Morphology) -> None:
    for form in ("ذكر", "أعلن", "واصل", "السعودية", "لافروفسكي"):
        total = sum(r.probability for r in morphology.analyse(form).readings)
        assert 0.3 < total <= 1.02


def word(encoder: Encoder, sentence: str, text: str) -> Word:
    doc = read(sentence)
    words = encoder.in_context(doc)
    return next(words[i] for i, token in enumerate(doc.tokens) if token.form.text == text)


@pytest.mark.parametrize(
    ("sentence", "text", "category"),
    [
        ("قدم الوزير استقالته.", "قدم", "verb.pa"),
        ("كان هناك ولد صغير.", "ولد", "noun"),
        ("وقد ولد في المدينة عام 1950.", "ولد", "verb.pa"),
        ("أعلن رفض الاقتراح.", "رفض", "noun"),
    ],
)
def test_the_context_chooses_the_reading(encoder: Encoder, sentence: str, text: str, category: str) -> None:
    assert word(encoder, sentence, text).reading.category == category


def test_a_word_carries_all_that_is_known_of_it(encoder: Encoder) -> None:
    found = word(encoder, "وقال وللوزارة دور.", "وللوزارة")
    assert (found.start, found.end, found.norm) == (5, 13, "وللوزاره")
    assert (found.stem, found.clitics) == ("وزارة", ("wa", "li_prep", "Al_det"))
    assert sum(r.probability for r in found.readings) == pytest.approx(1)


def test_a_word_is_read_by_its_neighbours_alone(encoder: Encoder) -> None:
    near = ["قال", "الوزير", "إن", "العمل", "بدأ", ".", *[BREAK] * sum(DILATIONS)]
    far = [*near, "شيء", "آخر"]
    np.testing.assert_allclose(encoder.encode(near).labels[:2], encoder.encode(far).labels[:2], rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(encoder.encode(far).labels, encoder.encode(far).labels)


def test_long_texts_do_not_mix_up_forms(encoder: Encoder) -> None:
    """More distinct forms than the cache holds: the numbers of a text's own forms stay valid."""
    sentence = ["قال", "الوزير", "إن"]
    alone = encoder.encode(sentence).labels
    encoder.encode([f"كلمة{n}" for n in range(26_000)])
    np.testing.assert_array_equal(encoder.encode(sentence).labels, alone)
