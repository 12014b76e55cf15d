"""Bytes to text where the declared character set may be a lie, and text that was read with a wrong one.

Valid UTF-8 is taken for UTF-8 whatever is declared: hardly any other text is valid by chance. What is declared UTF-8
and is not, is in Arabic feeds windows-1256.
"""

import codecs
import re

from streams.ingest import library

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ARABIC = ("cp1256", "iso8859-6", "mac-arabic", "cp864")
_WIDE = ("utf-16-le", "utf-16-be")
# What is read as declared; not `punycode`, which takes hours, and other codecs that are no character sets.
_USABLE = re.compile(r"utf-(?:16|32).*|cp\d+|iso8859-\d+|mac-.*|koi8.*|ascii|gb.*|big5.*|euc.*|shift.*")
_SAMPLE, _BEFORE = 1 << 16, 1 << 10  # bytes that a character set is judged by, and before the first that is not UTF-8
_DECLARATION = re.compile(rb"""^\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_ANY_DECLARATION = re.compile(r"^\s*<\?xml\b[^>]{0,400}\?>")
_LETTERS = re.compile("[\u0621-\u064a]")
_COMMON = re.compile("ال|[ينمةه] |[\u0621-\u064a]{3}")  # what Arabic has and wrongly read bytes have not
_FOREIGN = re.compile("[\u0080-\u05ff\u0660-\uffff]")
# A text of this kind, encoded with the first, is what the second reads aright.
_WRONGLY_READ = (
    ("cp1256", "utf-8"),
    ("sloppy-windows-1252", "utf-8"),
    ("latin-1", "utf-8"),
    ("iso8859-6", "utf-8"),
    ("sloppy-windows-1252", "cp1256"),
    ("latin-1", "cp1256"),
)


def decode(data: bytes, declared: str | None = None) -> str:
    """The text; never fails, a byte that means nothing becomes U+FFFD.

    >>> decode("قال الوزير إن الطريق مفتوح".encode("cp1256"), "utf-8")
    'قال الوزير إن الطريق مفتوح'
    >>> decode("قال الوزير".encode(), "windows-1256")
    'قال الوزير'
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data.decode(name, "replace")
    names = _names(declared)
    if b"\0" in data[:_SAMPLE]:  # as in UTF-16 without a mark, which may be valid UTF-8 too
        return data.decode(_likeliest(data[:_SAMPLE], [*_WIDE, *names]), "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as e:
        begin, torn = max(0, e.start - _BEFORE), e.start >= len(data) - 3 and e.reason == "unexpected end of data"
    if torn:  # cut off within a character
        return data.decode("utf-8", "replace")
    return data.decode(_likeliest(data[begin : begin + _SAMPLE], names), "replace")


def decode_xml(data: bytes, declared: str | None = None) -> bytes:
    """An XML document as UTF-8 without a declaration, so that no parser believes one that lies.

    `declared` is what stands outside of it, as in a Content-Type; what stands in it is asked where there is none.
    """
    inner = _DECLARATION.match(data)
    text = decode(data, declared or (inner[1].decode() if inner else None))
    return _ANY_DECLARATION.sub("", text, count=1).lstrip().encode("utf-8", "replace")


def repaired(text: str) -> str:
    """Text that somebody read with a wrong character set, read aright.

    >>> repaired("قال الوزير".encode().decode("cp1256")), repaired("قال الوزير".encode("cp1256").decode("latin-1"))
    ('قال الوزير', 'قال الوزير')
    >>> repaired("Café à Paris"), repaired("قال الوزير «نعم»")
    ('Café à Paris', 'قال الوزير «نعم»')
    """
    if not _FOREIGN.search(text):
        return text
    library("ftfy.bad_codecs")  # registers the codecs that map bytes without a meaning as browsers do
    now = _likeness(text)
    for wrong, right in _WRONGLY_READ:
        try:
            again = text.encode(wrong).decode(right)
        except UnicodeError:
            continue
        # Of Arabic in UTF-8 every second character is foreign to the set that it was read with.
        if _likeness(again) > max(now, 0.2) and len(_LETTERS.findall(again)) >= 3:
            return again
    return text


def _names(declared: str | None) -> list[str]:
    """Character sets that a text may be in, the likeliest first."""
    try:
        given = codecs.lookup(declared or "").name
    except (LookupError, ValueError):  # ValueError: a name with a null byte
        given = ""
    # The last one for a few broken bytes in what is UTF-8 otherwise.
    return list(dict.fromkeys([*([given] if _USABLE.fullmatch(given) else []), *_ARABIC, "utf-8"]))


def _likeliest(sample: bytes, names: list[str]) -> str:
    """Of several character sets the one in which bytes are most like Arabic, the first of equals."""
    return max(names, key=lambda name: _likeness(sample.decode(name, "replace")))


def _likeness(text: str) -> float:
    """How much a text is like Arabic: a share, less for each character that does not belong."""
    if not text:
        return 0.0
    common, lost = len(_COMMON.findall(text)), text.count("\ufffd")
    foreign = len(_FOREIGN.findall(text))
    return (3 * common - foreign - 5 * lost) / len(text)
