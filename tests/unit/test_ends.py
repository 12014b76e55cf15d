"""Where a content ends when no pause tells: a text, and the content of its first statement."""

import pytest

from streams.extraction import Extractor
from streams.extraction.document import read
from tests.unit.test_extraction import run

ENDS: dict[str, tuple[str, str]] = {
    "a quotation at the head of the next paragraph that goes on otherwise is none of it": (
        'وقال الوزير سامي الحداد: "الطريق مفتوح أمام الجميع".\n"الحرب تقترب" عنوان كتاب جديد صدر أمس.',
        "الطريق مفتوح أمام الجميع",
    ),
    "a bracket that the content opened": (
        "وأكد الوزير سامي الحداد أن الدول وقعت اتفاقية التجارة (نافتا).",
        "الدول وقعت اتفاقية التجارة (نافتا)",
    ),
    "a bracket that was opened before": (
        "وجاء في الخبر (قال الوزير سامي الحداد إن الطريق مفتوح).",
        "الطريق مفتوح",
    ),
    "a mark of inches that closes a quotation": (
        "وأضاف الوزير سامي الحداد أن “الإنتاج سيرتفع كثيرا في عام 2030″.",
        "الإنتاج سيرتفع كثيرا في عام 2030",
    ),
    "a name in straight marks within a quotation in straight marks": (
        'وأضاف الوزير سامي الحداد: "نعمل مع برنامج "ناسا" المستقبلي عن المريخ، وأنا واثق من ذلك".',
        'نعمل مع برنامج "ناسا" المستقبلي عن المريخ، وأنا واثق من ذلك',
    ),
    "an address on the web is no end": (
        "وأكد الوزير سامي الحداد أن التسجيل يكون عبر الموقع www.example.com ابتداء من الثلاثاء.",
        "التسجيل يكون عبر الموقع www.example.com ابتداء من الثلاثاء",
    ),
    "the narrator returns without a pause, with دون أن": (
        "وأعلنت واشنطن انسحابها من الاتفاق دون أن تحدد موعدا لذلك.",
        "انسحابها من الاتفاق",
    ),
    "the narrator returns without a pause, with بعد أن": (
        "ورحب الاتحاد الأوروبي بالموقف الإسباني بعد أن وافقت مدريد على استقبال السفينة.",
        "الموقف الإسباني",
    ),
}


@pytest.mark.parametrize("name", ENDS)
def test_content_ends(name: str, extractor: Extractor) -> None:
    text, expected = ENDS[name]
    assert run(extractor, text).statements[0].content.text == expected


@pytest.mark.parametrize("text", ["زوروا www.example.com غدا", "قال خبير في F.B.I أمس", "كتب العربية.نت عن ذلك"])
def test_a_stop_within_a_name_ends_no_sentence(text: str) -> None:
    assert len(read(text).sentences) == 1


def test_a_stop_without_a_space_behind_it_ends_a_sentence_between_words() -> None:
    assert len(read("انتهى الاجتماع مساء.وغادر الوزراء القاعة").sentences) == 2
