"""A profile counts each statement once, whatever is replayed."""

from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import (
    Actor,
    ActorProfile,
    AppliedPosition,
    ArticleReference,
    Content,
    Cue,
    Extractor,
    Speaker,
    StatementEvent,
)
from schemas.codec import decode_profile, encode
from streams.agents.profile import Profiles, apply_statement
from streams.agents.profile import profile as profile_agent
from streams.delivery.remembered import Remembered
from tests.unit.test_enrich_agent import TOPICS, Outbox, Stream, assert_told_when_stored


def event(
    n: int, *, article: str = "a", role: str | None = "وزير", published: int = 1, speaker: str | None = "لافروف"
) -> StatementEvent:
    at = datetime(2026, 1, published, tzinfo=UTC)
    return StatementEvent(
        statement_id=f"s{n}",
        actor=Actor(id="person:لافروف", name="سيرغي لافروف", kind="person", role=role),
        type="indirect",
        cue=Cue(text="قال", lemma="قال", cue_class="neutral", span=(0, 3)),
        speaker=Speaker(text=speaker, span=(4, 10)) if speaker else None,
        content=Content(text="كلام", spans=((14, 18),)),
        confidence=0.9,
        article=ArticleReference(article_id=article, published_at=at),
        extractor=Extractor(name="qawl", version="0", engine="builtin"),
        extracted_at=at,
    )


def position(offset: int, partition: int = 0) -> AppliedPosition:
    return AppliedPosition(topic="statements", partition=partition, offset=offset)


def applied(*events: StatementEvent) -> ActorProfile:
    profile: ActorProfile | None = None
    for offset, e in enumerate(events):
        profile = apply_statement(profile, e, position(offset))
    assert profile is not None
    return profile


def test_counts_statements_articles_aliases_and_roles() -> None:
    profile = applied(
        event(1),
        event(2, speaker=None, published=3),
        event(3, article="b", role="وزير الخارجية", published=2, speaker="الوزير"),
    )
    assert (profile.statement_count, profile.article_count) == (3, 2)
    assert {a.text: a.count for a in profile.aliases} == {"لافروف": 1, "الوزير": 1}
    assert [r.text for r in profile.roles] == ["وزير الخارجية", "وزير"]
    assert profile.recent_statements == ("s1", "s2", "s3")
    assert (profile.first_seen.day, profile.last_seen.day) == (1, 3)


@pytest.mark.parametrize("offset", [0, 1])
def test_a_replayed_statement_does_not_count_twice(offset: int) -> None:
    profile = applied(event(1), event(2))
    assert apply_statement(profile, event(9), position(offset)) is None


def test_a_topic_that_was_made_anew_counts_from_its_beginning() -> None:
    profile = applied(event(1), event(2))
    again = apply_statement(profile, event(3), AppliedPosition(topic="new-statements", partition=0, offset=0))
    assert again is not None
    assert again.statement_count == 3


def test_a_profile_stays_small_however_much_is_said() -> None:
    profile = applied(*(event(n, article=f"a{n}", role=f"r{n}", speaker=f"s{n}") for n in range(300)))
    assert profile.statement_count == profile.article_count == 300
    assert len(encode(profile)) < 20_000


def test_round_trip() -> None:
    profile = applied(event(1))
    assert decode_profile(encode(profile)) == profile


async def test_a_statement_that_cannot_be_read_is_told_when_its_dead_letter_is_stored(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outbox: Any = Outbox()
    stream: Any = Stream(1)  # of an article, which is no statement
    await profile_agent(stream, TOPICS, Profiles(Remembered()), outbox)
    assert [topic for _, topic in outbox.delivered] == [TOPICS.deadletter.name]
    assert_told_when_stored(outbox, caplog, stage="profile", error="missing_field")
