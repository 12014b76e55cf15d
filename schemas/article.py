"""`articles.raw`: one news article as a feed delivers it."""

from typing import Annotated, Final, Literal

import msgspec

from schemas.common import ArticleId, Contract, Instant, Version

ARTICLE_SCHEMA: Final = "qawl/article/1"


ArticleStatus = Literal["usable", "withheld", "canceled"]


class Article(Contract, frozen=True, kw_only=True):
    """A raw article. Everything Qawl reports points into `body` by code-point offsets.

    A higher `version` replaces what was sent under the same `article_id`. `withheld` and `canceled` take it all back;
    only then `body` may be missing. Until `embargoed_until` nothing is told of it. `duplicate_of` names an article of
    another source that tells the same story.

    >>> from schemas.codec import decode_article
    >>> decode_article('{"article_id": "a1", "body": "قال الوزير إن الطريق مفتوح."}'.encode()).language
    'ar'
    """

    article_id: ArticleId
    body: Annotated[str, msgspec.Meta(min_length=1)] = ""
    title: str | None = None
    source: str | None = None
    url: str | None = None
    language: str = "ar"
    published_at: Instant | None = None
    version: Version = 1
    categories: tuple[str, ...] = ()
    status: ArticleStatus = "usable"
    embargoed_until: Instant | None = None
    duplicate_of: ArticleId | None = None
    schema: Literal["qawl/article/1"] = ARTICLE_SCHEMA
