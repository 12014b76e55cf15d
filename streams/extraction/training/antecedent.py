"""Learning who a cue without a subject of its own stands for: right are those whom the annotators name.

The decisions are those at every accepted statement of the annotated articles that implies its subject. They are met
twice: what was said before is told as the annotators have it, and as a model has it that did not learn from the
article, whose mistakes are like those that will be met.
"""

from collections.abc import Iterable, Sequence

from streams.extraction.actors.registry import ActorRegistry
from streams.extraction.actors.same_actor import is_actor
from streams.extraction.choices.antecedent import Antecedent, Antecedents, Spoken
from streams.extraction.choices.linear import LinearModel
from streams.extraction.choices.mention_end import MentionEnds
from streams.extraction.choices.models import Models
from streams.extraction.choices.network import Scorer
from streams.extraction.choices.referent import Referents
from streams.extraction.rules.cue import Cue
from streams.extraction.statements import StatementDraft, find_statements, resolve_actors
from streams.extraction.training import network
from streams.extraction.training.gold_articles import GoldArticle
from streams.extraction.training.ranking import Choice, fit

STRENGTH = 0.2
PARTS = 3
Found = tuple[GoldArticle, list[StatementDraft]]


class Teacher(Antecedents):
    """Remembers what it is asked, and answers as the annotators would, or its model."""

    def teach(self, article: GoldArticle, choices: list[Choice], *, corrects: bool) -> "Teacher":
        """Note the decisions in `choices`; answer as the article's annotation from now on if it `corrects`."""
        self._article, self._choices, self._corrects = article, choices, corrects
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
        evidence = [list(self.features(cue, c, found, spoken)) for c in found]
        self._choices.append(Choice(evidence, right, self.numbers(cue, found, spoken)))
        if self._corrects and any(right):
            return Antecedent(self.actor(found[right.index(True)], spoken), 1.0)
        return super().best(cue, spoken)


def choices(found: Iterable[Found], models: Models, answers: Scorer | None = None) -> list[Choice]:
    """The decisions of the articles, with the annotators' answers before them, or those of a model."""
    noted: list[Choice] = []
    for a, drafts in found:
        ends = MentionEnds(a.doc, a.lexicon, a.phrases, a.words, models.mention_end)
        registry = ActorRegistry(a.doc, a.lexicon, a.phrases, a.entities, ends.best)
        teacher = Teacher(a.doc, a.lexicon, a.phrases, a.words, registry, ends, answers or Scorer(LinearModel({})))
        referents = Referents(a.doc, a.lexicon, a.phrases, a.words, registry, teacher, models.referent)
        resolve_actors(registry, teacher.teach(a, noted, corrects=answers is None), referents, LinearModel({}), drafts)
    return noted


def learn(articles: Sequence[GoldArticle], models: Models) -> Scorer:
    """The model; `models` are those learned before it, who find the statements and their speakers."""
    found = [(a, find_statements(a.doc, a.lexicon, a.phrases, a.words, models, a.cues())) for a in articles]
    decisions = choices(found, models)
    for part in range(PARTS):
        others = choices((x for n, x in enumerate(found) if n % PARTS != part), models)
        decisions += choices(found[part::PARTS], models, Scorer(fit(others, STRENGTH)))
    return network.learn(decisions, STRENGTH)
