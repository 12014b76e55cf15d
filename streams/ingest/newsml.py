"""NewsML-G2: a news item, a news message with several, a package (whose items come by themselves).

XML is read without entities, document types and the network: a document that declares entities is refused.
"""

from typing import Any
from xml.etree.ElementTree import Element, ParseError, tostring

from schemas.codec import InvalidPayload
from streams.ingest import charset, library
from streams.ingest.draft import Draft, Item, Rejected, Rules, item

_ROOTS = ("newsItem", "packageItem", "newsMessage", "conceptItem", "knowledgeItem", "planningItem", "catalogItem")
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_TEXT = ("ninat:text", "text", "http://cv.iptc.org/newscodes/ninature/text")
_MOST_DEPTH = 400  # of elements; ElementTree writes them recursively


def items(data: bytes, rules: Rules, *, origin: str, source: str | None = None) -> list[Item]:
    """The articles in a document; pictures and packages give none. Never fails."""
    try:
        root = parse(data)
    except InvalidPayload as e:
        return [Item(origin, data, rejected=e)]
    found = []
    for element in root.iter():
        if element.tag == "newsItem" and _is_text(element):
            found.append(item(_draft(element, source), rules, origin=origin, raw=data))
    return found


def parse(data: bytes) -> Element:
    """The root of a NewsML-G2 document, all names without their namespaces.

    Raises:
        Rejected: it is no XML, unsafe XML, or other XML.
    """
    defused = library("defusedxml.ElementTree")
    forbidden = library("defusedxml.common").DefusedXmlException
    try:
        root: Element = defused.fromstring(charset.decode_xml(data), forbid_dtd=False)
    except forbidden as e:
        raise Rejected(error="unsafe_xml", field="$", expected=f"expected XML without entities: {e}") from e
    except (ParseError, ValueError, RecursionError) as e:
        raise Rejected(error="not_xml", field="$", expected=f"expected XML: {e}") from e
    waiting = [(root, 0)]
    while waiting:
        element, depth = waiting.pop()
        element.tag = _local(element.tag)
        if depth > _MOST_DEPTH:
            raise Rejected(error="unsafe_xml", field="$", expected=f"expected XML at most {_MOST_DEPTH} elements deep")
        waiting += ((child, depth + 1) for child in element)
    if root.tag not in _ROOTS:
        raise Rejected(
            error="not_newsml", field="$", expected=f"expected one of {', '.join(_ROOTS[:3])}, got {root.tag}"
        )
    return root


def _draft(news: Element, source: str | None) -> Draft:
    meta, content = news.find("itemMeta"), news.find("contentMeta")
    embargo = _child(meta, "embargoed")
    status = _code(_child(meta, "pubStatus"))
    if embargo is not None and not (embargo.text or "").strip():
        status = status if status == "canceled" else "withheld"  # embargoed until further notice
    return Draft(
        article_id=news.get("guid"),
        version=news.get("version"),
        status=status,
        embargoed_until=embargo.text if embargo is not None else None,
        published_at=_string(meta, "versionCreated") or _string(meta, "firstCreated"),
        title=_string(content, "headline") or _string(meta, "title"),
        body=_body(news),
        source=_party(content, "infoSource") or _party(meta, "provider") or _party(content, "creator") or source,
        url=_link(meta),
        language=_language(news, content),
        categories=_subjects(content),
    )


def _is_text(news: Element) -> bool:
    kind = _child(news.find("itemMeta"), "itemClass")
    return kind is None or (kind.get("qcode") or kind.get("uri") or _TEXT[0]) in _TEXT


def _body(news: Element) -> str:
    """The first content that is text, marked up before plain."""
    content = news.find("contentSet")
    if content is None:
        return ""
    for inline in content.findall("inlineXML"):
        # Of XHTML and NITF only the body: heads and titles are told elsewhere.
        inner = next((e for name in ("body.content", "body") for e in inline.iter(name)), inline)
        for element in inner.iter():
            element.attrib.clear()
        text = tostring(inner, encoding="unicode", method="xml")
        if "".join(inner.itertext()).strip():
            return text
    for data in content.findall("inlineData"):
        if data.get("encoding") or data.get("encodinguri"):
            continue  # base64 or the like is no text
        if (data.get("contenttype") or "text/plain").startswith(("text/", "application/xhtml")):
            return "".join(data.itertext())
    return ""


def _language(news: Element, content: Element | None) -> str | None:
    told = _child(content, "language")
    return (told.get("tag") if told is not None else None) or news.get(_XML_LANG)


def _party(parent: Element | None, name: str) -> str | None:
    """A provider or source by its name, or else by its code without the vocabulary's alias."""
    party = _child(parent, name)
    if party is None:
        return None
    return _string(party, "name") or party.get("literal") or _code(party)


def _subjects(content: Element | None) -> list[str]:
    found = [] if content is None else [_string(s, "name") or s.get("literal") for s in content.findall("subject")]
    return [name for name in found if name]


def _link(meta: Element | None) -> str | None:
    """The item's page, where it links to one as an alternative of itself."""
    for link in [] if meta is None else meta.findall("link"):
        if (link.get("rel") or "").rpartition(":")[2] in ("alternate", "isA", "web", "canonical") and link.get("href"):
            return link.get("href")
    return None


def _code(element: Element | None) -> str | None:
    """`stat:usable` and its address both mean `usable`."""
    if element is None:
        return None
    value = element.get("qcode") or element.get("uri")
    return value.replace("/", ":").rpartition(":")[2] if value else None


def _child(parent: Element | None, name: str) -> Element | None:
    return None if parent is None else parent.find(name)


def _string(parent: Element | None, name: str) -> str | None:
    child = _child(parent, name)
    return ("".join(child.itertext()).strip() or None) if child is not None else None


def _local(tag: Any) -> str:
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
