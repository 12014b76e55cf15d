"""Every class of the lexicon's closed lists by an example, named after its file and itself.

Each is a sentence and who said what in it, with the class of the cue; where nobody says anything, nothing. Where only
the kind or the role of who speaks shows the class, the sentence that shows it is in test_descriptions.py.
"""

import pytest

from streams.extraction import Extractor
from streams.extraction.lexicon.tables import rows
from tests.unit import test_descriptions
from tests.unit.test_extraction import Said, presented
from tests.unit.without import without

# file: class -> (sentence, [(actor, cue, cue class, content)])
EXAMPLES: dict[str, tuple[str, Said]] = {
    "function_words: auxiliary": (
        "وقالت امرأة كانت تسكن المدينة إن الطريق مفتوح.",
        [("امرأة", "وقالت", "neutral", "الطريق مفتوح")],
    ),
    "function_words: complementizer": (
        'أكد الوزير سامي الحداد أن الطريق "مفتوح أمام جميع السكان".',
        [("سامي الحداد", "أكد", "asserted", 'الطريق "مفتوح أمام جميع السكان"')],
    ),
    "function_words: conditional": ("إذا قال الوزير سامي الحداد إن الطريق مفتوح فسنعود.", []),
    "function_words: conjunction": (
        "هدد رامي الخوري بإغلاق الطريق ثم أغلقت الشرطة الجسر، بحسب مصدر أمني.",
        [("رامي الخوري", "هدد", "threatened", "إغلاق الطريق"), ("مصدر أمني", "بحسب", "neutral", "أغلقت الشرطة الجسر")],
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
    "function_words: negation": ("ولم تذكر الوزارة أن الطريق مفتوح.", []),
    "function_words: opener": (
        "قال الوزير سامي الحداد لقد فتحنا الطريق.",
        [("سامي الحداد", "قال", "neutral", "لقد فتحنا الطريق")],
    ),
    "function_words: preposition": (
        "قال مسؤول خلال زيارة المدينة إن الطريق مفتوح.",
        [("مسؤول", "قال", "neutral", "الطريق مفتوح")],
    ),
    "function_words: pronoun": (
        "قال مصدر أمني إن الطريق مفتوح. وأضاف هذا المصدر أن الجسر مغلق.",
        [("مصدر أمني", "قال", "neutral", "الطريق مفتوح"), ("مصدر أمني", "وأضاف", "neutral", "الجسر مغلق")],
    ),
    "function_words: letter": ("قال مسؤول لبي بي سي إن الطريق مفتوح.", [("مسؤول", "قال", "neutral", "الطريق مفتوح")]),
    "function_words: quantity": (
        "وذكرت تقارير في بعض وسائل الإعلام أن الطريق مفتوح.",
        [("وسائل الإعلام", "وذكرت", "neutral", "الطريق مفتوح")],
    ),
    "function_words: reference": (
        "التقى الوزير سامي الحداد المدير كريم منصور. وقال الأخير إن الطريق مفتوح.",
        [("كريم منصور", "وقال", "neutral", "الطريق مفتوح")],
    ),
    "function_words: relative": (
        "وقال السائق الذي نقل سامي الحداد إن الطريق مفتوح.",
        [("السائق", "وقال", "neutral", "الطريق مفتوح")],
    ),
    "function_words: subordinator": (
        "قال مسؤول حين زار المدينة إن الطريق مفتوح.",
        [("مسؤول", "قال", "neutral", "الطريق مفتوح")],
    ),
    "titles: honorific": (
        "قال معالي الوزير سامي الحداد إن الطريق مفتوح.",
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
    "titles: kin": (
        "قالت والدة سامي الحداد إن الطريق مفتوح.",
        [("والدة سامي الحداد", "قالت", "neutral", "الطريق مفتوح")],
    ),
    "organizations: media": (
        "وأشارت تقارير لوسائل الإعلام إلى أن الطريق مفتوح.",
        [("وسائل الإعلام", "وأشارت", "neutral", "الطريق مفتوح")],
    ),
    "organizations: institution": (
        "قال بيان للوزارة إن الطريق مفتوح.",
        [("الوزارة", "قال", "neutral", "الطريق مفتوح")],
    ),
    "unnamed: unnamed": ("قال مصدر أمني إن الطريق مفتوح.", [("مصدر أمني", "قال", "neutral", "الطريق مفتوح")]),
    "unnamed: group": ("قال محتجون أمام الوزارة إن الطريق مفتوح.", [("محتجون", "قال", "neutral", "الطريق مفتوح")]),
    "occasions: document": (
        "قال بيان لوزارة الداخلية إن الطريق مفتوح.",
        [("وزارة الداخلية", "قال", "neutral", "الطريق مفتوح")],
    ),
    "occasions: event": ("قال مسؤول في مؤتمر صحفي إن الطريق مفتوح.", [("مسؤول", "قال", "neutral", "الطريق مفتوح")]),
    "silent: rule": ("وحسب القانون التونسي، فإن الحكومة تستقيل غدا.", []),
    "silent: own_words": (
        "قال سامي الحداد إن الطريق مفتوح على حد تعبيره وذلك بعد زيارة المدينة.",
        [("سامي الحداد", "قال", "neutral", "الطريق مفتوح")],
    ),
    "calendar: month": ("أعلن مسؤول في كانون الثاني فتح الطريق.", [("مسؤول", "أعلن", "asserted", "فتح الطريق")]),
    "calendar: weekday": ("وقال مسؤول الثلاثاء إن الطريق مفتوح.", [("مسؤول", "وقال", "neutral", "الطريق مفتوح")]),
    "calendar: time": ("وقال مسؤول في منتصف الليل إن الطريق مفتوح.", [("مسؤول", "وقال", "neutral", "الطريق مفتوح")]),
    "masculine_names": (
        "وصل وزير الصحة رامي الحداد إلى تونس حيث استقبله حمزة الخوري، مؤكدا أن الوضع هادئ.",
        [("حمزة الخوري", "مؤكدا", "asserted", "الوضع هادئ")],
    ),
}
# No sentence is known that comes out otherwise without them.
IDLE = {"function_words: opener", "function_words: pronoun", "function_words: reference"}
DECISIVE = EXAMPLES.keys() - IDLE - test_descriptions.EXAMPLES.keys()
COLUMNS = {
    "function_words": 1,
    "occasions": 1,
    "silent": 1,
    "calendar": 1,
    "titles": 2,
    "organizations": 2,
    "unnamed": 3,
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_of(name: str, extractor: Extractor) -> None:
    sentence, expected = EXAMPLES[name]
    assert presented(extractor, sentence) == expected


@pytest.mark.parametrize("name", sorted(DECISIVE))
def test_the_example_comes_out_otherwise_without(name: str, extractor: Extractor) -> None:
    sentence, expected = EXAMPLES[name]
    assert presented(without(extractor, name), sentence) != expected


def test_no_class_is_without_an_example() -> None:
    wanted = {f"{file}: {r[column]}" for file, column in COLUMNS.items() for r in rows(f"{file}.tsv", column + 1)}
    assert EXAMPLES.keys() == wanted | {"masculine_names"}
