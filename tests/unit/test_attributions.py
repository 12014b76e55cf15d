"""Where an attribution stands and what it tells of, by an example each: a text, and who said what in it."""

import pytest

from streams.extraction import Extractor
from tests.unit.test_extraction import Said, presented

READINGS: dict[str, tuple[str, Said]] = {
    "attribution inside its clause, without a pause": (
        "وتمكنت القوات بحسب المرصد من السيطرة على النقطة الحدودية.",
        [("المرصد", "بحسب", "neutral", "وتمكنت القوات … من السيطرة على النقطة الحدودية")],
    ),
    "attribution within its sentence, before what it tells of": (
        "وتوقفت الحركة في الميناء ظهر أمس، وبحسب مصادر أمنية فإن السفن غادرت المنطقة قبل الهجوم.",
        [("مصادر أمنية", "وبحسب", "neutral", "السفن غادرت المنطقة قبل الهجوم")],
    ),
    "a quotation that its attribution interrupts": (
        '"لن نقبل بهذا القرار"، قال الوزير سامي الحداد، "وسنطعن فيه أمام المحكمة".',
        [("سامي الحداد", "قال", "neutral", "لن نقبل بهذا القرار … وسنطعن فيه أمام المحكمة")],
    ),
    "a quotation over several paragraphs": (
        'قال الوزير سامي الحداد: "الطريق مفتوح منذ أمس.\nوالحملة تبدأ غدا".\nوانتهى المؤتمر.',
        [("سامي الحداد", "قال", "neutral", "الطريق مفتوح منذ أمس.\nوالحملة تبدأ غدا")],
    ),
    "a quoted title before an attribution": (
        'وعن دوره في فيلم "الممر"، قال الممثل سامي الحداد: "كان الدور صعبا".',
        [("سامي الحداد", "قال", "neutral", "كان الدور صعبا")],
    ),
    "attribution in a sentence of its own": (
        "ارتفع عدد المصابين في المستشفيات إلى أربعين شخصا. أوضح ذلك المتحدث باسم الوزارة سامي الحداد.",
        [("سامي الحداد", "أوضح", "neutral", "ارتفع عدد المصابين في المستشفيات إلى أربعين شخصا")],
    ),
    "كما before one more speech act": (
        "وافتتح الوزير سامي الحداد المعرض صباح أمس، كما دعا الشركات إلى المشاركة في المعرض المقبل.",
        [("سامي الحداد", "دعا", "demanded", "الشركات إلى المشاركة في المعرض المقبل")],
    ),
    "several sentences behind a colon": (
        "وقال المدرب سامي الحداد: الثناء من لاعب مثله جيد دائما. لكنني أريد أن أطور نفسي. وقال إنه ينتظر البداية.",
        [
            ("سامي الحداد", "وقال", "neutral", "الثناء من لاعب مثله جيد دائما. لكنني أريد أن أطور نفسي"),
            ("سامي الحداد", "وقال", "neutral", "إنه ينتظر البداية"),
        ],
    ),
    "a short quotation before a name in quotation marks": (
        'وقال القاضي سامي الحداد "هذه جريمة خطيرة"، وفقا لشبكة "سي إن إن".',
        [("سامي الحداد", "وقال", "neutral", "هذه جريمة خطيرة")],
    ),
}


@pytest.mark.parametrize("name", READINGS)
def test_it_is_read_as(name: str, extractor: Extractor) -> None:
    text, expected = READINGS[name]
    assert presented(extractor, text) == expected
