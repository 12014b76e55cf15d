"""HTML to text with its paragraphs kept, and text without what only disturbs."""

import re

from streams.ingest import library

_MARKUP = re.compile(r"</?(?:p|div|br|span|strong|em|b|i|a|ul|ol|li|h[1-6]|table|img|blockquote)\b[^<>]{0,2000}>", re.I)
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


def plain(text: str) -> str:
    """Text as a reader sees it, one line a paragraph; HTML is told by its tags.

    >>> plain("<p>قال الوزير&nbsp;إن الطريق <b>مفتوح</b>.</p><script>x()</script><p>وأضاف أنه آمن.</p>")
    'قال الوزير إن الطريق مفتوح.\\nوأضاف أنه آمن.'
    >>> plain("الربح < 5% والخسارة > 3%")
    'الربح < 5% والخسارة > 3%'
    """
    return tidy(html_to_text(text)) if _MARKUP.search(text) else tidy(text)


def tidy(text: str) -> str:
    """Lines without needless white space and characters that nobody sees.

    >>> tidy("\\ufeffسطر  أول \\r\\n\\r\\n سطر\\x00 ثان")
    'سطر أول\\nسطر ثان'
    """
    text = _NOISE.sub("", _BREAKS.sub("\n", text))
    return _LINES.sub("\n", _SPACES.sub(" ", text)).strip()


def html_to_text(html: str) -> str:
    """The text of an HTML fragment, a line break around every block; scripts and the like are left out.

    libxml2 reads it as browsers do: whatever the input, there is a tree, of bounded depth.
    """
    etree, parsers = library("lxml.etree"), library("lxml.html")
    parser = parsers.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    source = _NOISE.sub("", _BREAKS.sub("\n", html))
    try:
        root = parsers.document_fromstring(f"<body>{source}</body>".encode(), parser=parser)
    except etree.ParserError:  # nothing but comments or declarations
        return ""
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
