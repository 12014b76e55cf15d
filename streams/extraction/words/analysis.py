"""The analysis of a written form: its readings with their probabilities out of context."""

from functools import cache
from typing import NamedTuple


class Reading(NamedTuple):
    """One way to read a written form.

    `pos` and the values of the other features are those of camel-tools' databases (`verb`, `noun_prop`; gender m, f;
    number s, d, p; aspect p: past, i: present, c: imperative; voice a: active, p: passive); `-` where a feature does
    not apply, `0` for no clitic. `conjunction` is `wa` or `fa`. `probability` is out of context, 0 to 1.
    """

    pos: str
    lemma: str
    gender: str
    number: str
    aspect: str
    voice: str
    person: str
    conjunction: str
    preposition: str
    article: str
    pronoun: str
    probability: float

    @property
    def category(self) -> str:
        """The coarse class that the context chooses among.

        Part of speech, for verbs with aspect and voice (`verb.pa`: past active), led by `w+` where و is a conjunction.
        """
        return _category(self.pos, self.aspect, self.voice, self.conjunction)


@cache  # of a few hundred; it is asked of every reading of every word
def _category(pos: str, aspect: str, voice: str, conjunction: str) -> str:
    if conjunction == "wa":
        return f"w+{_category(pos, aspect, voice, '0')}"
    kind = pos.partition("_")[0]
    if kind == "verb":
        return f"verb.{aspect}{voice if aspect in 'pi' else ''}"
    if kind in ("adj", "adv") or pos == "noun_quant":
        return kind
    return "part" if kind == "part" and pos != "part_neg" else pos


NO_READING = Reading("unknown", "", "-", "-", "-", "-", "-", "0", "0", "0", "0", 1.0)


class Analysis(NamedTuple):
    """What is known of a written form; `readings` are likeliest first, never empty.

    `known` is False where they are guessed from the form's particles and ending.
    """

    written: str
    readings: tuple[Reading, ...]
    known: bool

    def categories(self) -> dict[str, float]:
        """Probability of each coarse class out of context."""
        out: dict[str, float] = {}
        for r in self.readings:
            category = r.category
            out[category] = out.get(category, 0.0) + r.probability
        return out


_PREFIX_LETTERS = {
    "wa": "و",
    "fa": "ف",
    "bi_prep": "ب",
    "li_prep": "ل",
    "la_prep": "ل",
    "ka_prep": "ك",
    "sa_fut": "س",
    "la_emph": "ل",
    "la_rc": "ل",
    "li_jus": "ل",
    "li_sub": "ل",
    "bi_part": "ب",
}
_SUFFIX_LETTERS = {"3ms": "ه", "3fs": "ها", "3mp": "هم", "3d": "هما", "3fp": "هن", "1s": "ي", "1p": "نا", "2ms": "ك"}


def strip(written: str, reading: Reading) -> str:
    """A written form without the particles that the reading says are attached.

    >>> strip("وللوزارة", NO_READING._replace(conjunction="wa", preposition="li_prep", article="Al_det"))
    'وزارة'
    """
    word = written
    for clitic in (reading.conjunction, reading.preposition):
        letter = _PREFIX_LETTERS.get(clitic, "")
        if letter and word.startswith(letter) and len(word) > 2:
            word = word[1:]
    if reading.article == "Al_det":
        word = word.removeprefix("ال") if word.startswith("ال") else word.removeprefix("ل")
    elif reading.article not in ("0", "-"):
        letter = _PREFIX_LETTERS.get(reading.article, "")
        if letter and word.startswith(letter):
            word = word[1:]
    suffix = _SUFFIX_LETTERS.get(reading.pronoun.split("_")[0], "")
    if suffix and word.endswith(suffix) and len(word) > len(suffix) + 1:
        word = word.removesuffix(suffix)
        if reading.pos.startswith(("noun", "adj")) and reading.gender == "f" and word.endswith("ت"):
            word = word[:-1] + "ة"
    return word
