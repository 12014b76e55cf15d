"""A corrected article corrects what was said on its account, and a withdrawn one takes it back."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas import ActorProfile, AppliedPosition, Article, ArticleState, StatementEvent
from schemas.codec import InvalidPayload, decode_article, decode_state, decode_told, encode
from streams.agents.profile import apply_retraction, apply_statement
from streams.agents.versions import Revision, Versions, revise
from streams.delivery.remembered import Remembered
from streams.extraction import Extractor

NOW = datetime(2026, 3, 1, tzinfo=UTC)
FIRST = "قال وزير الصحة سامي الحداد إن اللقاح متوفر. وقالت منظمة الصحة العالمية إن الوباء انتهى."
CORRECTED = "قال وزير الصحة سامي الحداد إن اللقاح متوفر. ونفى الحداد أن تكون الأسعار ارتفعت."


class Desk:
    """Sends versions of one article, and keeps what a worker would know of it."""

    def __init__(self, extractor: Extractor) -> None:
        self._extractor = extractor
        self.known: ArticleState | None = None
        self.profiles: dict[str, ActorProfile] = {}
        self._offset = 0

    def send(self, version: int, body: str = "", **fields: object) -> Revision:
        article = Article(article_id="a", version=version, **({"body": body} if body else {}), **fields)  # type: ignore[arg-type]
        events = self._extractor.enrich(article, extracted_at=NOW, clock=lambda: 0.0).events
        made = revise(self.known, article, events, NOW)
        self.known = made.state or self.known
        for retraction in made.retractions:
            changed = apply_retraction(self.profiles.pop(retraction.actor_id), retraction, self._next())
            if changed is not None:
                self.profiles[changed.id] = changed
        for event in made.statements:
            profile = apply_statement(self.profiles.get(event.actor.id), event, self._next())
            assert profile is not None
            self.profiles[profile.id] = profile
        return made

    def _next(self) -> AppliedPosition:
        self._offset += 1
        return AppliedPosition(topic="statements", partition=0, offset=self._offset)


@pytest.fixture
def desk(extractor: Extractor) -> Desk:
    return Desk(extractor)


def words(events: tuple[StatementEvent, ...]) -> list[str]:
    return [e.content.text for e in events]


def test_a_new_article_tells_all_that_it_states(desk: Desk) -> None:
    made = desk.send(1, FIRST)
    assert words(made.statements) == ["اللقاح متوفر", "الوباء انتهى"]
    assert made.retractions == ()


def test_a_correction_tells_what_is_new_and_takes_back_what_is_gone(desk: Desk) -> None:
    first = desk.send(1, FIRST)
    made = desk.send(2, CORRECTED)
    assert words(made.statements) == ["تكون الأسعار ارتفعت"]
    (gone,) = made.retractions
    assert (gone.statement_id, gone.reason) == (first.statements[1].statement_id, "corrected")
    assert (gone.actor_id, gone.article.version) == ("organization:منظمه-الصحه-العالميه", 2)
    assert desk.profiles.keys() == {"person:سامي-الحداد"}
    assert desk.profiles["person:سامي-الحداد"].statement_count == 2


def test_what_comes_once_more_is_not_told_again(desk: Desk) -> None:
    desk.send(1, FIRST)
    again = desk.send(1, FIRST)
    assert (again.outcome, again.statements, again.retractions) == ("told", (), ())


def test_a_feed_that_numbers_nothing_corrects_with_the_same_version(desk: Desk) -> None:
    desk.send(1, FIRST)
    assert len(desk.send(1, CORRECTED).retractions) == 1


def test_a_withdrawn_article_takes_back_everything(desk: Desk) -> None:
    desk.send(1, FIRST)
    made = desk.send(2, status="canceled")
    assert [r.reason for r in made.retractions] == ["withdrawn", "withdrawn"]
    assert desk.profiles == {}
    assert desk.send(2, status="canceled").retractions == ()


def test_a_withdrawn_article_may_come_back(desk: Desk) -> None:
    desk.send(1, FIRST)
    desk.send(2, status="withheld")
    assert words(desk.send(3, FIRST).statements) == ["اللقاح متوفر", "الوباء انتهى"]


def test_a_late_version_changes_nothing(desk: Desk) -> None:
    desk.send(3, CORRECTED)
    made = desk.send(2, FIRST)
    assert (made.outcome, made.state, made.statements, made.retractions) == ("late", None, (), ())


def test_nothing_is_told_before_its_time(desk: Desk) -> None:
    made = desk.send(1, FIRST, embargoed_until=NOW + timedelta(hours=1))
    assert (made.outcome, made.state) == ("embargoed", None)
    assert len(desk.send(1, FIRST, embargoed_until=NOW).statements) == 2


def test_a_profile_is_what_it_would_be_without_what_was_taken_back(desk: Desk, extractor: Extractor) -> None:
    desk.send(1, CORRECTED)
    desk.send(2, FIRST)
    fresh = Desk(extractor)
    fresh.send(2, FIRST)
    wanted = fresh.profiles["person:سامي-الحداد"]
    found = desk.profiles["person:سامي-الحداد"]
    for field in ("names", "aliases", "roles", "statement_count", "article_count", "recent_articles"):
        assert getattr(found, field) == getattr(wanted, field), field


def test_an_article_without_a_body_is_one_only_where_it_is_withdrawn() -> None:
    assert decode_article(b'{"article_id": "a", "status": "canceled", "version": 2}').body == ""
    with pytest.raises(InvalidPayload, match="body: expected this field, it is missing"):
        decode_article(b'{"article_id": "a", "version": 2}')


def test_what_takes_a_statement_back_is_told_from_a_statement(desk: Desk) -> None:
    made = desk.send(1, FIRST)
    back = desk.send(2, status="canceled").retractions[0]
    assert decode_told(encode(made.statements[0])) == made.statements[0]
    assert decode_told(encode(back)) == back


async def test_articles_are_forgotten_when_the_topic_forgets_them(desk: Desk) -> None:
    remembered = Remembered()
    versions = Versions(remembered, days=7)
    state = desk.send(1, FIRST).state
    assert state is not None
    versions.put("a", encode(state), 3)
    assert versions.get("a") == state == decode_state(encode(state))
    assert await versions.forget(NOW + timedelta(days=6)) == 0
    assert await versions.forget(NOW + timedelta(days=8)) == 1
    assert versions.get("a") is None and not len(remembered)


def test_an_article_is_taken_from_an_actor_once_however_many_statements_go(desk: Desk) -> None:
    desk.send(1, CORRECTED)
    made = desk.send(2, "التقى وزير الصحة سامي الحداد وفدا من الأطباء أمس.")
    assert [r.article_remains for r in made.retractions] == [True, False]
