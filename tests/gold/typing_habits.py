"""Score the annotated articles as they would be typed elsewhere, and print the README's table of it.

    python -m tests.gold.typing_habits [dev|train|chance]

Papers spell hamza or leave it out, vocalize and stretch words, quote with other marks and forget to close them; text
that is pasted comes without paragraphs. Each habit is done to all bodies, their annotations are moved along, and what
`qawl extract` finds there is scored as ever: what a habit costs is what the extractor does not see through.
"""

import argparse
import random
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any

from tests.gold.score import GOLD, annotated, need, score

SEED = 20261128
SHOWN = ("core.attributed", "core.strict", "core.cue", "all.attributed")
_FATHA, _TATWEEL = "\u064e", "\u0640"
_LETTERS = frozenset("ابتثجحخدذرزسشصضطظعغفقكلمنهوي")
_JOINED = frozenset("بتثجحخسشصضطظعغفقكلمنهي")  # that a word may be stretched behind, before another letter

Habit = Callable[[str], list[str]]  # what is typed for each character of a body


def instead(typed: dict[str, str]) -> Habit:
    """Other characters for some, or none."""
    return lambda body: [typed.get(c, c) for c in body]


def curly(body: str) -> list[str]:
    """`"…"` as `«…»`."""
    marks = [c for c in body if c == '"']
    turned = iter("«»"[n % 2] for n in range(len(marks)))
    return [next(turned) if c == '"' else c for c in body]


def unclosed(body: str) -> list[str]:
    """Every fourth closing mark is forgotten."""
    closing = [i for i, c in enumerate(body) if c in "»”"]
    plain = [i for i, c in enumerate(body) if c == '"'][1::2]
    forgotten = set(sorted([*closing, *plain])[3::4])
    return ["" if i in forgotten else c for i, c in enumerate(body)]


def vocalized(body: str) -> list[str]:
    """A fatha behind every third letter."""
    draw = random.Random(SEED)
    return [c + _FATHA if c in _LETTERS and draw.random() < 1 / 3 else c for c in body]


def stretched(body: str) -> list[str]:
    """A tatweel in one word of six."""
    draw = random.Random(SEED)
    followed = zip(body, [*body[1:], " "], strict=True)
    return [c + _TATWEEL if c in _JOINED and n in _LETTERS and draw.random() < 1 / 24 else c for c, n in followed]


HABITS: dict[str, Habit] = {
    "as they are": instead({}),
    "without hamza (`ان`, `الى`)": instead(dict.fromkeys("أإآ", "ا")),
    "`ي` for `ى`": instead({"ى": "ي"}),
    "`ه` for `ة`": instead({"ة": "ه"}),
    "a vowel sign on every third letter": vocalized,
    "one word of six stretched (`قـال`)": stretched,
    '`"…"` for « » and “ ”': instead(dict.fromkeys("«»“”", '"')),
    '« » for `"…"`': curly,
    "every fourth quotation not closed": unclosed,
    "no paragraphs": instead({"\n": " "}),
    "`,` for `،`": instead({"،": ","}),
    "no commas at all": instead({"،": "", ",": ""}),
}


def moved(article: dict[str, Any], habit: Habit) -> dict[str, Any]:
    """An annotated article as it is typed by a habit, its spans where their text is then.

    >>> body = "قال إن الأمر «جيد»."
    >>> said = {"cue": [0, 3], "speaker": None, "content": [[7, 17]]}
    >>> article = moved({"body": body, "statements": [said]}, vocalized)
    >>> [article["body"][slice(*span)].replace("\u064e", "") for span in article["statements"][0]["content"]]
    ['الأمر «جيد']
    """
    typed = habit(article["body"])
    at = [0, *accumulate(map(len, typed))]

    def span(old: list[int] | None) -> list[int] | None:
        return None if old is None else [at[old[0]], at[old[1]]]

    statements = [
        s | {"cue": span(s["cue"]), "speaker": span(s["speaker"]), "content": [span(part) for part in s["content"]]}
        for s in article["statements"]
    ]
    return article | {"body": "".join(typed), "statements": statements}


def table(split: str) -> Iterator[str]:
    """The lines of the Markdown table, each as soon as it is known."""
    articles = annotated(GOLD, split)
    yield f"| {len(articles)} articles of `{split}` | {' | '.join(SHOWN)} |"
    yield "| --- |" + " ---: |" * len(SHOWN)
    for name, habit in HABITS.items():
        found = score(GOLD, [moved(a, habit) for a in articles])["prf"]
        yield f"| {name} | " + " | ".join(f"{found[x][2]:.3f}" for x in SHOWN) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("split", nargs="?", default="dev", choices=["dev", "train", "chance"])
    split = parser.parse_args().split
    need(split)
    for line in table(split):
        print(line, flush=True)


if __name__ == "__main__":
    main()
