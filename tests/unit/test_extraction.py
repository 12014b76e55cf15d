"""The specification of the extractor by example: a text, and who said what in it."""

from datetime import UTC, datetime

import pytest

from schemas import Article, EnrichedArticle
from streams.extraction import ExtractionFailed, Extractor

NOW = datetime(2026, 1, 1, tzinfo=UTC)
Said = list[tuple[str, str, str, str]]


def run(extractor: Extractor, body: str, article_id: str = "a") -> EnrichedArticle:
    article = Article(article_id=article_id, body=body)
    return extractor.enrich(article, extracted_at=NOW, clock=lambda: 0.0).enriched


def said(extractor: Extractor, body: str) -> Said:
    """Actor, cue, type of the content and content of each statement."""
    return [(s.actor.name, s.cue.text, s.type, s.content.text) for s in run(extractor, body).statements]


def presented(extractor: Extractor, body: str) -> Said:
    """Actor, cue, class of the cue and content of each event."""
    events = extractor.enrich(Article(article_id="a", body=body), extracted_at=NOW, clock=lambda: 0.0).events
    return [(e.actor.name, e.cue.text, e.cue.cue_class, e.content.text) for e in events]


# construction: (text, [(actor, cue, type, content)])
EXAMPLES = {
    "verb before subject, clause after أن": (
        "أكد وزير الطاقة سالم الحارثي أن المشروع سيكتمل العام المقبل.",
        [("سالم الحارثي", "أكد", "indirect", "المشروع سيكتمل العام المقبل")],
    ),
    "إن with a pronoun belongs to the content": (
        "قالت الوزيرة هالة منصور إنها ستزور القرى.",
        [("هالة منصور", "قالت", "indirect", "إنها ستزور القرى")],
    ),
    "أن behind a relative clause that has no verb for it": (
        "وذكر التقرير الذي نشرته صحيفة الحياة أن الهجوم أوقع قتلى.",
        [("التقرير", "وذكر", "indirect", "الهجوم أوقع قتلى")],
    ),
    "أن within a relative clause is its verb's": (
        "وقال الباحث الذي أكد أن الدراسة شملت ألف شخص إن النتائج أولية.",
        [("الباحث", "وقال", "indirect", "النتائج أولية")],
    ),
    "colon and guillemets": (
        "وقال رئيس الهيئة ناصر المعولي: «لن تتأثر الأسعار بالمشروع».",
        [("ناصر المعولي", "وقال", "direct", "لن تتأثر الأسعار بالمشروع")],
    ),
    "straight quotation marks, several sentences inside": (
        'وقال المدرب روي كارفاليو: "لعبنا بشجاعة. لم نترك لهم مساحة". وخرج الفريق.',
        [("روي كارفاليو", "وقال", "direct", "لعبنا بشجاعة. لم نترك لهم مساحة")],
    ),
    "part in quotation marks": (
        "قال الناطق مروان الحديدي إن الجانبين اتفقا على فتح معبر ثان «أمام الشاحنات فقط في المرحلة الأولى».",
        [
            (
                "مروان الحديدي",
                "قال",
                "mixed",
                "الجانبين اتفقا على فتح معبر ثان «أمام الشاحنات فقط في المرحلة الأولى»",
            )
        ],
    ),
    "implied subject": (
        "قال وزير الصحة سامي الحداد إن اللقاح متوفر. وأضاف أن الحملة تبدأ غدا.",
        [
            ("سامي الحداد", "قال", "indirect", "اللقاح متوفر"),
            ("سامي الحداد", "وأضاف", "indirect", "الحملة تبدأ غدا"),
        ],
    ),
    "participle after a comma": (
        "قال وزير الصحة سامي الحداد إن اللقاح متوفر، مشيراً إلى أن الحملة تبدأ غدا.",
        [
            ("سامي الحداد", "قال", "indirect", "اللقاح متوفر"),
            ("سامي الحداد", "مشيراً", "indirect", "الحملة تبدأ غدا"),
        ],
    ),
    "attribution after the content": (
        "قتل ثلاثة عمال في انهيار مبنى في ضاحية العاصمة، بحسب الدفاع المدني.",
        [("الدفاع المدني", "بحسب", "indirect", "قتل ثلاثة عمال في انهيار مبنى في ضاحية العاصمة")],
    ),
    "attribution before the content": (
        "وبحسب وزارة الداخلية، فإن المهاجم كان بمفرده.",
        [("وزارة الداخلية", "وبحسب", "indirect", "المهاجم كان بمفرده")],
    ),
    "second hand: the source speaks, the agency relays": (
        "ونقلت وكالة رويترز عن مصدر أمني قوله إن التحضيرات اكتملت.",
        [("مصدر أمني", "قوله", "indirect", "التحضيرات اكتملت")],
    ),
    "subject before the verb": (
        "لكن وزارة الخارجية الروسية أكدت أن الاتفاق قائم.",
        [("وزارة الخارجية الروسية", "أكدت", "indirect", "الاتفاق قائم")],
    ),
    "أما … ف": (
        "أما الرئيس الإيراني حسن روحاني فأكد أن الاتفاق قائم.",
        [("حسن روحاني", "فأكد", "indirect", "الاتفاق قائم")],
    ),
    "addressee between speaker and colon": (
        'وقال لافروف للصحفيين: "لقد قيل كل شيء من قبل".',
        [("لافروف", "وقال", "direct", "لقد قيل كل شيء من قبل")],
    ),
    "وتابع قائلا is one statement": (
        "وتابع الوزير سامي الحداد قائلاً إن العمل مستمر في كل المحافظات.",
        [("سامي الحداد", "وتابع", "indirect", "العمل مستمر في كل المحافظات")],
    ),
    "diacritics and tatweel": (
        "قــالَ وزيرُ الصحة سامي الحداد إنَّ اللقاحَ متوفر.",
        [("سامي الحداد", "قــالَ", "indirect", "اللقاحَ متوفر")],
    ),
    "nominal complement": (
        "دعا وزير الصحة سامي الحداد إلى التسجيل المبكر.",
        [("سامي الحداد", "دعا", "indirect", "التسجيل المبكر")],
    ),
}


@pytest.mark.parametrize("construction", EXAMPLES)
def test_construction(extractor: Extractor, construction: str) -> None:
    text, expected = EXAMPLES[construction]
    assert said(extractor, text) == expected


SILENT = {
    "negated": "لم يعلن الوزير سامي الحداد أن الحملة بدأت.",
    "future": "وستعلن الوزارة أن النتائج متاحة غدا.",
    "conditional": "إذا قالت المحكمة إن القرار باطل عاد الملف.",
    "بين as between": "وبين المسؤولين خلاف قديم على الموازنة والمشاريع.",
    "a passive whose vowel is written": "وأُعلنت أول إمارة تابعة للتنظيم في المدينة، ووُصف ذلك بأنه خطير.",
    "a passive of the eighth form whose vowel is written": "وقد اتُّهمت الشركة بحصولها على بيانات المستخدمين.",
    "a time is no speaker": "وأعلن الخميس أن الجمعة هو أول أيام شهر شوال.",
    "acts of discussing": "استعرض الوزير مع الوفد مراحل التنفيذ، وبحث معهم فرص التمويل.",
    "following a match": "وتابع المباراة نحو أربعين ألف متفرج.",
    "report without a source": "يذكر أن مبنى مجاورا شهد حادثا مماثلا قبل عامين.",
    "according to a plan": "وتسير الأعمال وفق الخطة المعتمدة.",
}


@pytest.mark.parametrize("construction", SILENT)
def test_no_statement(extractor: Extractor, construction: str) -> None:
    assert said(extractor, SILENT[construction]) == []


def test_the_relaying_medium_is_kept(extractor: Extractor) -> None:
    found = run(extractor, "ونقلت وكالة رويترز عن مصدر أمني قوله إن التحضيرات اكتملت.").statements
    assert [s.via for s in found] == ["وكالة رويترز"]
    found = run(extractor, "قال الوزير سامي الحداد إن اللقاح متوفر، بحسب وكالة رويترز.").statements
    assert [(s.actor.name, s.via) for s in found] == [("سامي الحداد", "وكالة رويترز")]


def test_one_actor_for_full_name_family_name_and_title(extractor: Extractor) -> None:
    body = (
        "قال وزير الخارجية الروسي سيرغي لافروف إن المحادثات مستمرة. وأكد لافروف أن الاتفاق قريب.\n"
        "وأعلن الوزير الروسي أن اللقاء المقبل سيعقد في جنيف."
    )
    found = run(extractor, body)
    assert [s.actor.id for s in found.statements] == ["person:سيرغي-لافروف"] * 3
    assert found.statements[0].actor.role == "وزير الخارجية الروسي"
    aliases = {a.text for a in found.actors[0].aliases}
    assert {"لافروف", "الوزير الروسي", "وزير الخارجية الروسي سيرغي لافروف"} <= aliases


def test_unnamed_sources_of_two_articles_are_two_actors(extractor: Extractor) -> None:
    body = "وقال مصدر أمني إن التحضيرات اكتملت."
    (a,), (b,) = run(extractor, body, "a").statements, run(extractor, body, "b").statements
    assert a.actor.kind == b.actor.kind == "unnamed"
    assert a.actor.id != b.actor.id


def test_a_statement_inside_a_statement_is_nested(extractor: Extractor) -> None:
    body = "وقال أندرو هولواي إن فيكتور سوكولين أكد له أن البحارة سيعودون قريبا."
    outer, inner = run(extractor, body).statements
    assert (outer.nested_in, inner.nested_in) == (None, outer.statement_id)


def test_ids_survive_changes_elsewhere_in_the_article(extractor: Extractor) -> None:
    tail = "قال وزير الصحة سامي الحداد إن اللقاح متوفر."
    (a,) = run(extractor, tail).statements
    (b,) = run(extractor, "عقد اليوم مؤتمر في العاصمة.\n" + tail).statements
    assert a.statement_id == b.statement_id
    assert a.content.spans != b.content.spans


def test_equal_statements_of_one_article_have_different_ids(extractor: Extractor) -> None:
    line = "قال وزير الصحة سامي الحداد إن اللقاح متوفر.\n"
    assert len({s.statement_id for s in run(extractor, line * 3).statements}) == 3


def test_spans_point_at_the_original_text(extractor: Extractor) -> None:
    body = "قــالَ وزيرُ الصحة سامي الحداد: «إنَّ اللقاحَ متوفر»."
    for s in run(extractor, body).statements:
        assert [body[a:b] for a, b in s.content.spans] == [s.content.text]
        assert body[slice(*s.cue.span)] == s.cue.text
        assert s.speaker is not None
        assert body[slice(*s.speaker.span)] == s.speaker.text


@pytest.mark.parametrize(
    ("body", "language"),
    [
        ("The minister said that the road is open.", "und"),
        ("وزیر خارجه گفت که این گفتگوها پیش می‌رود و ایران چنین می‌گوید", "fa"),
        ("12345", "und"),
    ],
)
def test_what_is_not_arabic_has_no_statements(extractor: Extractor, body: str, language: str) -> None:
    found = run(extractor, body)
    assert (found.language, found.statements, found.entities) == (language, (), ())


def test_a_failing_stage_is_named(extractor: Extractor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.extraction.pipeline.find_cues", lambda *_: 1 / 0)
    with pytest.raises(ExtractionFailed) as caught:
        run(extractor, "قال الوزير إن الطريق مفتوح.", "article-7")
    assert (caught.value.stage, caught.value.article_id) == ("cues", "article-7")
    assert "ZeroDivisionError" in str(caught.value)


def test_every_stage_is_timed(extractor: Extractor) -> None:
    ticks = iter(range(100))
    article = Article(article_id="a", body="قال الوزير سامي الحداد إن الطريق مفتوح.")
    enriched = extractor.enrich(article, extracted_at=NOW, clock=lambda: float(next(ticks))).enriched
    assert enriched.timings_ms == dict.fromkeys(
        ["language", "text", "entities", "cues", "contents", "actors", "events"], 1000.0
    )
