"""Every kind of cue, of opening and of construction by an example, named after it.

Each is a sentence and who said what in it, with the class of the cue; where a construction is no statement, nothing.
"""

from typing import get_args

import pytest

from schemas import CueClass
from streams.extraction import Extractor
from streams.extraction.lexicon.tables import rows
from streams.extraction.rules.cue import Construction
from streams.extraction.rules.opening import Opener
from tests.unit.test_extraction import Said, presented
from tests.unit.without import without

# file or kind of rule: class -> (sentence, [(actor, cue, cue class, content)])
EXAMPLES: dict[str, tuple[str, Said]] = {
    "cues: neutral": (
        "لفت الوزير سامي الحداد النظر إلى فتح الطريق.",
        [("سامي الحداد", "لفت", "neutral", "فتح الطريق")],
    ),
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
    "cues: verb": (
        "وروى الوزير سامي الحداد كيف فتح الطريق.",
        [("سامي الحداد", "وروى", "neutral", "كيف فتح الطريق")],
    ),
    "cues: participle": (
        "قال الوزير سامي الحداد إن الطريق مفتوح، مطالبا بفتح الجسر.",
        [("سامي الحداد", "قال", "neutral", "الطريق مفتوح"), ("سامي الحداد", "مطالبا", "demanded", "فتح الجسر")],
    ),
    "cues: noun": (
        "نقلت رويترز عن مصدر أمني قوله إن الطريق مفتوح.",
        [("مصدر أمني", "قوله", "neutral", "الطريق مفتوح")],
    ),
    "cues: preposition": (
        "ويعد الطريق مفتوحا وفق تقديرات الوزارة.",
        [("الوزارة", "وفق", "neutral", "ويعد الطريق مفتوحا")],
    ),
    "cues: phrase": (
        "لن يغلق الطريق هذا العام، على حد قول الوزير سامي الحداد.",
        [("سامي الحداد", "على حد قول", "neutral", "لن يغلق الطريق هذا العام")],
    ),
    "governs: anna": ("أوضح الوزير سامي الحداد أن الطريق مفتوح.", [("سامي الحداد", "أوضح", "neutral", "الطريق مفتوح")]),
    "governs: quote": (
        "كتب الوزير سامي الحداد سنفتح الطريق غدا.",
        [("سامي الحداد", "كتب", "neutral", "سنفتح الطريق غدا")],
    ),
    "governs: np": (
        "لام الوزير سامي الحداد بشدة إغلاق الجسر أمام السكان.",
        [("سامي الحداد", "لام", "condemned", "إغلاق الجسر أمام السكان")],
    ),
    "governs: bi": ("طالب الوزير سامي الحداد بفتح الطريق.", [("سامي الحداد", "طالب", "demanded", "فتح الطريق")]),
    "governs: ila": (
        "وقد توسل الوزير سامي الحداد في اجتماع مع النواب الثلاثاء إلى فتح الطريق.",
        [("سامي الحداد", "توسل", "demanded", "فتح الطريق")],
    ),
    "governs: an": (
        "تحدث مسؤول عن جهود الفريق في المدينة.",
        [("مسؤول", "تحدث", "neutral", "جهود الفريق في المدينة")],
    ),
    "governs: min": ("حذر مسؤول من فتح الطريق.", [("مسؤول", "حذر", "warned", "فتح الطريق")]),
    "governs: ala": (
        "وتحسر الوزير سامي الحداد، خلال اللقاء، على فتح الطريق.",
        [("سامي الحداد", "وتحسر", "condemned", "فتح الطريق")],
    ),
    "governs: li": ("الطريق مفتوح، وفقا لناشط.", [("ناشط", "وفقا", "neutral", "الطريق مفتوح")]),
    "governs: fi": (
        "شكك مسؤول في إغلاق الجسر أمام السكان.",
        [("مسؤول", "شكك", "doubted", "إغلاق الجسر أمام السكان")],
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
    "opener: linked": (
        "ونقل موقع هالو ترست عن شهادات جنود سابقين، لم يوضح إذا كانوا أردنيين، أن الموقع يحوي عددا كبيرا من الأفخاخ.",
        [("جنود سابقين", "ونقل", "neutral", "الموقع يحوي عددا كبيرا من الأفخاخ")],
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
    "construction: an attribution of all that its sentence tells": (
        "اعتبر الوزير سامي الحداد أن الانسحاب خاطئ، وشدد على ضرورة الحفاظ على الاتفاق، وفق ما أعلنت مصادر رئاسية.",
        [
            ("سامي الحداد", "اعتبر", "asserted", "الانسحاب خاطئ"),
            ("سامي الحداد", "وشدد", "asserted", "ضرورة الحفاظ على الاتفاق"),
            (
                "مصادر رئاسية",
                "وفق",
                "neutral",
                "اعتبر الوزير سامي الحداد أن الانسحاب خاطئ، وشدد على ضرورة الحفاظ على الاتفاق",
            ),
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
        "قال الوزير الروسي سامي الحداد إن الطريق مفتوح. وأكدت موسكو أن روسيا لن تبدأ الحملة.",
        [("سامي الحداد", "قال", "neutral", "الطريق مفتوح"), ("روسيا", "وأكدت", "asserted", "روسيا لن تبدأ الحملة")],
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


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_of(name: str, extractor: Extractor) -> None:
    sentence, expected = EXAMPLES[name]
    assert presented(extractor, sentence) == expected


# What the lexicon tells; the other examples show rules. Of anna no rule asks: أن and إن open a content behind any cue.
DECISIVE = [name for name in EXAMPLES if name.partition(": ")[0] in ("cues", "governs", "nationalities")]
DECISIVE.remove("governs: anna")


@pytest.mark.parametrize("name", DECISIVE)
def test_the_example_comes_out_otherwise_without(name: str, extractor: Extractor) -> None:
    sentence, expected = EXAMPLES[name]
    assert presented(without(extractor, name), sentence) != expected


def test_no_kind_of_cue_and_no_rule_is_without_an_example() -> None:
    cues = list(rows("cues.tsv", 13))
    wanted = {f"eulogies: {r[1]}" for r in rows("eulogies.tsv", 2)}
    wanted |= {f"cues: {x}" for x in (*get_args(CueClass), *(r[1] for r in cues))}
    wanted |= {f"governs: {x}" for r in cues for x in r[5].split(",") if x.strip() and x != "-"}
    wanted |= {f"opener: {x}" for x in get_args(Opener)}
    shown_by_cues = {"verb", "participle", "noun", "preposition"}
    wanted |= {f"construction: {x}" for x in get_args(Construction) if x not in shown_by_cues}
    assert not wanted - EXAMPLES.keys()
