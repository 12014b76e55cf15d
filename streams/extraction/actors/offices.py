"""Offices: what of a title is told as somebody's role (`وزير الدفاع` of `ووزير الدفاع اللواء سامي الحداد`)."""

from collections.abc import Sequence

from streams.extraction.actors.drafts import ActorDraft, bare
from streams.extraction.document import Document
from streams.extraction.lexicon import Lexicon
from streams.extraction.phrases import Phrases
from streams.extraction.text import as_name, normalize

_MARKS = "،,./:#"  # that stand between a title and what follows it
_CLOSING = '»”")'
_DEFINITE = ("ال", "لل", "بال", "وال", "فال")


def is_courtesy(lexicon: Lexicon, role: str) -> bool:
    """Whether a role tells no more than a rank or how its bearer is addressed: `اللواء`, `الدكتور`.

    Of `الدكتور سامي الحداد، وزير الصحة، إن` the office is the role.
    """
    words = tuple(map(normalize, role.replace(".", " ").split()))
    return all(is_courteous(lexicon, words, i) for i in range(len(words)))


def take_role(lexicon: Lexicon, draft: ActorDraft, title: str) -> None:
    """Make a title the role of whom it stands with, if it tells more: an office more than any courtesy."""
    if draft.role is not None and is_courtesy(lexicon, draft.role) != is_courtesy(lexicon, title):
        if is_courtesy(lexicon, title):
            return
        draft.role = None
    draft.set_role(title)


def is_courteous(lexicon: Lexicon, norms: Sequence[str], i: int) -> bool:
    """Whether the word at i is a rank or tells how somebody is addressed."""
    norm = norms[i]
    if len(norm) == 1 and (norm.isalpha() or norm in _MARKS):
        return True  # `رئيس بلدية ينبع د. سامي الحداد`, and the marks about it
    ranks = bare(norm) in lexicon.words_of["rank"] or norm in lexicon.words_of["grade"]
    return ranks or lexicon.is_honorific(norm) or is_address(lexicon, norms, i)


def is_address(lexicon: Lexicon, norms: Sequence[str], i: int) -> bool:
    """Whether the word at i only goes with a courtesy beside it, as the first and last of `صاحب السمو الملكي` do."""
    if norms[i] not in lexicon.words_of["address"]:
        return False
    beside = (lexicon.titles.get(bare(word)) for word in (*norms[max(0, i - 1) : i], *norms[i + 1 : i + 2]))
    return any(title is not None and title.kind == "honorific" for title in beside)


def is_definite(lexicon: Lexicon, norm: str) -> bool:
    """Whether a word has the article, particles before it aside: `بالرئيس`, not `والد`."""
    return norm.startswith(_DEFINITE) and norm not in lexicon.titles


def without_particle(lexicon: Lexicon, title: str) -> str:
    """A title without what is attached to it: `والرئيس`, `بوزير الطاقة`, `للرئيس`, but not `والد`, `وزير`.

    >>> from streams.extraction.lexicon import load_lexicon
    >>> [without_particle(load_lexicon(), title) for title in ("والرئيس اليمني", "للكاتب", "والد الطفل")]
    ['الرئيس اليمني', 'الكاتب', 'والد الطفل']
    """
    norm = normalize(title.split()[0])
    if norm in lexicon.titles or norm[:1] not in "وفبكل" or not norm[1:]:
        return title
    rest = norm[1:]
    if norm.startswith("لل"):
        return without_li(lexicon, title) if norm[2:] in lexicon.titles else title
    return title[1:] if rest in lexicon.titles or (rest.startswith("ال") and bare(rest) in lexicon.titles) else title


def is_titled(lexicon: Lexicon, norm: str) -> bool:
    """Whether a title may begin with a word: `الناطق باسم الحكومة`, `نائب الوزير`, not `بمستشار`."""
    return norm in lexicon.unnamed or norm in lexicon.titles or bare(norm) in lexicon.titles


def office_of(doc: Document, lexicon: Lexicon, phrases: Phrases, first: int, last: int) -> str:
    """What the title [first, last) tells of its bearer: without courtesies, marks and particles about it."""
    end = _office_end(doc, lexicon, phrases, first, last)
    whole = as_name(doc.text(_office_begin(doc, lexicon, first, end), end)).rstrip("،, (")
    title = without_open_marks(whole).strip()
    return without_particle(lexicon, title) if title else title


def _office_begin(doc: Document, lexicon: Lexicon, first: int, last: int) -> int:
    """Where the office in the title [first, last) begins: `معالي وزير الصحة`, not of `اللواء طبيب`."""
    begin = first
    while begin < last and is_courteous(lexicon, doc.norms, begin):
        begin += 1
    return begin if begin + 1 < last and doc.norms[begin] in lexicon.titles else first


def _office_end(doc: Document, lexicon: Lexicon, phrases: Phrases, first: int, last: int) -> int:
    """Where the office in the title [first, last) ends: `وزير الدفاع اللواء`, `المتحدث باسم الجيش، العميد`.

    A rank that the word before governs is a part of it: `نائب الملك`, `رئيس الفريق`.
    """
    while last > first and doc.norms[last - 1] in lexicon.words_of["called"]:
        last -= 1  # `سائق شاحنة يدعى سامي الحداد`
    end = last
    while end > first and is_courteous(lexicon, doc.norms, end - 1):
        end -= 1
    whole = end in (first, last)
    ended = not whole and (is_definite(lexicon, doc.norms[end - 1]) or doc.norms[end - 1] in _CLOSING)
    apart = not whole and (ended or phrases.name_ending(end) != "")
    return end if apart or (not whole and len(doc.norms[end]) == 1) else last


def without_open_marks(name: str) -> str:
    """A name without quotation marks that nothing opens or closes.

    >>> without_open_marks("صحيفة «الهدف"), without_open_marks("قناة «الغد» الإخبارية")
    ('صحيفة الهدف', 'قناة «الغد» الإخبارية')
    """
    for opening, closing in ("«»", "“”"):
        if name.count(opening) != name.count(closing):
            name = name.replace(opening, "").replace(closing, "")
    return name.replace('"', "") if name.count('"') % 2 else name


def without_li(lexicon: Lexicon, text: str) -> str:
    """`لوزارة` -> `وزارة`, `للوزارة` -> `الوزارة`, `للجنة` -> `اللجنة`: three ل in a row are written as two."""
    rest = as_name(text)[1:]
    if not rest.startswith("ل"):
        return rest
    head = normalize(rest.split()[0])
    return ("ال" if head in lexicon.organizations or head in lexicon.unnamed else "ا") + rest
