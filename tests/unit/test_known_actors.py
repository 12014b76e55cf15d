"""Who is who over articles: spellings, short names, an operator's own file, Latin names."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas import Article, StatementEvent
from streams.agents.actors_file import ActorsFile
from streams.extraction import Extractor
from streams.extraction.actors.identity import Identities
from streams.extraction.actors.known_actors import SHIPPED, KnownActors, KnownActorsError

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def extract(extractor: Extractor, body: str, article_id: str = "a") -> tuple[StatementEvent, ...]:
    article = Article(article_id=article_id, body=body)
    return extractor.enrich(article, extracted_at=NOW, clock=lambda: 0.0).events


def test_one_id_for_two_spellings_in_two_papers(extractor: Extractor) -> None:
    one = extract(extractor, "قال رئيس الوزراء الإسرائيلي بنيامين نتنياهو إن الاتفاق سيئ.")
    other = extract(extractor, "قال رئيس الوزراء الإسرائيلي بنيامين نتانياهو إن الاتفاق سيئ.")
    assert one[0].actor.id == other[0].actor.id == "person:بنيامين-نتنياهو"
    assert (one[0].actor.name, other[0].actor.name) == ("بنيامين نتنياهو", "بنيامين نتانياهو")
    assert one[0].actor.name_latin == "Benjamin Netanyahu"


def test_a_family_name_alone_is_who_alone_is_called_so(extractor: Extractor) -> None:
    (statement,) = extract(extractor, "قال ترامب إن الاتفاق سيئ.")
    assert (statement.actor.id, statement.actor.name) == ("person:دونالد-ترامب", "ترامب")


def test_a_family_name_that_two_share_is_nobody_s() -> None:
    known = KnownActors.load()
    assert known.find("person", "الأسد") is None  # Bashar's, and many others'
    assert known.find("person", "بشار الأسد") is not None


def test_abd_is_one_word_with_what_follows(extractor: Extractor) -> None:
    one = extract(extractor, "قال المتحدث سامي عبد العزيز إن الطريق مفتوح.")
    other = extract(extractor, "قال المتحدث سامي عبدالعزيز إن الطريق مفتوح.")
    assert one[0].actor.id == other[0].actor.id


def test_unnamed_sources_of_two_articles_are_two(extractor: Extractor) -> None:
    ids = {
        extract(extractor, "قال مصدر أمني إن الطريق مفتوح.", article_id=article)[0].actor.id for article in ("a", "b")
    }
    assert len(ids) == 2


def test_latin_as_the_text_gives_it_else_by_the_parts_of_the_name(extractor: Extractor) -> None:
    (given,) = extract(extractor, "قال المتحدث سامي الحداد (Sammy Haddad) إن الطريق مفتوح.")
    assert given.actor.name_latin == "Sammy Haddad"
    (spelt,) = extract(extractor, "قال المتحدث سامي الحداد إن الطريق مفتوح.")
    assert spelt.actor.name_latin == "Sami Al-Haddad"


def test_every_row_of_the_shipped_file_is_found_by_all_its_names() -> None:
    known = KnownActors.load()
    for line in SHIPPED.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        name, kind, _, variants, alone = line.split("\t")
        for called in [name, *variants.split("|"), *alone.split("|")]:
            found = known.find(kind, called)  # type: ignore[arg-type]
            assert not called or (found is not None and found.name == name), f"{called} is not {name}"


def test_an_operator_s_file_adds_and_wins(tmp_path: Path) -> None:
    own = tmp_path / "actors.tsv"
    own.write_text("سامي الحداد\tperson\tSami Haddad\tسامي حداد\tالحداد\nدونالد ترامب\tperson\tThe President\t\t\n")
    known = KnownActors.load(own)
    found = known.find("person", "الحداد")
    assert found is not None and found.latin == "Sami Haddad"
    president = known.find("person", "دونالد ترامب")
    assert president is not None and president.latin == "The President"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("سامي الحداد\tman", "actors.tsv:1: expected a name and one of person, organization, group"),
        ("a\tb\tc\td\te\tf", "actors.tsv:1: 6 cells, expected name, kind, latin, variants, alone"),
        (
            b"\xde",
            "actors.tsv: expected UTF-8, got byte 0xde at 0. If it is windows-1256: iconv -f windows-1256 -t utf-8 /",
        ),
    ],
)
def test_a_wrong_file_says_where_and_what_was_expected(tmp_path: Path, row: str | bytes, told: str) -> None:
    own = tmp_path / "actors.tsv"
    own.write_bytes(row if isinstance(row, bytes) else row.encode())
    with pytest.raises(KnownActorsError) as e:
        KnownActors.load(own)
    assert told in str(e.value)


def test_a_missing_file_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(KnownActorsError, match=r"actors.tsv: cannot be read: No such file or directory$"):
        KnownActors.load(tmp_path / "actors.tsv")


def test_a_short_name_that_two_rows_claim_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    own = tmp_path / "actors.tsv"
    own.write_text("سامي الحداد\tperson\t\t\tالحداد\nنزار الحداد\tperson\t\t\tالحداد\nفريد ترامب\tperson\t\t\tترامب\n")
    assert KnownActors.load(own).find("person", "الحداد") is None
    assert [record.getMessage() for record in caplog.records] == [
        f"{own}: الحداد alone stands for nobody: سامي الحداد and نزار الحداد claim it; leave it to one of them",
        f"{own}: ترامب alone stands for nobody: دونالد ترامب and فريد ترامب claim it; leave it to one of them",
    ]
    caplog.clear()
    own.write_text("دونالد ترامب\tperson\tThe President\t\tترامب\n")  # the shipped one, in the operator's words
    KnownActors.load(own)
    assert not caplog.records


def test_a_worker_reads_the_file_again_when_it_changes(
    tmp_path: Path, extractor: Extractor, caplog: pytest.LogCaptureFixture
) -> None:
    own = tmp_path / "actors.tsv"
    own.write_text("")
    watched = ActorsFile(own)
    mine = extractor.with_identities(Identities.load(own))
    assert watched.renew(mine) is mine

    def said_by(current: Extractor) -> str:
        return extract(current, "قال الحداد إن الطريق مفتوح.")[0].actor.id

    assert said_by(mine) == "person:الحداد"
    replaced = tmp_path / "new.tsv"
    replaced.write_text("سامي الحداد\tperson\t\t\tالحداد\n")
    replaced.replace(own)
    renewed = watched.renew(mine)
    assert said_by(renewed) == "person:سامي-الحداد"
    own.write_text("سامي الحداد\tman\n")
    assert watched.renew(renewed) is renewed  # what it said before goes on to hold
    assert "known actors stay as they were" in caplog.text
