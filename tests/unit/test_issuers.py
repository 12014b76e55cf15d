"""For whom a document speaks: a sentence, and the actor of what the document says."""

import pytest

from streams.extraction import Extractor
from tests.unit.test_extraction import run

ISSUERS = {
    "itself, whatever it is about": ("قالت دراسة عن مصر إن الماء قليل.", "دراسة عن مصر"),
    "who issued it": ("وأكد بيان لوزارة الداخلية أن التحقيق مستمر.", "وزارة الداخلية"),
    "who issued it, behind the day": (
        "وجاء في البيان الصادر السبت عن الفاتيكان أن البابا مدرك للالتباس.",
        "الفاتيكان",
    ),
    "whose name is quoted": (
        'وأظهر تقرير صادر عن "مؤسسة كاونتر بوينت" أن المبيعات ارتفعت.',
        "مؤسسة كاونتر بوينت",
    ),
    "who made it, not where they work": (
        "وأظهر تقرير أعده علماء في جامعة هارفارد أن المناخ يتغير.",
        "علماء في جامعة هارفارد",
    ),
    "the medium that it appeared in": ("وكشف مقال في صحيفة الغد أن الوزير استقال.", "صحيفة الغد"),
    "some of the media": (
        "وتشير تقارير في بعض وسائل الإعلام الأمريكية إلى أن المكتب فتح تحقيقا.",
        "وسائل الإعلام الأمريكية",
    ),
    "not the country that it appeared in": (
        "وذكرت تقارير إخبارية في بريطانيا أن النادي سيشتري اللاعب.",
        "تقارير إخبارية في بريطانيا",
    ),
    "not the journal that published it": (
        "نشرت مجلة الطب دراسة أمس. وأكدت الدراسة أن السهر ضار.",
        "الدراسة",
    ),
    "who published it": (
        "أصدرت منظمة العفو الدولية، الخميس، بيانا عن الحرب. وجاء في البيان أن السلطات اعتقلت ناشطين.",
        "منظمة العفو الدولية",
    ),
    "no journalist, but reports of last week": (
        "وذكرت تقارير صحافية الأسبوع الماضي أن السلطات فرضت إجراءات أمنية مشددة على الحدود.",
        "تقارير صحافية",
    ),
    "itself, another one": ("وأكدت دراسة أخرى أن السهر ضار.", "دراسة أخرى"),
    "not what it is about": ("وأظهرت دراسة عن السوق العقارية أن الأسعار ستتراجع.", "دراسة عن السوق العقارية"),
}


@pytest.mark.parametrize("construction", ISSUERS)
def test_it_speaks_for(extractor: Extractor, construction: str) -> None:
    body, expected = ISSUERS[construction]
    assert [s.actor.name for s in run(extractor, body).statements] == [expected]


def test_whose_it_is_settles_for_whom_it_speaks(extractor: Extractor) -> None:
    body = "قال الجيش الإسرائيلي إن القصف مستمر. وذكر بيان للحكومة الإسرائيلية أن القصف مستمر."
    assert [s.actor.name for s in run(extractor, body).statements] == ["الجيش الإسرائيلي", "الحكومة الإسرائيلية"]


def test_a_study_that_was_told_of_speaks_for_who_made_it(extractor: Extractor) -> None:
    body = "نشرت دراسة حديثة أجراها باحثون في جامعة ديوك أمس. وأكدت الدراسة أن السهر ضار."
    assert [s.actor.name for s in run(extractor, body).statements] == ["باحثون في جامعة ديوك"]
