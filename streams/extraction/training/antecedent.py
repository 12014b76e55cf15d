"""Learning who a cue without a subject of its own stands for: right are those whom the annotators name.

The decisions are those at every accepted statement of the annotated articles that implies its subject. What was said
before is told as the annotators have it.
"""

from collections.abc import Iterator, Sequence

from streams.extraction.actors import ActorRegistry
from streams.extraction.choices.antecedent import Antecedent, Antecedents, Spoken
from streams.extraction.choices.linear import LinearModel, Models
from streams.extraction.choices.mention_end import MentionEnds
from streams.extraction.cue import Cue, find_cues
from streams.extraction.same_actor import is_actor
from streams.extraction.statements import find_statements, resolve_actors
from streams.extraction.training.gold_articles import GoldArticle
from streams.extraction.training.ranking import Choice, fit

STRENGTH = 0.2


class Teacher(Antecedents):
    """Remembers what it is asked, and answers as the annotators would."""

    def teach(self, article: GoldArticle, choices: list[Choice]) -> "Teacher":
        """Answer as the article's annotation from now on, and note the decisions in `choices`."""
        self._article, self._choices = article, choices
        return self

    def best(self, cue: Cue, spoken: Sequence[Spoken]) -> Antecedent | None:
        """The annotators' choice among the candidates, the model's where they have none."""
        wanted = self._article.statement_of(cue)
        if wanted is None:
            return super().best(cue, spoken)
        actor = self._article.gold["actors"][wanted["actor"]]
        found = self.candidates(cue, spoken)
        if not found:
            return None
        right = [is_actor(self.name(c), actor) for c in found]
        self._choices.append(Choice([list(self.features(cue, c, found, spoken)) for c in found], right))
        if any(right):
            return Antecedent(self.actor(found[right.index(True)], spoken), 1.0)
        return super().best(cue, spoken)


def choices(articles: Sequence[GoldArticle], models: Models) -> Iterator[Choice]:
    """The decisions of the articles; statements and speakers are those that `models` find."""
    noted: list[Choice] = []
    for a in articles:
        drafts = find_statements(a.doc, a.lexicon, a.phrases, a.words, models, find_cues(a.doc, a.lexicon))
        ends = MentionEnds(a.doc, a.lexicon, a.phrases, a.words, models.mention_end)
        registry = ActorRegistry(a.doc, a.lexicon, a.phrases, a.entities, ends)
        teacher = Teacher(a.doc, a.lexicon, a.phrases, registry, ends, LinearModel({})).teach(a, noted)
        resolve_actors(registry, teacher, LinearModel({}), drafts)
    yield from noted


def learn(articles: Sequence[GoldArticle], models: Models) -> LinearModel:
    """The model; `models` are those learned before it."""
    return fit(choices(articles, models), STRENGTH)
