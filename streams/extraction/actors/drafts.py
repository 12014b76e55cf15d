"""Actors while their article is being read, and the indexes that find them without looking at all."""

from bisect import bisect_right, insort
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from schemas import ActorKind

Words = tuple[str, ...]
_LONG_VOWELS = str.maketrans("", "", "اوي")


@dataclass(slots=True, eq=False)
class ActorDraft:
    """One actor of an article. `words` are the normalized words of its name, `positions` token indices, sorted."""

    name: str
    kind: ActorKind
    words: Words
    role: str | None = None
    name_latin: str | None = None
    feminine: bool | None = None
    named: bool = False
    titles: set[str] = field(default_factory=set)
    aliases: Counter[str] = field(default_factory=Counter)
    positions: list[int] = field(default_factory=list)

    def mentioned(self, at: int, text: str) -> None:
        """Remember a mention at token `at`, as the article writes it."""
        insort(self.positions, at)
        self.aliases[text] += 1

    def last_before(self, at: int) -> int:
        """Token of the last mention before `at`, -1 where there is none."""
        n = bisect_right(self.positions, at - 1)
        return self.positions[n - 1] if n else -1

    def set_role(self, title: str) -> None:
        """Keep the fullest title; `نظيره` (his counterpart) is none."""
        if len(title) > len(self.role or "") and not title.startswith("نظير"):
            self.role = title


Refer = Callable[[ActorDraft | None], ActorDraft | None]


def as_ruled(by_rule: ActorDraft | None) -> ActorDraft | None:
    """Whom the rules take a description for."""
    return by_rule


class DraftIndex:
    """The drafts of one article by words of their names and titles, so that a long article takes linear time."""

    def __init__(self) -> None:
        """Begin without any."""
        self.drafts: list[ActorDraft] = []
        self._of_words: dict[Words, list[ActorDraft]] = defaultdict(list)
        self._people_of_word: dict[str, list[ActorDraft]] = defaultdict(list)
        self._people_of_skeleton: dict[str, list[ActorDraft]] = defaultdict(list)
        self._of_title: dict[str, list[ActorDraft]] = defaultdict(list)

    def add(self, draft: ActorDraft) -> ActorDraft:
        """Add a new actor and return it."""
        self.drafts.append(draft)
        self._index_name(draft)
        titles, draft.titles = draft.titles, set()
        self.add_titles(draft, titles)
        if draft.kind != "person":
            self.add_titles(draft, map(bare, draft.words))
        return draft

    def rename(self, draft: ActorDraft, name: str, words: Words) -> None:
        """Give a draft a fuller name; the shorter one keeps finding it."""
        draft.name, draft.words = name, words
        self._index_name(draft)

    def add_titles(self, draft: ActorDraft, words: Iterable[str]) -> None:
        """Words of a title that stands for the draft."""
        for word in words:
            if word not in draft.titles:
                draft.titles.add(word)
                self._of_title[word].append(draft)

    def with_words(self, words: Words) -> Iterator[ActorDraft]:
        """Drafts of exactly this name, the latest first."""
        return reversed(self._of_words.get(words, []))

    def people_sharing(self, words: Words) -> list[ActorDraft]:
        """People whose name shares a word with these, or whose family name is a close spelling of a single one."""
        found = {id(d): d for word in words for d in self._people_of_word.get(word, ())}
        if len(words) == 1:
            found |= {id(d): d for d in self._people_of_skeleton.get(words[0].translate(_LONG_VOWELS), ())}
        return list(found.values())

    def person(self, words: Words, at: int, feminine: bool | None = None, *, given: bool = False) -> ActorDraft | None:
        """The person whose full name holds these words; the family name alone is enough where only one has it.

        Of two people of one family name it is the one whose gender the verb has (`وقالت كعدي`), then the last named.
        Where a `given` name must be meant, his father's is not enough: `الملك سلمان` is not `محمد بن سلمان`.
        """
        found = []
        for draft in self.people_sharing(words):
            if draft.words == words:
                return draft
            if given and words[0] != draft.words[0]:
                continue
            shorter = set(words) <= set(draft.words)
            longer = len(words) > 1 and set(draft.words) <= set(words)
            respelt = len(words) == 1 and len(words[0]) > 3 and is_close(words[0], draft.words[-1])
            if shorter or longer or respelt:
                found.append(draft)

        def nearness(draft: ActorDraft) -> tuple[int, int, int]:
            fits = 1 if feminine is None or draft.feminine is None else 2 * (draft.feminine == feminine)
            return fits, draft.last_before(at + 1), draft.aliases.total()

        return max(found, key=nearness, default=None)

    def with_titles(self, words: set[str]) -> list[ActorDraft]:
        """Drafts whose titles (for those that are no people also names) hold all of these words."""
        rarest = min(words, key=lambda w: len(self._of_title.get(w, ())), default=None)
        return [] if rarest is None else [d for d in self._of_title.get(rarest, ()) if words <= d.titles]

    def _index_name(self, draft: ActorDraft) -> None:
        self._of_words[draft.words].append(draft)
        if draft.kind == "person":
            for word in set(draft.words):
                if draft not in self._people_of_word[word]:
                    self._people_of_word[word].append(draft)
            self._people_of_skeleton[draft.words[-1].translate(_LONG_VOWELS)].append(draft)


def bare(norm: str) -> str:
    """A normalized word without the article (and و before it).

    >>> bare("والوزير"), bare("الروسي"), bare("وزير")
    ('وزير', 'روسي', 'وزير')
    """
    if len(norm) > 4 and norm[0] == "و" and norm[1:3] == "ال":
        norm = norm[1:]
    return norm[2:] if norm.startswith("ال") and len(norm) > 4 else norm


def is_close(a: str, b: str) -> bool:
    """Two spellings of one family name.

    >>> is_close("نتنياهو", "نتانياهو"), is_close("ماكرون", "ماكغون")
    (True, False)
    """
    if a == b:
        return True
    if abs(len(a) - len(b)) > 1 or min(len(a), len(b)) < 5:
        return False
    skeleton = a.translate(_LONG_VOWELS)
    return skeleton == b.translate(_LONG_VOWELS) and len(skeleton) >= 3
