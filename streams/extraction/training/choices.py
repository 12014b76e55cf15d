"""Train the choices that stand on rules: which proposals are statements, who the speaker is, who is implied.

    python -m streams.extraction.training.choices ../shared/gold/train/gold.jsonl WORK/held_out.json \
        [--predictions FILE]

The rules propose; linear models over the features of `acceptance.py`, `speaker.py` and `antecedent.py` choose. They are
learned from the annotated articles in this order, each from what the one before chose. With `--predictions` the same is
done five times on four fifths of the articles and the fifth is extracted: what `score.py` then says of the file is the
score of the cross-validation, by whole articles.
"""

import argparse
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from schemas import Article, EnrichedArticle
from streams.extraction.actors import ActorRegistry
from streams.extraction.choices.antecedent import Antecedents
from streams.extraction.choices.linear import FOLDER, LinearModel, Models
from streams.extraction.choices.mention_end import MentionEnds
from streams.extraction.cue import find_cues
from streams.extraction.events import Found, this_extractor, to_enriched
from streams.extraction.statements import find_statements, resolve_actors
from streams.extraction.training import acceptance, antecedent, content_end, content_type, mention_end, speaker
from streams.extraction.training.gold_articles import GoldArticle, gold_articles
from streams.extraction.training.provenance import write_note
from streams.extraction.training.ranking import write

SEED = 20261125
FOLDS = 5


def learn(articles: Sequence[GoldArticle]) -> Models:
    """All models, one after the other."""
    models = Models(
        acceptance=acceptance.learn(articles),
        content_end=content_end.learn(articles),
        content_type=content_type.learn(articles),
        speaker=speaker.learn(articles),
        mention_end=mention_end.learn(articles),
        antecedent=LinearModel({}),
    )
    return models._replace(antecedent=antecedent.learn(articles, models))


def extract(a: GoldArticle, models: Models) -> EnrichedArticle:
    """What the models find in an article."""
    drafts = find_statements(a.doc, a.lexicon, a.phrases, a.words, models, find_cues(a.doc, a.lexicon))
    registry = ActorRegistry(a.doc, a.lexicon, a.phrases, a.entities)
    ends = MentionEnds(a.doc, a.lexicon, a.phrases, a.words, models.mention_end)
    antecedents = Antecedents(a.doc, a.lexicon, a.phrases, registry, ends, models.antecedent)
    resolve_actors(a.doc, a.phrases, registry, antecedents, drafts)
    article = Article(article_id=str(a.gold["id"]), body=str(a.gold["body"]))
    found = Found("ar", a.doc, a.entities, registry, drafts)
    return to_enriched(article, found, this_extractor("builtin"), datetime.now(UTC))


def main() -> None:
    """Train, cross-validate and write the models."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("held_out", type=Path, help="held_out.json of training.encoder --folds")
    parser.add_argument("--predictions", type=Path, help="write what cross-validation finds to this file")
    a = parser.parse_args()
    articles = list(gold_articles(a.gold, a.held_out))
    if a.predictions:
        order = list(range(len(articles)))
        random.Random(SEED).shuffle(order)
        with a.predictions.open("wb") as out:
            for k in range(FOLDS):
                held = set(order[k::FOLDS])
                models = learn([x for n, x in enumerate(articles) if n not in held])
                for n in sorted(held):
                    out.write(msgspec.json.encode(extract(articles[n], models)) + b"\n")
    models = learn(articles)
    for name, model in zip(Models._fields, models, strict=True):
        path = FOLDER / f"{name}.tsv"
        write(model, path, f"streams.extraction.{name}")
        write_note(path, seed=SEED, scores={}, sources=["Qawl's annotated articles"])


if __name__ == "__main__":
    main()
