"""Learning whom descriptions stand for: right are those whom the annotators name.

    python -m streams.extraction.training.referent ../shared DRAWN

The decisions are those at every found statement of the annotated articles whose speaker is a description. Where one of
the others is right the description is held to be none of its own: that `الوزير` names the minister too, is no reason to
leave it at that.

`training.choices` learns it with all other choices. The command learns it alone, with the shipped encoder and choices,
from the annotated news that was drawn together as DRAWN and that they have not learned from.
"""

import argparse
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from streams.extraction.actors.drafts import ActorDraft
from streams.extraction.actors.registry import ActorRegistry
from streams.extraction.actors.same_actor import is_actor
from streams.extraction.choices.antecedent import Spoken
from streams.extraction.choices.linear import FOLDER, LinearModel
from streams.extraction.choices.mention_end import MentionEnds
from streams.extraction.choices.models import Models
from streams.extraction.choices.referent import Described, Referents, chosen
from streams.extraction.rules.cue import Cue
from streams.extraction.statements import find_statements, resolve_actors
from streams.extraction.training import antecedent
from streams.extraction.training.annotated_news import annotated_news
from streams.extraction.training.folds import FOLDS, folds_of
from streams.extraction.training.gold_articles import GoldArticle, seen_by_shipped
from streams.extraction.training.provenance import write_note
from streams.extraction.training.ranking import Choice, fit, write

SEED = 20261127
SOURCES = ["raw Arabic news articles annotated for Qawl (no text is kept)"]
STRENGTH = 0.1


class Teacher(Referents):
    """Remembers what it is asked, and answers as the annotators would."""

    def teach(self, article: GoldArticle, choices: list[Choice]) -> "Teacher":
        """Note the decisions in `choices`."""
        self._article, self._choices = article, choices
        return self

    def best(
        self, cue: Cue, mention: tuple[int, int], spoken: Sequence[Spoken], by_rule: ActorDraft | None
    ) -> ActorDraft | None:
        """The annotators' choice among the candidates, the rule's where they have none."""
        wanted = self._article.statement_of(cue)
        if wanted is None:
            return by_rule
        actor = self._article.gold["actors"][wanted["actor"]]
        described = Described(cue, *mention, by_rule)
        others = [] if self.is_settled(described) else self.candidates(described, spoken)
        if not others:
            return by_rule
        right = [is_actor(self._antecedents.name(c), actor) for c in others]
        own = not any(right) and is_actor(self._article.doc.text(*mention), actor)
        evidence = [list(features) for features in self.evidence(described, others)]
        self._choices.append(Choice(evidence, [own, *right]))
        if any(right):
            return self._antecedents.actor(others[right.index(True)], spoken)
        return None if own else by_rule


def choices(a: GoldArticle, models: Models) -> list[Choice]:
    """The decisions of an article."""
    noted: list[Choice] = []
    drafts = find_statements(a.doc, a.lexicon, a.phrases, a.words, models, a.cues())
    ends = MentionEnds(a.doc, a.lexicon, a.phrases, a.words, models.mention_end)
    registry = ActorRegistry(a.doc, a.lexicon, a.phrases, a.entities, ends.best)
    implied = antecedent.Teacher(a.doc, a.lexicon, a.phrases, a.words, registry, ends, models.antecedent)
    implied.teach(a, [], corrects=True)
    teacher = Teacher(a.doc, a.lexicon, a.phrases, a.words, registry, implied, LinearModel({}))
    resolve_actors(registry, implied, teacher.teach(a, noted), LinearModel({}), drafts)
    return noted


def learn(articles: Sequence[GoldArticle], models: Models) -> LinearModel:
    """The model; `models` are those learned before it, who find the statements and their speakers."""
    return _fit(choices(a, models) for a in articles)


def _fit(decisions: Iterable[list[Choice]]) -> LinearModel:
    return fit(chain.from_iterable(decisions), STRENGTH)


def right(decisions: Iterable[Choice], model: LinearModel | None) -> int:
    """How many decisions of a model are right, of the rules where there is none."""
    many = 0
    for c in decisions:
        if model is None:
            by_rule = (n for n, names in enumerate(c.candidates) if any(name.startswith("rule=True") for name in names))
            many += c.right[next(by_rule, 0)]
        else:
            many += c.right[chosen([model.score(features) for features in c.candidates])]
    return many


def main() -> None:
    """Cross-validate by whole articles, learn from all and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("drawn")
    a = parser.parse_args()
    models = Models.load()
    articles = seen_by_shipped([x for x in annotated_news(a.shared) if x.get("drawn") == a.drawn])
    decisions = [choices(article, models) for article in articles]
    by_rules = learned = 0
    for held in folds_of(len(decisions), FOLDS):
        model = _fit(cs for n, cs in enumerate(decisions) if n not in held)
        by_rules += sum(right(decisions[n], None) for n in held)
        learned += sum(right(decisions[n], model) for n in held)
    many = sum(map(len, decisions))
    scores = {"articles": len(decisions), "descriptions": many, "right_by_rules": by_rules, "cv_right": learned}
    print(scores)
    path = FOLDER / "referent.tsv"
    write(_fit(decisions), path, "streams.extraction.choices.referent")
    write_note(path, seed=SEED, scores=scores, sources=SOURCES)


if __name__ == "__main__":
    main()
