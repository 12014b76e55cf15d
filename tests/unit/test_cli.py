"""`qawl extract` and the help, as a user runs them."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from schemas import Article
from streams.extraction import Extractor
from streams.extraction.pipeline import Stages

ARTICLE = {"article_id": "a1", "body": "قال وزير الصحة سامي الحداد إن اللقاح متوفر."}


def qawl(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "streams.cli", *arguments], input=stdin, capture_output=True, text=True, timeout=60
    )


def test_help_lists_the_commands_without_loading_them() -> None:
    done = qawl("--help")
    assert done.returncode == 0
    for command in ("up", "worker", "extract", "topics", "config"):
        assert command in done.stdout


def test_extract_writes_one_enriched_article_a_line() -> None:
    done = qawl("extract", "-", stdin=json.dumps(ARTICLE) + "\n\n" + json.dumps(ARTICLE | {"article_id": "a2"}) + "\n")
    lines = [json.loads(x) for x in done.stdout.splitlines()]
    assert (done.returncode, [x["article_id"] for x in lines]) == (0, ["a1", "a2"])
    (statement,) = lines[0]["statements"]
    assert statement["actor"]["name"] == "سامي الحداد"
    assert statement["cue"]["class"] == "neutral"
    assert statement["content"]["spans"] == [[30, 42]]  # from the first word after the complementizer


def test_extract_tells_the_bad_line_and_goes_on() -> None:
    done = qawl("extract", "-", stdin="{\n" + json.dumps(ARTICLE) + "\n")
    assert done.returncode == 1
    assert "line 1: $: expected JSON" in done.stderr
    assert len(done.stdout.splitlines()) == 1


def test_extract_names_the_article_and_shows_a_date_that_is_none() -> None:
    dates: tuple[object, ...] = ("مساء الثلاثاء", "2026-03-03T09:15:00", 7)
    bad: list[object] = [{"article_id": "a7", "body": 7}, *(ARTICLE | {"published_at": date} for date in dates)]
    done = qawl("extract", "-", stdin="".join(json.dumps(one) + "\n" for one in bad))
    wanted = "published_at: expected a time with its zone such as 2026-03-03T09:15:00+03:00, got"
    assert done.stderr.splitlines() == [
        "qawl extract: line 1, article 'a7': body: expected `str`, got `int`",
        *(f"qawl extract: line {n}, article 'a1': {wanted} {date!r}" for n, date in enumerate(dates, 2)),
    ]


def test_extract_reads_plain_text(tmp_path: Path) -> None:
    file = tmp_path / "story.txt"
    file.write_text(ARTICLE["body"], encoding="utf-8")
    done = qawl("extract", "--text", str(file))
    assert json.loads(done.stdout)["statements"][0]["cue"]["text"] == "قال"


@pytest.mark.parametrize("command", [("extract", "--text"), ("explain",), ("analyze",)])
def test_a_text_in_another_character_set_is_told_and_not_read_by_half(tmp_path: Path, command: tuple[str, ...]) -> None:
    file = tmp_path / "story.txt"
    for encoding, byte, remedy in (("cp1256", "0xde", "iconv -f windows-1256"), ("utf-16", "0xff", "iconv -f utf-16")):
        file.write_bytes(ARTICLE["body"].encode(encoding))
        done = qawl(*command, str(file))
        assert (done.returncode, done.stdout) == (1, "")
        assert f"{file}: expected UTF-8, got byte {byte} at 0" in done.stderr and remedy in done.stderr


@pytest.mark.parametrize("command", ["extract", "extract --text", "explain", "analyze"])
def test_what_is_packed_is_told_with_how_to_unpack_it(tmp_path: Path, command: str) -> None:
    file = tmp_path / "the feed.jsonl.gz"
    file.write_bytes(gzip.compress(json.dumps(ARTICLE).encode()))
    done = qawl(*command.split(), str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Error: {file}: it is gzip: zcat '{file}' | qawl {command} -\n"


def test_annotations_that_are_packed_are_told_with_how_to_unpack_them(tmp_path: Path) -> None:
    packed, plain = tmp_path / "a.gz", tmp_path / "a.jsonl"
    packed.write_bytes(gzip.compress("قال O\n".encode()))
    line = {"id": "a1", "body": "قال", "actors": {}, "statements": []}
    plain.write_text(json.dumps(line) + "\n", encoding="utf-8")
    for command, how in (
        (("entities", packed), f"zcat {packed} | qawl evaluate entities -"),
        # Of two files only one could come through a pipe.
        (("statements", packed, plain), f"gunzip -k {packed}"),
        (("statements", plain, packed), f"gunzip -k {packed}"),
    ):
        done = qawl("evaluate", *map(str, command))
        assert (done.returncode, done.stderr) == (2, f"qawl: {packed}: it is gzip: {how}\n")


def test_what_other_systems_put_before_a_file_is_no_fault_and_a_missing_option_is_guessed(tmp_path: Path) -> None:
    file = tmp_path / "feed.jsonl"
    file.write_text(json.dumps(ARTICLE) + "\n", encoding="utf-8-sig")
    assert qawl("extract", str(file)).returncode == 0
    assert "--text" in qawl("extract", "-", stdin=ARTICLE["body"]).stderr


def test_pretty_marks_speaker_cue_and_content() -> None:
    done = qawl("extract", "--pretty", "-", stdin=json.dumps(ARTICLE))
    assert "<قال> [وزير الصحة سامي الحداد] إن {اللقاح متوفر}." in done.stdout
    assert "\x1b" not in done.stdout  # no colours into a pipe


def test_control_characters_of_an_article_do_not_reach_the_terminal() -> None:
    from streams.cli.show import isolate

    assert isolate("a\x1b[31m\u202eb\n") == "\u2067a[31mb \u2069"


def test_a_worker_without_a_broker_says_what_to_set() -> None:
    done = qawl("worker")
    assert done.returncode == 2
    assert done.stderr.startswith("qawl: QAWL_KAFKA_BOOTSTRAP is not set")
    done = qawl("worker", "--bootstrap", "127.0.0.1:1")
    assert done.returncode == 1
    assert "no Kafka broker answers at 127.0.0.1:1" in done.stderr


def test_explain_tells_the_rule_and_the_rivals() -> None:
    done = qawl("explain", stdin="قال وزير الصحة سامي الحداد إن اللقاح متوفر.\nوأضاف أن الحملة تبدأ غدا.")
    assert done.returncode == 0, done.stderr
    assert "2 statements" in done.stdout
    assert "قال [0, 3): قال, past, verb" in done.stdout
    assert "the clause behind أن or إن" in done.stdout
    assert "وزير الصحة سامي الحداد [4, 26), behind the cue" in done.stdout
    assert "stands for" in done.stdout


def test_explain_reads_the_body_of_an_article_as_json(tmp_path: Path) -> None:
    done = qawl("explain", stdin=json.dumps(ARTICLE, indent=1))
    assert done.returncode == 0, done.stderr
    assert "قال [0, 3): قال, past, verb" in done.stdout  # offsets are those of the body, not of the JSON
    feed = tmp_path / "feed.jsonl"
    feed.write_text(f"{json.dumps(ARTICLE)}\n{json.dumps(ARTICLE)}\n")
    told = f"{feed}: it has 2 lines of JSON, expected one article: sed -n 1p {feed} | qawl explain -"
    assert qawl("explain", str(feed)).stderr == f"Error: {told}\n"
    assert "article_id: expected this field" in qawl("explain", stdin='{"body": "قال"}').stderr


@pytest.mark.parametrize("count", [1, 2])
def test_json_is_no_plain_text(count: int) -> None:
    done = qawl("extract", "--text", stdin=f"{json.dumps(ARTICLE)}\n" * count)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: <stdin>: it is no plain text but JSON with a body: leave out --text\n"


def test_explain_shows_what_is_too_doubtful_to_be_told(extractor: Extractor) -> None:
    """Which of these is doubtful changes with every model that is learned."""
    verbs = ("حذر", "أكد", "طالب", "رفض", "توقع", "كشف", "أشاد", "استغرب", "تساءل", "اقترح")
    matters = ("من الماء", "بالماء", "الماء", "على الماء", "من البرد", "في الماء")
    bodies = [f"{verb} اللاعب {matter}." for verb in verbs for matter in matters]
    drafts = {body: extractor.find(Article(article_id="a", body=body), Stages(lambda: 0.0)).drafts for body in bodies}
    wanted = [("اللاعب", False)]
    body = next(b for b, found in drafts.items() if [(d.actor and d.actor.name, d.is_told) for d in found] == wanted)
    done = qawl("explain", stdin=body)
    assert done.returncode == 0, done.stderr
    assert "0 statements, 1 too doubtful to be told" in done.stdout
    assert "1. اللاعب (person), not told" in done.stdout
