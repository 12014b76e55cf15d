"""HTML to text with its paragraphs kept, and text without what only disturbs."""

import html
import re

from streams.ingest import library

_TAGS = (
    "a|abbr|acronym|address|area|article|aside|audio|b|base|bdi|bdo|big|blockquote|body|br|button|canvas|caption|center|"
    "cite|code|col|colgroup|dd|del|details|dfn|div|dl|dt|em|embed|fieldset|figcaption|figure|font|footer|form|h[1-6]|"
    "head|header|hr|html|i|iframe|img|input|ins|kbd|label|legend|li|link|main|map|mark|math|meta|nav|noscript|object|ol|"
    "option|p|param|picture|pre|q|s|samp|script|section|select|small|source|span|strike|strong|style|sub|summary|sup|"
    "svg|table|tbody|td|template|textarea|tfoot|th|thead|time|title|tr|track|tt|u|ul|var|video|wbr"
)
_MARKUP = re.compile(rf"</?(?:{_TAGS})\b[^<>]{{0,2000}}>", re.I)
_REFERENCE = re.compile(r"&(?:[a-z][a-z0-9]{1,30}|#[0-9]{1,7}|#x[0-9a-f]{1,6});", re.I)
_BLOCK = re.compile(
    r"address|article|aside|block|blockquote|body(\.content)?|br|caption|center|d[dlt]|div|fieldset|fig(caption|ure)|footer|"
    r"form|h[1-6r]|header|hedline|hl[12]|li|main|nav|[ou]l|p|pre|section|t([dhr]|able|body|foot|head)"
)
_SILENT = re.compile("button|head|iframe|math|noscript|object|script|select|style|svg|template|textarea")
# Control characters, byte order marks, and halves of surrogate pairs, which no UTF-8 can hold.
_NOISE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[ \n]*")


class TooDeep(ValueError):
    """HTML with so many elements in each other that its end would be lost."""


def plain(text: str) -> str:
    """Text as a reader sees it, one line a paragraph; HTML is told by its tags, and may be escaped as a whole.

    >>> plain("<p>قال الوزير&nbsp;إن الطريق <b>مفتوح</b>.</p><script>x()</script><p>وأضاف أنه آمن.</p>")
    'قال الوزير إن الطريق مفتوح.\\nوأضاف أنه آمن.'
    >>> plain("الربح < 5% والخسارة > 3%")
    'الربح < 5% والخسارة > 3%'
    >>> plain("قال &quot;نعم&quot;"), plain("&lt;p&gt;قال&lt;/p&gt;")
    ('قال "نعم"', 'قال')

    Raises:
        TooDeep: it is HTML of which a part would be lost.
    """
    if not _MARKUP.search(text):
        text = _REFERENCE.sub(lambda found: html.unescape(found[0]), text)
    return tidy(html_to_text(text)) if _MARKUP.search(text) else tidy(text)


def tidy(text: str) -> str:
    """Lines without needless white space and characters that nobody sees.

    >>> tidy("\\ufeffسطر  أول \\r\\n\\r\\n سطر\\x00 ثان")
    'سطر أول\\nسطر ثان'
    """
    text = _NOISE.sub("", _BREAKS.sub("\n", text))
    return _LINES.sub("\n", _SPACES.sub(" ", text)).strip()


def html_to_text(fragment: str) -> str:
    """The text of an HTML fragment, a line break around every block; scripts and the like are left out.

    libxml2 reads it as browsers do: whatever the input, there is a tree. Tags that are never closed make it deep: up to
    2,048 elements in each other are read, where its own bound is 256.

    Raises:
        TooDeep: there are more, and what is in them is not in the tree.
    """
    etree, parsers = library("lxml.etree"), library("lxml.html")
    parser = parsers.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    source = _NOISE.sub("", _BREAKS.sub("\n", fragment))
    try:
        root = parsers.document_fromstring(f"<body>{source}</body>".encode(), parser=parser)
    except etree.ParserError:  # nothing but comments or declarations
        return ""
    if any(fault.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for fault in parser.error_log):
        raise TooDeep("more than 2,048 elements in each other")
    parts: list[str] = []
    silent = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            silent += _SILENT.fullmatch(tag) is not None
            parts.append("\n" if _BLOCK.fullmatch(tag) else "")
            parts.append("" if silent else _one_line(element.text))
        else:
            silent -= _SILENT.fullmatch(tag) is not None
            parts.append("\n" if _BLOCK.fullmatch(tag) else "")
            parts.append("" if silent else _one_line(element.tail))
    return "".join(parts)


def _one_line(text: str | None) -> str:
    """In HTML a line break is a space."""
    return (text or "").replace("\n", " ")
