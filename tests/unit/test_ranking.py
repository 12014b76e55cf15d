"""Learning a linear choice, from nothing and on top of what was learned before."""

from streams.extraction.choices.linear import LinearModel
from streams.extraction.training.ranking import Choice, fit, right

BEFORE_COMMA = [Choice([["comma"], ["stop"]], [True, False])] * 20
BEFORE_STOP = [Choice([["comma"], ["stop"]], [False, True])] * 20


def test_the_right_candidate_has_the_highest_score() -> None:
    model = fit(BEFORE_COMMA, 1.0)
    assert (right(BEFORE_COMMA, model), right(BEFORE_STOP, model)) == (20, 0)


def test_a_model_goes_on_learning_near_to_what_it_was() -> None:
    before = LinearModel({"comma": 2.0, "stop": -2.0, "dash": 1.5})
    little, much = fit(BEFORE_STOP, 0.01, before), fit(BEFORE_STOP, 10.0, before)
    assert right(BEFORE_COMMA, little) == 20
    assert 0 < little.weights["comma"] < 2.0
    assert right(BEFORE_STOP, much) == 20
    assert little.weights["dash"] == much.weights["dash"] == 1.5  # not met


def test_what_is_met_once_is_learned_only_where_it_was_known() -> None:
    choices = [*BEFORE_COMMA, Choice([["dash"], ["new"]], [True, False])]
    found = fit(choices, 1.0, LinearModel({"dash": -1.0})).weights
    assert found["dash"] > -1.0
    assert "new" not in found
