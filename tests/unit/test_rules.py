"""Every class of the lexicon and every construction by an example, named after it.

Each is a sentence and who said what in it, with the class of the cue; where a construction is no statement, nothing.
"""

from datetime import UTC, datetime
from typing import get_args

import pytest

from schemas import Article, CueClass
from streams.extraction import Extractor
from streams.extraction.cue import Construction
from streams.extraction.lexicon.tables import rows
from streams.extraction.opening import Opener

NOW = datetime(2026, 1, 1, tzinfo=UTC)
Said = list[tuple[str, str, str, str]]
# file or kind of rule: class -> (sentence, [(actor, cue, cue class, content)])
EXAMPLES: dict[str, tuple[str, Said]] = {
    "function_words: auxiliary": (
        "كان الوزير سامي الحداد قد أكد أن الطريق مفتوح.",
        [("سامي الحداد", "أكد", "asserted", "الطريق مفتوح")],
    ),
    "function_words: complementizer": (
        "أكد الوزير سامي الحداد بأن الطريق مفتوح.",
        [("سامي الحداد", "أكد", "asserted", "الطريق مفتوح")],
    ),
    "function_words: conditional": ("إذا قال الوزير سامي الحداد إن الطريق مفتوح فسنعود.", []),
    "function_words: conjunction": (
        "قال الوزير سامي الحداد أو نائبه إن الطريق مفتوح.",
        [("سامي الحداد", "قال", "neutral", "الطريق مفتوح")],
    ),
    "function_words: future": ("سوف يعلن الوزير سامي الحداد أن الطريق مفتوح.", []),
    "function_words: honorific": (
        "قال الأمير سامي الحداد إن الطريق مفتوح. وأضاف سموه أن الحملة تبدأ غدا.",
        [("سامي الحداد", "قال", "neutral", "الطريق مفتوح"), ("سامي الحداد", "وأضاف", "neutral", "الحملة تبدأ غدا")],
    ),
    "function_words: made": (
        "أظهرت دراسة أجرتها جامعة تونس أن الطريق مفتوح.",
        [("جامعة تونس", "أظهرت", "asserted", "الطريق مفتوح")],
    ),
    "function_words: negation": ("لم يقل الوزير سامي الحداد إن الطريق مفتوح.", []),
    "function_words: opener": (
        "قال الوزير سامي الحداد لقد فتحنا الطريق.",
        [("سامي الحداد", "قال", "neutral", "لقد فتحنا الطريق")],
    ),
    "function_words: preposition": (
        "قال الوزير سامي الحداد في تونس إن الطريق مفتوح.",
        [("سامي الحداد", "قال", "neutral", "الطريق مفتوح")],
    ),
    "function_words: pronoun": (
        "قال الوزير سامي الحداد وهو يبتسم إن الطريق مفتوح.",
        [("سامي الحداد", "قال", "neutral", "الطريق مفتوح")],
    ),
    "function_words: letter": ("قال مسؤول لبي بي سي إن الطريق مفتوح.", [("مسؤول", "قال", "neutral", "الطريق مفتوح")]),
    "function_words: quantity": (
        "قال عدد من السكان إن الطريق مفتوح.",
        [("عدد من السكان", "قال", "neutral", "الطريق مفتوح")],
    ),
    "function_words: reference": (
        "التقى الوزير سامي الحداد المدير كريم منصور. وقال الأخير إن الطريق مفتوح.",
        [("كريم منصور", "وقال", "neutral", "الطريق مفتوح")],
    ),
    "function_words: relative": (
        "قال الوزير سامي الحداد الذي زار المدينة إن الطريق مفتوح.",
        [("سامي الحداد", "قال", "neutral", "الطريق مفتوح")],
    ),
    "function_words: subordinator": (
        "قال الوزير سامي الحداد إن الطريق مفتوح، في حين قالت وزارة الداخلية إن الطريق مغلق.",
        [("سامي الحداد", "قال", "neutral", "الطريق مفتوح"), ("وزارة الداخلية", "قالت", "neutral", "الطريق مغلق")],
    ),
    "cues: neutral": ("قال الوزير سامي الحداد إن الطريق مفتوح.", [("سامي الحداد", "قال", "neutral", "الطريق مفتوح")]),
    "cues: asserted": ("أكد الوزير سامي الحداد أن الطريق مفتوح.", [("سامي الحداد", "أكد", "asserted", "الطريق مفتوح")]),
    "cues: doubted": ("زعم الوزير سامي الحداد أن الطريق مفتوح.", [("سامي الحداد", "زعم", "doubted", "الطريق مفتوح")]),
    "cues: denied": (
        "نفى الوزير سامي الحداد أن يكون الطريق مغلقا.",
        [("سامي الحداد", "نفى", "denied", "يكون الطريق مغلقا")],
    ),
    "cues: demanded": ("دعا الوزير سامي الحداد إلى فتح الطريق.", [("سامي الحداد", "دعا", "demanded", "فتح الطريق")]),
    "cues: warned": ("حذر الوزير سامي الحداد من إغلاق الطريق.", [("سامي الحداد", "حذر", "warned", "إغلاق الطريق")]),
    "cues: praised": ("أشاد الوزير سامي الحداد بجهود الفريق.", [("سامي الحداد", "أشاد", "praised", "جهود الفريق")]),
    "cues: condemned": (
        "أدان الوزير سامي الحداد الهجوم على المدينة.",
        [("سامي الحداد", "أدان", "condemned", "الهجوم على المدينة")],
    ),
    "cues: promised": ("تعهد الوزير سامي الحداد بفتح الطريق.", [("سامي الحداد", "تعهد", "promised", "فتح الطريق")]),
    "cues: threatened": (
        "هدد الوزير سامي الحداد بإغلاق الطريق.",
        [("سامي الحداد", "هدد", "threatened", "إغلاق الطريق")],
    ),
    "cues: expected": (
        "توقع الوزير سامي الحداد أن يفتح الطريق غدا.",
        [("سامي الحداد", "توقع", "expected", "يفتح الطريق غدا")],
    ),
    "cues: asked": (
        "تساءل الوزير سامي الحداد: هل الطريق مفتوح؟",
        [("سامي الحداد", "تساءل", "asked", "هل الطريق مفتوح")],
    ),
    "cues: verb": ("صرح الوزير سامي الحداد بأن الطريق مفتوح.", [("سامي الحداد", "صرح", "neutral", "الطريق مفتوح")]),
    "cues: participle": (
        "قال الوزير سامي الحداد إن الطريق مفتوح، مشيرا إلى أن الحملة تبدأ غدا.",
        [("سامي الحداد", "قال", "neutral", "الطريق مفتوح"), ("سامي الحداد", "مشيرا", "neutral", "الحملة تبدأ غدا")],
    ),
    "cues: noun": (
        "نقلت رويترز عن مصدر أمني قوله إن الطريق مفتوح.",
        [("مصدر أمني", "قوله", "neutral", "الطريق مفتوح")],
    ),
    "cues: preposition": (
        "وأصبح الطريق مفتوحا، بحسب وزارة الداخلية.",
        [("وزارة الداخلية", "بحسب", "neutral", "وأصبح الطريق مفتوحا")],
    ),
    "cues: phrase": (
        "لن يغلق الطريق هذا العام، على حد قول الوزير سامي الحداد.",
        [("سامي الحداد", "على حد قول", "neutral", "لن يغلق الطريق هذا العام")],
    ),
    "governs: anna": ("أوضح الوزير سامي الحداد أن الطريق مفتوح.", [("سامي الحداد", "أوضح", "neutral", "الطريق مفتوح")]),
    "governs: quote": (
        "وقال الوزير سامي الحداد: «الطريق مفتوح».",
        [("سامي الحداد", "وقال", "neutral", "الطريق مفتوح")],
    ),
    "governs: np": ("رفض الوزير سامي الحداد إغلاق الطريق.", [("سامي الحداد", "رفض", "denied", "إغلاق الطريق")]),
    "governs: bi": ("طالب الوزير سامي الحداد بفتح الطريق.", [("سامي الحداد", "طالب", "demanded", "فتح الطريق")]),
    "governs: ila": (
        "أشار الوزير سامي الحداد إلى أن الطريق مفتوح.",
        [("سامي الحداد", "أشار", "neutral", "الطريق مفتوح")],
    ),
    "governs: an": (
        "أعرب الوزير سامي الحداد عن أمله في فتح الطريق.",
        [("سامي الحداد", "أعرب", "asserted", "أمله في فتح الطريق")],
    ),
    "governs: min": ("حذر الوزير سامي الحداد من إغلاق المدارس.", [("سامي الحداد", "حذر", "warned", "إغلاق المدارس")]),
    "governs: ala": (
        "شدد الوزير سامي الحداد على أهمية فتح الطريق.",
        [("سامي الحداد", "شدد", "asserted", "أهمية فتح الطريق")],
    ),
    "governs: li": ("وفقا للوزير سامي الحداد، الطريق مفتوح.", [("سامي الحداد", "وفقا", "neutral", "الطريق مفتوح")]),
    "governs: fi": (
        "شكك الوزير سامي الحداد في نتائج الانتخابات.",
        [("سامي الحداد", "شكك", "doubted", "نتائج الانتخابات")],
    ),
    "titles: honorific": (
        "قال الدكتور سامي الحداد إن الطريق مفتوح.",
        [("سامي الحداد", "قال", "neutral", "الطريق مفتوح")],
    ),
    "titles: office": (
        "قال وزير الصحة سامي الحداد إن الطريق مفتوح.",
        [("سامي الحداد", "قال", "neutral", "الطريق مفتوح")],
    ),
    "titles: profession": (
        "قال المدرب سامي الحداد إن الفريق جاهز.",
        [("سامي الحداد", "قال", "neutral", "الفريق جاهز")],
    ),
    "titles: kin": ("قال والد الضحية إن الطريق مفتوح.", [("والد الضحية", "قال", "neutral", "الطريق مفتوح")]),
    "organizations: media": (
        "ذكرت صحيفة الشروق أن الطريق مفتوح.",
        [("صحيفة الشروق", "ذكرت", "neutral", "الطريق مفتوح")],
    ),
    "organizations: institution": (
        "أعلنت وزارة الداخلية أن الطريق مفتوح.",
        [("وزارة الداخلية", "أعلنت", "asserted", "الطريق مفتوح")],
    ),
    "unnamed: unnamed": ("قال مصدر أمني إن الطريق مفتوح.", [("مصدر أمني", "قال", "neutral", "الطريق مفتوح")]),
    "unnamed: group": ("قال ناشطون إن الطريق مفتوح.", [("ناشطون", "قال", "neutral", "الطريق مفتوح")]),
    "occasions: document": (
        "قال بيان لوزارة الداخلية إن الطريق مفتوح.",
        [("وزارة الداخلية", "قال", "neutral", "الطريق مفتوح")],
    ),
    "occasions: event": (
        "قال الوزير سامي الحداد في مؤتمر صحفي إن الطريق مفتوح.",
        [("سامي الحداد", "قال", "neutral", "الطريق مفتوح")],
    ),
    "silent: rule": ("الطريق مفتوح وفقا للقانون.", []),
    "silent: own_words": (
        "قال الوزير سامي الحداد إن الطريق مفتوح على حد تعبيره.",
        [("سامي الحداد", "قال", "neutral", "الطريق مفتوح")],
    ),
    "calendar: month": (
        "قال الوزير سامي الحداد في كانون الثاني إن الطريق مفتوح.",
        [("سامي الحداد", "قال", "neutral", "الطريق مفتوح")],
    ),
    "calendar: weekday": (
        "قال الوزير سامي الحداد الثلاثاء إن الطريق مفتوح.",
        [("سامي الحداد", "قال", "neutral", "الطريق مفتوح")],
    ),
    "calendar: time": (
        "قال الوزير سامي الحداد أمس إن الطريق مفتوح.",
        [("سامي الحداد", "قال", "neutral", "الطريق مفتوح")],
    ),
    "opener: complementizer": (
        "ذكر الوزير سامي الحداد أن الطريق مفتوح.",
        [("سامي الحداد", "ذكر", "neutral", "الطريق مفتوح")],
    ),
    "opener: quotation": (
        'وأضاف الوزير سامي الحداد "الطريق مفتوح".',
        [("سامي الحداد", "وأضاف", "neutral", "الطريق مفتوح")],
    ),
    "opener: colon": ("وقال الوزير سامي الحداد: الطريق مفتوح.", [("سامي الحداد", "وقال", "neutral", "الطريق مفتوح")]),
    "opener: bare": (
        "وقال الوزير سامي الحداد نحن فتحنا الطريق.",
        [("سامي الحداد", "وقال", "neutral", "نحن فتحنا الطريق")],
    ),
    "opener: nominal": (
        "انتقد الوزير سامي الحداد إغلاق الطريق.",
        [("سامي الحداد", "انتقد", "condemned", "إغلاق الطريق")],
    ),
    "opener: heading": (
        "وبحسب الوزير سامي الحداد، فإن الطريق مفتوح.",
        [("سامي الحداد", "وبحسب", "neutral", "الطريق مفتوح")],
    ),
    "opener: preceding": (
        "الطريق مفتوح، بحسب الوزير سامي الحداد.",
        [("سامي الحداد", "بحسب", "neutral", "الطريق مفتوح")],
    ),
    "construction: as_said": (
        "الطريق مفتوح، كما قال الوزير سامي الحداد.",
        [("سامي الحداد", "قال", "neutral", "الطريق مفتوح")],
    ),
    "construction: what was announced": (
        "قتل تسعة جنود في هجوم بسيارة مفخخة جنوب البلاد، على ما أعلن مصدر عسكري.",
        [("مصدر عسكري", "أعلن", "asserted", "قتل تسعة جنود في هجوم بسيارة مفخخة جنوب البلاد")],
    ),
    "construction: attribution inside its clause": (
        "وتعتزم الحكومة، بحسب الوزير سامي الحداد، فتح الطريق غدا.",
        [("سامي الحداد", "بحسب", "neutral", "وتعتزم الحكومة … فتح الطريق غدا")],
    ),
    "construction: nested": (
        "قال الوزير سامي الحداد إن المدير كريم منصور أكد أن الطريق مفتوح.",
        [
            ("سامي الحداد", "قال", "neutral", "المدير كريم منصور أكد أن الطريق مفتوح"),
            ("كريم منصور", "أكد", "asserted", "الطريق مفتوح"),
        ],
    ),
    "construction: second-hand": (
        "نقلت رويترز عن مصدر أمني قوله إن الطريق مفتوح.",
        [("مصدر أمني", "قوله", "neutral", "الطريق مفتوح")],
    ),
    "construction: speaker before the verb": (
        "الوزير سامي الحداد قال إن الطريق مفتوح.",
        [("سامي الحداد", "قال", "neutral", "الطريق مفتوح")],
    ),
    "construction: implied subject": (
        "قال الوزير سامي الحداد إن الطريق مفتوح. وأضاف أن الحملة تبدأ غدا.",
        [("سامي الحداد", "قال", "neutral", "الطريق مفتوح"), ("سامي الحداد", "وأضاف", "neutral", "الحملة تبدأ غدا")],
    ),
    "nationalities: capital and adjective": (
        "قال الوزير الروسي سامي الحداد إن الطريق مفتوح. وأكد الوزير الروسي أن الحملة تبدأ غدا.",
        [("سامي الحداد", "قال", "neutral", "الطريق مفتوح"), ("سامي الحداد", "وأكد", "asserted", "الحملة تبدأ غدا")],
    ),
    "masculine_names": (
        "قال الوزير أسامة الحداد إن الطريق مفتوح. وأضاف أن الحملة تبدأ غدا.",
        [("أسامة الحداد", "قال", "neutral", "الطريق مفتوح"), ("أسامة الحداد", "وأضاف", "neutral", "الحملة تبدأ غدا")],
    ),
    "eulogies: الله": (
        "ينبغي الإحسان إلى الجار. قال تعالى: (وبالوالدين إحسانا).",
        [("الله", "قال", "neutral", "وبالوالدين إحسانا")],
    ),
    "eulogies: النبي": (
        "ينبغي الإحسان إلى الجار. قال صلى الله عليه وسلم: «ما زال جبريل يوصيني بالجار».",
        [("النبي", "قال", "neutral", "ما زال جبريل يوصيني بالجار")],
    ),
    "known_actors": ("قال ترمب إن الطريق مفتوح.", [("ترمب", "قال", "neutral", "الطريق مفتوح")]),
}
NAMED = {name: {r[1] for r in rows(f"{name}.tsv", 2)} for name in ("function_words", "occasions", "silent", "calendar")}
KINDS = {name: {r[column] for r in rows(f"{name}.tsv", 4)} for name, column in (("titles", 2), ("organizations", 2))}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_of(name: str, extractor: Extractor) -> None:
    sentence, expected = EXAMPLES[name]
    article = Article(article_id="a", body=sentence)
    found = extractor.enrich(article, extracted_at=NOW, clock=lambda: 0.0).events
    assert [(s.actor.name, s.cue.text, s.cue.cue_class, s.content.text) for s in found] == expected


def test_no_class_of_the_lexicon_and_no_rule_is_without_an_example() -> None:
    cues = list(rows("cues.tsv", 13))
    wanted = {f"{name}: {c}" for classes in (NAMED, KINDS) for name, group in classes.items() for c in group}
    wanted |= {f"unnamed: {r[3]}" for r in rows("unnamed.tsv", 4)}
    wanted |= {f"eulogies: {r[1]}" for r in rows("eulogies.tsv", 2)}
    wanted |= {f"cues: {x}" for x in (*get_args(CueClass), *(r[1] for r in cues))}
    wanted |= {f"governs: {x}" for r in cues for x in r[5].split(",") if x.strip() and x != "-"}
    wanted |= {f"opener: {x}" for x in get_args(Opener)}
    shown_by_cues = {"verb", "participle", "noun", "preposition"}
    wanted |= {f"construction: {x}" for x in get_args(Construction) if x not in shown_by_cues}
    assert not wanted - EXAMPLES.keys()
