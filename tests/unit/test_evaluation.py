"""`qawl evaluate entities`: reading annotated files, exact spans on their tokens, and what the command prints."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from schemas import EntityType
from streams.cli import _group
from streams.evaluation.annotations import MalformedStatements, annotated_articles
from streams.evaluation.conll import Malformed, TaggedSentence, read_articles
from streams.evaluation.entities import Counts, found_spans, score
from streams.evaluation.statements import score as score_statements
from streams.extraction.actors.same_actor import is_actor
from streams.extraction.document import Document
from streams.extraction.entities import EntityMention
from streams.settings import SettingsError

FILE = """قال O
سامي B-PERS
الحداد I-PERS
في O
وبالأردن B-LOC
. O

كأس\tB-MISC
العرب\tI-MISC
"""


def lines(text: str) -> list[bytes]:
    return [line.encode() for line in text.splitlines(keepends=True)]


def finds(*names: tuple[str, EntityType]) -> Any:
    """An engine that finds these words of a text, as many tokens as they have."""

    def find(doc: Document) -> tuple[EntityMention, ...]:
        texts = [token.form.text for token in doc.tokens]
        out = []
        for name, of_type in names:
            words = name.split()
            for n in range(len(texts)):
                if texts[n : n + len(words)] == words:
                    out.append(EntityMention(n, n + len(words), of_type))
        return tuple(sorted(out))

    return find


def test_a_file_is_read_with_either_separator_and_line_end() -> None:
    expected = [
        TaggedSentence(("قال", "سامي", "الحداد", "في", "وبالأردن", "."), ("O", "B-PERS", "I-PERS", "O", "B-LOC", "O")),
        TaggedSentence(("كأس", "العرب"), ("B-MISC", "I-MISC")),
    ]
    assert read_articles(lines(FILE)) == [expected]
    assert read_articles(lines("\ufeff" + FILE.replace("\n", " \r\n") + "\n\n")) == [expected]


def test_articles_are_as_marked_or_some_sentences_each() -> None:
    sentence = "قال O\n\n"
    marked = f"-DOCSTART- -X- O O\n\n{sentence * 30}-DOCSTART- O\n{sentence}"
    assert [len(a) for a in read_articles(lines(marked))] == [30, 1]
    assert [len(a) for a in read_articles(lines(sentence * 30))] == [12, 12, 6]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file has no sentence"),
        (b"\n\n-DOCSTART- O\n\n", "the file has no sentence"),
        ("قال O\nسامي\n".encode(), "line 2: expected a token and its tag, got 1 columns: 'سامي'"),
        ("قال NN O\n".encode(), "line 1: expected a token and its tag, got 3 columns"),
        ("قال O\n\nسامي PERS\n".encode(), "line 3: expected a tag O, B-TYPE or I-TYPE, got 'PERS'"),
        ("قال O\nسامي E-PERS\n".encode(), "line 2: expected a tag"),
        ("قال B-\n".encode(), "line 1: expected a tag"),
        ("قال O\n".encode("cp1256"), "line 1: expected UTF-8, got byte 0xde"),
    ],
)
def test_a_malformed_file_is_told_with_its_line(content: bytes, told: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_articles(content.splitlines(keepends=True))
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_exact_spans_count_by_type() -> None:
    articles = read_articles(lines(FILE))
    find = finds(("سامي الحداد", "PER"), ("كأس", "ORG"), ("وبالأردن", "LOC"))
    result = score(articles, find, {"PER", "LOC", "ORG"})
    assert result.types == {"PER": Counts(1, 1, 1), "LOC": Counts(1, 1, 1), "ORG": Counts(0, 1, 0)}
    assert result.micro == Counts(2, 3, 2)
    assert (result.micro.precision, result.micro.recall, result.micro.f1) == (2 / 3, 1.0, 0.8)
    assert (dict(result.unscored), result.sentences, result.tokens) == ({"MISC": 1}, 2, 8)


def test_a_wrong_bound_or_type_does_not_count() -> None:
    articles = read_articles(lines(FILE))
    for find in (finds(("سامي", "PER")), finds(("قال سامي الحداد", "PER")), finds(("سامي الحداد", "ORG"))):
        assert score(articles, find, {"PER", "LOC", "ORG"}).micro.right == 0


def test_misc_counts_where_the_engine_gives_it() -> None:
    result = score(read_articles(lines(FILE)), finds(("كأس العرب", "MISC")), {"PER", "LOC", "ORG", "MISC"})
    assert result.types["MISC"] == Counts(1, 1, 1)
    assert not result.unscored


def test_nothing_found_divides_nothing() -> None:
    micro = score(read_articles(lines(FILE)), finds(), {"PER"}).types["PER"]
    assert (micro.precision, micro.recall, micro.f1) == (0.0, 0.0, 0.0)


def test_tokens_that_the_engine_splits_or_does_not_see() -> None:
    sentence = TaggedSentence(("\u200f", "الأردن/سوريا", "\u00a0", "دونالد\u00a0ترامب", "2,5%"), ("O",) * 5)
    found = finds(("الأردن", "LOC"), ("سوريا", "LOC"), ("دونالد ترامب", "PER"), ("%", "ORG"))
    # Two names in one of the file's tokens: the first counts.
    assert list(found_spans([sentence], found)) == [(1, 2, "LOC"), (3, 4, "PER"), (4, 5, "ORG")]


def test_a_name_does_not_go_over_a_sentence() -> None:
    article = [TaggedSentence(("سامي",), ("B-PERS",)), TaggedSentence(("الحداد",), ("B-PERS",))]
    result = score([article], finds(("سامي", "PER"), ("الحداد", "PER")), {"PER"})
    assert result.micro == Counts(2, 2, 2)


def evaluate(*arguments: str) -> Result:
    return CliRunner().invoke(_group, ["evaluate", "entities", *arguments])


def test_the_command_prints_a_table(tmp_path: Path) -> None:
    file = tmp_path / "desk.conll"
    file.write_text(FILE, encoding="utf-8")
    done = evaluate(str(file))
    assert done.exit_code == 0, done.output
    title, columns, *rows = done.stdout.splitlines()
    assert title == f"builtin engine on {file}: 2 sentences, 8 tokens"
    assert columns.split() == ["precision", "recall", "F1", "annotated", "found", "right"]
    assert [row.split()[0] for row in rows[:4]] == ["PER", "LOC", "ORG", "micro"]
    assert (rows[2].split()[2], rows[2].split()[4]) == (
        "-",
        "0",
    )  # no organization to be found: no recall, and not 0.000
    assert rows[4] == "annotated, not scored, because the engine does not give them: MISC (1)"


def test_the_command_tells_a_malformed_file(tmp_path: Path) -> None:
    file = tmp_path / "desk.conll"
    file.write_text("سامي\n", encoding="utf-8")
    done = evaluate(str(file))
    assert isinstance(done.exception, SettingsError)  # which `main` prints as one line, with exit status 2
    assert str(done.exception).startswith(f"{file}: line 1: expected a token and its tag")
    assert evaluate(str(file), "--engine", "other").exit_code == 2
    assert evaluate(str(tmp_path / "missing")).exit_code == 2


def test_the_camel_engine_without_a_model_names_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMELTOOLS_DATA", str(tmp_path))
    file = tmp_path / "desk.conll"
    file.write_text(FILE, encoding="utf-8")
    done = evaluate(str(file), "--engine", "camel")
    assert isinstance(done.exception, SettingsError)
    assert "run `qawl models install`" in str(done.exception)


BODY = "قال لافروف إن الاتفاق قريب. وأضاف أن اللقاء غدا، بحسب رويترز."
ARTICLE = {
    "id": "a",
    "source": "wire",
    "body": BODY,
    "actors": {"A1": {"name": "سيرغي لافروف", "kind": "person", "aliases": ["سيرغي لافروف", "لافروف"]}},
    "statements": [
        {"tier": "core", "type": "indirect", "actor": "A1", "cue": [0, 3], "speaker": [4, 10], "content": [[14, 26]]},
        {"tier": "extended", "type": "direct", "actor": "A1", "cue": [28, 33], "speaker": None, "content": [[37, 46]]},
    ],
}


def found(actor: str, cue: list[int], content: list[int], confidence: float = 0.9) -> dict[str, Any]:
    return {
        "actor": {"name": actor},
        "cue": {"span": cue},
        "content": {"spans": [content]},
        "type": "indirect",
        "speaker": None,
        "confidence": confidence,
    }


def test_statements_are_right_by_content_and_by_actor() -> None:
    statements = [
        found("لافروف", [0, 3], [11, 26]),
        found("رويترز", [28, 33], [37, 46], 0.4),
        found("x", [50, 54], [55, 61]),
    ]
    result = score_statements({"a": ARTICLE, "b": {**ARTICLE, "statements": []}}, {"a": {"statements": statements}})
    core, every = result.counts["core", "attributed"], result.counts["all", "attributed"]
    assert (core.gold, core.found, core.right) == (1, 2, 1)  # the extended one does not count against core
    assert (every.gold, every.found, every.right) == (2, 3, 1)
    assert (result.counts["all", "content"].right, result.counts["core", "strict"].right) == (2, 1)
    assert (result.accuracy["type"].right, result.accuracy["actor"].right, result.accuracy["speaker"].right) == (
        1,
        1,
        0,
    )
    assert [(j.confidence, j.right) for j in result.judged] == [(0.9, True), (0.4, False), (0.9, False)]
    assert result.missing == ["b"]


@pytest.mark.parametrize(
    ("name", "kind", "right"),
    [
        ("سيرغي لافروف", "person", True),
        ("الدكتور لافروف", "person", True),
        ("وزير الخارجية سيرغي لافروف", "person", True),  # a fuller name
        ("كيري", "person", False),
        ("", "person", False),
    ],
)
def test_a_name_stands_for_an_actor(name: str, kind: str, right: bool) -> None:
    assert is_actor(name, {**ARTICLE["actors"]["A1"], "kind": kind}) == right  # type: ignore[index]


def test_one_of_joint_sources_stands_for_them() -> None:
    assert is_actor("فرنسا", {"name": "بريطانيا وفرنسا", "kind": "group", "aliases": ["بريطانيا وفرنسا"]})


def statements_of(tmp_path: Path, event: dict[str, Any], *options: str) -> Result:
    gold, pred = tmp_path / "gold.jsonl", tmp_path / "pred.jsonl"
    gold.write_text(json.dumps(ARTICLE) + "\n", encoding="utf-8")
    pred.write_text(json.dumps(event) + "\n", encoding="utf-8")
    return CliRunner().invoke(_group, ["evaluate", "statements", str(gold), str(pred), *options])


def test_statements_command_prints_and_plots(tmp_path: Path) -> None:
    png = tmp_path / "plot.png"
    event = {"article_id": "a", "statements": [found("لافروف", [0, 3], [14, 26])]}
    result = statements_of(tmp_path, event, "--plot", str(png))
    assert result.exit_code == 0, result.output
    assert "core.attributed      1.000     1.000     1.000" in result.output
    assert "100% of all, 100.0% of them right" in result.output
    assert png.read_bytes().startswith(b"\x89PNG")


def test_what_was_found_in_another_body_is_refused(tmp_path: Path) -> None:
    statement = found("لافروف", [0, 3], [14, 26])
    of_body = statement | {"cue": {"span": [0, 3], "text": "قال"}}
    of_another = statement | {"cue": {"span": [5, 8], "text": "قال"}}
    assert statements_of(tmp_path, {"article_id": "a", "statements": [of_body]}).exit_code == 0
    assert statements_of(tmp_path, {"article_id": "b", "statements": [of_another]}).exit_code == 0  # not annotated
    done = statements_of(tmp_path, {"article_id": "a", "statements": [of_body, of_another]})
    assert isinstance(done.exception, SettingsError)
    assert str(done.exception).startswith("article 'a': statements[1].cue: PRED has 'قال' at [5, 8), where the body in")


def test_a_share_of_nothing_is_none(tmp_path: Path) -> None:
    done = statements_of(tmp_path, {"article_id": "a", "statements": []})
    assert "core.attributed          -     0.000     0.000" in done.output
    assert "where the content is right: actor -, type -, speaker -" in done.output


def test_a_plot_under_another_suffix_is_refused(tmp_path: Path) -> None:
    done = statements_of(tmp_path, {"article_id": "a", "statements": []}, "--plot", str(tmp_path / "plot.pdf"))
    assert (done.exit_code, "expected a name that ends in .png" in done.output) == (2, True)
    assert not (tmp_path / "plot.pdf").exists()


def annotated(**changes: object) -> str:
    """An article with one statement, changed."""
    return json.dumps(ARTICLE | {"statements": [{**ARTICLE["statements"][0], **changes}]})  # type: ignore[index]


MALFORMED = {
    "{": "1: no JSON",
    "": "expected annotated articles",
    '{"id": "a"}': "1: object missing required field `body`",
    annotated(actor="A9"): r"1: statements\[0\]\.actor: 'A9' is not in actors",
    annotated(actor=None): "1: expected `str`, got `null`",
    annotated(content=[14, 26]): "1: expected `array`, got `int`",
    annotated(content=[[14, 226]]): r"1: statements\[0\]\.content: expected offsets within the body's",
    annotated(content=[[26, 14]]): "expected offsets",
    annotated(cue=[300, 310]): r"statements\[0\]\.cue: expected offsets",
    annotated(tier="cor"): "invalid enum value 'cor'",
    annotated(type="spoken"): "invalid enum value 'spoken'",
}


@pytest.mark.parametrize("line", MALFORMED)
def test_a_malformed_line_is_told(line: str) -> None:
    with pytest.raises(MalformedStatements, match=MALFORMED[line]):
        annotated_articles(BytesIO(f"{line}\n".encode()), "gold.jsonl")
