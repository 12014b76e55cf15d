"""The bundled feed: valid, of many papers, and a statement in every article."""

from datetime import UTC, datetime

from schemas.codec import decode_article
from streams.extraction import Extractor
from streams.samples import sample_feed

ARTICLES = [decode_article(line) for line in sample_feed()]
# construction of the guidelines -> a phrase of the article that shows it
CONSTRUCTIONS = {
    "participle": "مشيراً إلى أن",
    "as said": "كما قالت الوزيرة",
    "according to": "وبحسب تقرير",
    "in his words": "على حد تعبيره",
    "second hand": "عن مصدر أمني قوله إن",
    "the latter": "وقال الأخير",
    "the same source": "وأضاف المصدر ذاته",
    "interrupted quotation": '"، قال الوزير الروسي، "',
    "unbalanced quotation": '«تسعمئة طالب من مدينة واحدة لا يمثلون جيلاً كاملاً"',
    "nested": "وقال هولواي إن سوكولين أكد له",
    "joint source": "وأعلنت فرنسا وألمانيا",
    "colon as cue": 'ليلى الدوسري: "',
    "noun cue": "تصريحات الهاشمي بأن",
    "tatweel": "الأخــير",
    "look-alike": "وتابع المباراة",
    "negated": "ولم تعلن الشركة",
    "Maghreb month": "دجنبر",
    "both month names": "نيسان/أبريل",
    "Hijri": "رمضان 1447هـ",
    "hashtag": "#نوم_صحي",
    "no source": "يذكر أن",
    "own knowledge": "وعلمت «دفاتر» أن",
}


def test_a_dozen_articles_of_different_papers() -> None:
    assert len(ARTICLES) >= 12
    assert len({a.article_id for a in ARTICLES}) == len({a.source for a in ARTICLES}) == len(ARTICLES)


def test_every_construction_is_shown() -> None:
    for construction, phrase in CONSTRUCTIONS.items():
        assert any(phrase in a.body for a in ARTICLES), construction


def test_every_article_has_statements(extractor: Extractor) -> None:
    for article in ARTICLES:
        found = extractor.enrich(article, extracted_at=datetime.now(UTC), clock=lambda: 0.0)
        assert len(found.events) >= 3, article.article_id
