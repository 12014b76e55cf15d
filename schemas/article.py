"""`articles.raw`: one news article as a feed delivers it."""

from typing import Final, Literal

from schemas.common import ArticleId, ArticleStatus, Contract, Instant, Version

ARTICLE_SCHEMA: Final = "qawl/article/1"


class Article(Contract, frozen=True, kw_only=True):
    """A raw article. Everything Qawl reports points into `body` by code-point offsets.

    `body` is empty only where `status` is `canceled`: a story that was killed need not be repeated. `duplicate_of` is
    the id of the article that this one repeats (the same agency story in another paper).

    >>> from schemas.codec import decode_article
    >>> decode_article('{"article_id": "a1", "body": "قال الوزير إن الطريق مفتوح."}'.encode()).language
    'ar'
    """

    article_id: ArticleId
    body: str
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
