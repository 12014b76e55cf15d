"""What a search finds, however a word is spelt and whatever is attached to it."""

import pytest

from streams.gateway.words import query_keys, text_keys

FOUND = [
    ("وزارة", "أعلنت الوزارة"),
    ("وزارة", "أعلنت وزارة الصحة"),
    ("الوزارة", "أعلنت وزارة الصحة"),
    ("وزراء", "اجتمع الوزراء"),
    ("فلسطيني", "الرئيس الفلسطيني"),
    ("كهرباء", "انقطاع الكهرباء"),
    ("ولايات", "الولايات المتحدة"),
    ("الرياض", "وصل للرياض"),
    ("رياض", "وللرياض"),
    ("لجنة", "قال للجنة"),
    ("بالسودان", "في السودان"),
    ("الاخبار", "«والأخبارُ» كثيرة"),
]


@pytest.mark.parametrize(("query", "text"), FOUND)
def test_a_word_is_found(query: str, text: str) -> None:
    assert set(query_keys(query)) <= set(text_keys(text))


@pytest.mark.parametrize(("query", "text"), [("زارة", "لا شيء"), ("كتاب", "كتب"), ("وزير", "وزارة")])
def test_another_word_is_not(query: str, text: str) -> None:
    assert not set(query_keys(query)) & set(text_keys(text))
