"""Train the choices that stand on rules: which proposals are statements, who the speaker is, who is implied.

    python -m streams.extraction.training.choices ../shared WORK [--predictions FILE]

The rules propose; linear models over the features of `streams/extraction/choices/` choose. They are learned from the
annotated articles of gold/train and the annotated news (`training.annotated_news`) in this order, each from what the
ones before chose. First the same is done five times on four fifths of gold/train and all of the news, and the fifth is
extracted: from what was right there confidence is learned, and `score.py` gives the scores of the cross-validation, by
whole articles, of the file that `--predictions` names. An hour and a half on one core.
"""

import argparse
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from schemas import Article, EnrichedArticle
from streams.extraction.actors.identity import Identities
from streams.extraction.actors.registry import ActorRegistry
from streams.extraction.choices.confidence import features
from streams.extraction.choices.linear import FOLDER, LinearModel
from streams.extraction.choices.models import Models
from streams.extraction.choices.network import Scorer
from streams.extraction.events import Found, this_extractor, to_enriched
from streams.extraction.statements import StatementDraft, find_actors, find_statements
from streams.extraction.training import (
    acceptance,
    antecedent,
    content_end,
    content_type,
    mention_end,
    network,
    referent,
    speaker,
)
from streams.extraction.training.annotated_news import annotated_news
from streams.extraction.training.entity_data import read_gold
from streams.extraction.training.folds import FOLDS, folds_of
from streams.extraction.training.gold_articles import GoldArticle, gold_articles
from streams.extraction.training.provenance import write_note
from streams.extraction.training.ranking import Choice, fit, write

SEED = 20261125
CONFIDENCE_STRENGTH = 0.3
SOURCES = ["Qawl's annotated articles, train", "raw Arabic news articles annotated for Qawl (no text is kept)"]


def learn(articles: Sequence[GoldArticle]) -> Models:
    """All models but confidence, one after the other."""
    models = Models(
        acceptance=acceptance.learn(articles),
        content_end=content_end.learn(articles),
        content_type=content_type.learn(articles),
        speaker=speaker.learn(articles),
        mention_end=mention_end.learn(articles),
        antecedent=Scorer(LinearModel({})),
        referent=LinearModel({}),
        confidence=LinearModel({}),
    )
    models = models._replace(referent=referent.learn(articles, models))
    return models._replace(antecedent=antecedent.learn(articles, models))


def find(a: GoldArticle, models: Models) -> tuple[ActorRegistry, list[StatementDraft]]:
    """What the models find in an article."""
    drafts = find_statements(a.doc, a.lexicon, a.phrases, a.words, models, a.cues())
    return find_actors(a.doc, a.lexicon, a.phrases, a.words, a.entities, models, drafts), drafts


def to_event(a: GoldArticle, registry: ActorRegistry, drafts: list[StatementDraft]) -> EnrichedArticle:
    """The findings as they leave the extractor."""
    article = Article(article_id=str(a.gold["id"]), body=str(a.gold["body"]))
    found = Found("ar", a.doc, a.entities, registry, drafts)
    return to_enriched(article, found, Identities.load(), this_extractor("builtin"), datetime.now(UTC))


class Extracted(NamedTuple):
    """What models find in an article that did not learn from it."""

    fold: int
    article: GoldArticle
    registry: ActorRegistry
    drafts: list[StatementDraft]

    def judged(self) -> Iterator[Choice]:
        """Each statement as evidence of what a right one is like."""
        for draft in self.drafts:
            right = self.article.is_right(draft)
            yield Choice([["bias", *features(draft)], []], [right, not right])


def cross_validate(articles: Sequence[GoldArticle], others: Sequence[GoldArticle]) -> list[Extracted]:
    """What models find in each article that did not learn from it, with a confidence that did not either.

    They learn from all `others`.
    """
    found: list[Extracted] = []
    for fold, held in enumerate(folds_of(len(articles), FOLDS)):
        models = learn([*(a for n, a in enumerate(articles) if n not in held), *others])
        found += [Extracted(fold, articles[n], *find(articles[n], models)) for n in sorted(held)]
    for fold in range(FOLDS):
        confidence = fit((c for x in found if x.fold != fold for c in x.judged()), CONFIDENCE_STRENGTH)
        for draft in (d for x in found if x.fold == fold for d in x.drafts):
            draft.confidence = confidence.probability(features(draft))
    return found


def main() -> None:
    """Cross-validate, train and write the models."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("encoders", type=Path, help="folder of fold-K.npz")
    parser.add_argument("--predictions", type=Path, help="write what cross-validation finds to this file")
    a = parser.parse_args()
    articles = list(gold_articles(read_gold(a.shared / "gold" / "train" / "gold.jsonl"), a.encoders))
    news = list(gold_articles(list(annotated_news(a.shared)), a.encoders))
    held_out = cross_validate(articles, news)
    if a.predictions:
        lines = (msgspec.json.encode(to_event(x.article, x.registry, x.drafts)) for x in held_out)
        a.predictions.write_bytes(b"".join(line + b"\n" for line in lines))
    judged = [choice for x in held_out for choice in x.judged()]
    scores = {
        "articles": len(articles),
        "news": len(news),
        "cv_statements": len(judged),
        "cv_right": sum(c.right[0] for c in judged),
        "annotated": sum(len(x.gold["statements"]) for x in articles),
    }
    print(scores)
    models = learn([*articles, *news])._replace(confidence=fit(judged, CONFIDENCE_STRENGTH))
    for name, model in models._asdict().items():
        path = FOLDER / f"{name}.tsv"
        write(model.linear if isinstance(model, Scorer) else model, path, f"streams.extraction.choices.{name}")
        write_note(path, seed=SEED, scores=scores, sources=SOURCES)
        if isinstance(model, Scorer) and model.network is not None:
            path = FOLDER / f"{name}_network.npz"
            network.write(model.network, path)
            write_note(path, seed=network.SEED, scores=scores, sources=SOURCES)


if __name__ == "__main__":
    main()
