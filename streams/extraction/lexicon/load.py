"""The lexicon in memory: normalized form -> what the files say of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple, get_args

from schemas import CueClass
from streams.extraction.lexicon.tables import LexiconError, cell_forms, rows
from streams.extraction.text import normalize, stems

CueForm = Literal["past", "present", "participle", "noun", "preposition"]
SourceKind = Literal["person", "organization", "unnamed", "group", "document"]
_CACHED_FORMS = 1 << 16
_CASES = ("ا", "ان", "ين")  # of the accusative and the dual
_SHORTEST = 3  # letters before such an ending: `ما`, `أبان`, `دين` are no cases of م, أب, د
_CLASSES: tuple[CueClass, ...] = get_args(CueClass)


class CueEntry(NamedTuple):
    """One lemma of cues.tsv; `clause` and `nominal` (0-3) tell how readily it takes either kind of content."""

    lemma: str
    cue_class: CueClass
    clause: int
    nominal: int
    governs: frozenset[str]


class CueReading(NamedTuple):
    """One way to read a word as a cue: its entry, inflection and the particles attached in front."""

    entry: CueEntry
    form: CueForm
    prefix: str
    feminine: bool
    plural: bool
    possessive: bool

    @property
    def marked_form(self) -> str:
        """Its form, with + where a particle is attached in front: `قال` and `وقال` go different ways."""
        return self.form + ("+" if self.prefix else "")


class Title(NamedTuple):
    """A word that heads a person's title."""

    gender: str
    kind: str


class Facts(NamedTuple):
    """What the files say of a normalized word: what it is as a function word, what kind of source it may head.

    `time` is whether it is a date or a time of day; `readings` are all readings as a cue.
    """

    roles: frozenset[str]
    heads: SourceKind | None
    time: bool
    readings: tuple[CueReading, ...]


_NO_FACTS = Facts(frozenset(), None, False, ())  # most words; one for all of them


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything the rules know about words. Keys are normalized words as the files list them.

    `facts`, `is_a`, `is_honorific` and `cue_readings` take words as texts have them, with particles attached.
    """

    cues: Mapping[str, tuple[tuple[CueEntry, CueForm], ...]]
    function: Mapping[str, frozenset[str]]
    occasions: Mapping[str, str]
    titles: Mapping[str, Title]
    organizations: Mapping[str, str]
    genders: Mapping[str, str]  # m or f, as a verb agrees with a source of that head
    unnamed: Mapping[str, str]
    calendar: Mapping[str, str]
    nationalities: frozenset[str]
    capitals: Mapping[str, frozenset[str]]  # to the states for which they may speak
    silent: Mapping[str, str]
    masculine_names: frozenset[str]
    phrases: Mapping[str, tuple[tuple[tuple[str, ...], CueReading], ...]]
    words_of: Mapping[str, frozenset[str]]
    _facts: dict[str, Facts] = field(default_factory=dict, repr=False)

    def facts(self, norm: str) -> Facts:
        """All that the files say of a normalized word, found out once a word: every stage asks of every token.

        >>> lexicon = load_lexicon()
        >>> lexicon.facts("وزير").heads, lexicon.facts("الخميس").time, sorted(lexicon.facts("وليس").roles)
        ('person', True, ['negation', 'opener'])
        """
        known = self._facts.get(norm)
        if known is None:
            if len(self._facts) >= _CACHED_FORMS:
                self._facts.clear()
            found = Facts(self._roles(norm), self._heads(norm), self._is_time(norm), self._read(norm))
            known = self._facts[norm] = _NO_FACTS if found == _NO_FACTS else found
        return known

    def is_a(self, norm: str, category: str) -> bool:
        """Whether a word, with or without attached و or ف, is a function word of that category."""
        return category in self.facts(norm).roles

    def is_honorific(self, norm: str) -> bool:
        """Whether a word is a title that tells nothing of what its bearer does: `السيد`, `معالي`."""
        title = self.titles.get(norm) or self.titles.get(norm.removeprefix("ال"))
        return title is not None and title.kind == "honorific"

    def cue_readings(self, norm: str) -> tuple[CueReading, ...]:
        """All readings of a normalized word as a cue.

        >>> lexicon = load_lexicon()
        >>> [(r.entry.lemma, r.form, r.prefix) for r in lexicon.cue_readings("واضافت")]
        [('أضاف', 'past', 'و')]
        """
        return self.facts(norm).readings

    def _roles(self, norm: str) -> frozenset[str]:
        found = self.function.get(norm)
        if found is None and len(norm) > 2 and norm[0] in "وف":
            found = self.function.get(norm[1:])
        return found or frozenset()

    def _heads(self, norm: str) -> SourceKind | None:
        for word in stems(norm):
            if word in self.unnamed:
                return "group" if self.unnamed[word] == "group" else "unnamed"
            if word in self.titles:
                return "person"
            if word in self.organizations:
                return "organization"
            if self.occasions.get(word) == "document":
                return "document"
        plural = norm[:-1] + "ون"
        if norm.endswith(("و", "ي")) and plural in self.unnamed:
            return self._heads(plural)  # `قال مسؤولو الوزارة`, `بحسب محللي السوق`
        for ending in _CASES:  # `أن مصدرا أمنيا قال`, `قال مصدران`
            word = norm.removesuffix(ending)
            if word != norm and len(word) >= _SHORTEST and (word in self.unnamed or word in self.titles):
                return self._heads(word)
        return None

    def _is_time(self, norm: str) -> bool:
        # العام, اليوم: with the article only months and weekdays are dates (`المدير العام` is none)
        calendar = self.calendar
        return norm in calendar or (norm.startswith("ال") and calendar.get(norm[2:]) in ("month", "weekday"))

    def _read(self, norm: str) -> tuple[CueReading, ...]:
        out: list[CueReading] = []
        for prefix, stem in _strippings(norm):
            for entry, form in self.cues.get(stem, ()):
                if _attaches(prefix, form):
                    out.append(CueReading(entry, form, prefix, *_inflection(stem, form)))
            if out and not prefix:
                break  # واصل is not و + اصل: an entry for the whole word wins
        return tuple(out)


def _strippings(norm: str) -> list[tuple[str, str]]:
    out = [("", norm)]
    if len(norm) > 2 and norm[0] in "وف":  # also before verbs of two letters: `وحث`, `فرد`
        out.append((norm[0], norm[1:]))
    for prefix, stem in out[:]:
        if len(stem) > 3 and stem[0] in "بلكس":
            out.append((prefix + stem[0], stem[1:]))
            if stem[0] == "ل" and stem[1] == "ل":
                out.append((prefix + "لال", stem[2:]))  # للمطالبة = ل + المطالبة
        if len(stem) > 4 and stem.startswith("ال"):
            out.append((prefix + "ال", stem[2:]))
    return out


def _attaches(prefix: str, form: CueForm) -> bool:
    """Which particles stand before which form: س only before the present, ب ك ال only before nouns, ل before both."""
    last = prefix.lstrip("وف")
    if not last:
        return True
    if last == "س" or (last == "ل" and form == "present"):
        return form == "present"
    return form == "noun"


def _inflection(stem: str, form: CueForm) -> tuple[bool, bool, bool]:
    """(feminine, plural, possessive) as the spelling shows them."""
    if form == "past":
        return stem.endswith(("ت", "تا")), stem.endswith(("وا", "ن")) and len(stem) > 3, False
    if form == "present":
        return stem.startswith("ت"), stem.endswith(("ون", "وا")), False
    if form == "participle":
        return stem.endswith(("ه", "ات", "تين", "تان")), stem.endswith(("ين", "ون", "ات")), False
    return False, False, stem.endswith(("ه", "ها", "هم", "هما", "هن"))


def load_lexicon() -> Lexicon:
    """The lexicon of this folder.

    Raises:
        LexiconError: a file says something that its header does not allow; the text names file and line.
    """
    function: dict[str, frozenset[str]] = {}
    for form, category in rows("function_words.tsv", 2):
        function[normalize(form)] = function.get(normalize(form), frozenset()) | {category}
    titles: dict[str, Title] = {}
    for form, gender, kind in rows("titles.tsv", 3):
        titles.setdefault(normalize(form), Title(gender, kind))
    nationalities: set[str] = set()
    capitals: dict[str, frozenset[str]] = {}
    for masculine, feminine, country, capital in rows("nationalities.tsv", 4):
        nationalities |= {normalize(masculine), normalize(feminine)}
        if capital and capital != country:
            capitals[normalize(capital)] = capitals.get(normalize(capital), frozenset()) | {normalize(country)}
    organizations, unnamed = list(rows("organizations.tsv", 3)), list(rows("unnamed.tsv", 4))
    genders = {normalize(form): gender for form, gender, _ in organizations}
    # Men in the plural: the verb before them is in the singular (`قال مسؤولون`), the one behind is not.
    genders |= {normalize(form): g for form, number, g, _ in unnamed if (number, g) != ("p", "m")}
    return Lexicon(
        cues=MappingProxyType(_load_cues()),
        function=MappingProxyType(function),
        occasions=MappingProxyType({normalize(form): kind for form, kind in rows("occasions.tsv", 2)}),
        titles=MappingProxyType(titles),
        organizations=MappingProxyType({normalize(r[0]): r[2] for r in organizations}),
        unnamed=MappingProxyType({normalize(r[0]): r[3] for r in unnamed}),
        genders=MappingProxyType(genders),
        calendar=MappingProxyType({normalize(r[0]): r[1] for r in rows("calendar.tsv", 2)}),
        nationalities=frozenset(nationalities),
        capitals=MappingProxyType(capitals),
        phrases=MappingProxyType(_load_phrases()),
        masculine_names=frozenset(normalize(name) for (name,) in rows("masculine_names.tsv", 1)),
        silent=MappingProxyType({normalize(form): kind for form, kind in rows("silent.tsv", 2)}),
        words_of=MappingProxyType(_load_constructions()),
    )


def _load_constructions() -> dict[str, frozenset[str]]:
    """Construction -> the words that it asks for."""
    found: dict[str, frozenset[str]] = {}
    for form, construction in rows("constructions.tsv", 2):
        found[construction] = found.get(construction, frozenset()) | {normalize(form)}
    return found


def _load_phrases() -> dict[str, tuple[tuple[tuple[str, ...], CueReading], ...]]:
    """First word -> the words of each phrase that begins so, and how it reports: before its source, as بحسب does."""
    found: dict[str, tuple[tuple[tuple[str, ...], CueReading], ...]] = {}
    for entry, phrase in ((_entry(r), r[9]) for r in rows("cues.tsv", 13) if r[1] == "phrase"):
        words = tuple(normalize(word) for word in phrase.split("_"))
        reading = CueReading(entry, "preposition", "", feminine=False, plural=False, possessive=False)
        found[words[0]] = (*found.get(words[0], ()), (words, reading))
    return found


def _entry(row: tuple[str, ...]) -> CueEntry:
    lemma, _, cue_class, clause, nominal, governs, *_ = row
    return CueEntry(lemma, _cue_class(lemma, cue_class), int(clause), int(nominal), frozenset(governs.split(",")))


def _load_cues() -> dict[str, tuple[tuple[CueEntry, CueForm], ...]]:
    cues: dict[str, list[tuple[CueEntry, CueForm]]] = {}
    for row in rows("cues.tsv", 13):
        _, pos, _, _, _, _, past, present, participle, noun, *_ = row
        if pos == "phrase":
            continue
        entry = _entry(row)
        cells: list[tuple[CueForm, str]] = [
            ("past", past),
            ("present", present),
            ("participle", participle),
            ("noun", noun),
        ]
        for form, cell in cells:
            for written in cell_forms(cell):
                known = cues.setdefault(normalize(written), [])
                reading = (entry, "preposition" if pos == "preposition" else form)
                if reading not in known:
                    known.append(reading)
    return {form: tuple(entries) for form, entries in cues.items()}


def _cue_class(lemma: str, written: str) -> CueClass:
    for known in _CLASSES:
        if known == written:
            return known
    raise LexiconError(f"cues.tsv: {lemma}: class {written!r} is none of {', '.join(sorted(_CLASSES))}")
