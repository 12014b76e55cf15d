"""The compiled table of frequent written forms, and the guesser for forms that it does not hold.

`models/morphology.tsv` says where it comes from; `streams.extraction.training.morphology` makes it.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from streams.extraction.lexicon.tables import columns
from streams.extraction.words.analysis import NO_READING, Analysis, Reading

TABLE = Path(__file__).parent.parent / "models" / "morphology.tsv"
_CACHED = 1 << 13  # analyses; each is about a kilobyte
Outline = tuple[dict[str, float], tuple[str, ...]]
_LEAST_STEM = 3
# Particles that may stand before a word that the table does not hold, and the features that they set.
_PARTICLES: dict[str, dict[str, str]] = {
    "و": {"conjunction": "wa"},
    "ف": {"conjunction": "fa"},
    "ب": {"preposition": "bi_prep"},
    "ل": {"preposition": "li_prep"},
    "ك": {"preposition": "ka_prep"},
    "س": {"preposition": "sa_fut"},
}
# An unknown word of news is a name more often than anything else; an ending may say otherwise.
_NAME = NO_READING._replace(pos="noun_prop", gender="m", number="s", probability=0.6)
_ENDING_READINGS: tuple[tuple[str, Reading], ...] = (
    ("ية", NO_READING._replace(pos="adj", gender="f", number="s", probability=0.7)),
    ("ات", NO_READING._replace(pos="noun", gender="f", number="p", probability=0.8)),
    ("ون", NO_READING._replace(pos="noun", gender="m", number="p", probability=0.5)),
    ("ين", NO_READING._replace(pos="noun", gender="m", number="p", probability=0.4)),
    ("ي", NO_READING._replace(pos="adj", gender="m", number="s", probability=0.4)),
    ("ة", NO_READING._replace(pos="noun", gender="f", number="s", probability=0.5)),
)


def _of_ending(reading: Reading, article: str) -> tuple[Reading, Reading]:
    name = _NAME._replace(probability=1 - reading.probability, article=article)
    both = (name, reading._replace(article=article))
    return both if name.probability > reading.probability else (both[1], both[0])


# (ending, readings without and with the article)
_ENDINGS = tuple(
    (ending, (_of_ending(reading, "0"), _of_ending(reading, "Al_det"))) for ending, reading in _ENDING_READINGS
)


class Morphology:
    """Analyses of written forms. Rows of the table are read when their form is first met."""

    def __init__(self, tags: Sequence[str], rows: Mapping[str, str]) -> None:
        """`tags` are the table's tags by number, `rows` maps a written form to its readings' cells."""
        self._tags = [tuple(tag.split("|")) for tag in tags]
        self._rows = rows
        self._met: dict[str, Analysis] = {}
        # what the encoder asks of a tag: its category, and the features that are attributes
        self._categories = [self._reading(f"{n}//100").category for n in range(len(self._tags))]
        self._features = [(f"g={t[1]}{t[2]}", f"pr={t[7]}", f"e={t[9]}") for t in self._tags]

    def analyse(self, written: str) -> Analysis:
        """The analysis of a form as `streams.extraction.text.written` gives it.

        >>> [(r.pos, r.lemma, r.conjunction) for r in load_morphology().analyse("وأضافت").readings]
        [('verb', 'أضاف', 'wa')]
        """
        known = self._met.get(written)
        if known is None:
            if len(self._met) >= _CACHED:
                self._met.clear()
            known = self._met[written] = self._look_up(written) or Analysis(written, self._guess(written), known=False)
        return known

    def outline(self, written: str) -> Outline | None:
        """(share of each category, attributes of the likeliest reading) of a form in the table, None for another.

        As `analyse` would tell it, in a fifth of the time: the encoder asks it of every new form.
        """
        cells = self._rows.get(written)
        if not cells:
            return None
        shares: dict[str, float] = {}
        first: tuple[str, ...] = ()
        for cell in cells.split(" "):
            number, lemma, percent = cell.split("/")
            tag = int(number)
            category = self._categories[tag]
            shares[category] = shares.get(category, 0.0) + int(percent) / 100
            first = first or (*self._features[tag], f"l={lemma}")
        return shares, first

    def _look_up(self, written: str) -> Analysis | None:
        cells = self._rows.get(written)
        return Analysis(written, tuple(map(self._reading, cells.split(" "))), known=True) if cells else None

    def _reading(self, cell: str) -> Reading:
        number, lemma, percent = cell.split("/")
        pos, *features = self._tags[int(number)]
        return Reading._make((pos, lemma, *features, int(percent) / 100))

    def _guess(self, written: str) -> tuple[Reading, ...]:
        """A known word behind a particle (behind و any word), else what the ending suggests."""
        letter, rest = written[:1], written[1:]
        features = _PARTICLES.get(letter)
        if features is not None and len(rest) >= _LEAST_STEM:
            base = self._look_up("ا" + rest if letter == "ل" and rest.startswith("ل") else rest)
            readings = base.readings if base else self._guess(rest) if letter == "و" else ()
            fitting = tuple(_attach(r, features) for r in readings if _attaches(features, r))
            if fitting:
                return fitting
        for ending, with_article in _ENDINGS:
            if written.endswith(ending) and len(written) > len(ending) + 2:
                return with_article[written.startswith("ال")]
        return (_NAME,)


def _attach(reading: Reading, features: Mapping[str, str]) -> Reading:
    return reading._replace(
        conjunction=features.get("conjunction", reading.conjunction),
        preposition=features.get("preposition", reading.preposition),
    )


def _attaches(features: Mapping[str, str], reading: Reading) -> bool:
    """و and ف stand before anything that has none, prepositions before nouns, س before verbs of the present."""
    if reading.conjunction != "0":
        return False
    preposition = features.get("preposition")
    if preposition is None:
        return True
    if reading.preposition != "0":
        return False
    if preposition == "sa_fut":
        return reading.pos == "verb" and reading.aspect == "i"
    return reading.pos.startswith(("noun", "adj", "pron"))


def load_morphology(path: Path = TABLE) -> Morphology:
    """The shipped table."""
    text = path.read_text(encoding="utf-8")
    head, _, body = text.partition("\n\n")
    tags = [line for line in head.split("\n") if not line.startswith("#")]
    forms, _, readings = columns(body, 3)
    return Morphology(tags, dict(zip(forms, readings, strict=True)))
