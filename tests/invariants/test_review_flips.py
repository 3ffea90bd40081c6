"""Every claim called predicted is turned by a parameter set inside the prior."""

from __future__ import annotations

from functools import cache

import pytest

from exoheart.reviewing.answer import set_answer, turns_to
from exoheart.reviewing.runs import at_centre, wanted
from exoheart.reviewing.tables import MECHANISM, load_contrasts, load_flips, scenario
from exoheart.study import priors_for
from exoheart.therapy import MECHANISMS

FLIPS = load_flips()
CONTRASTS = load_contrasts()


@cache
def priors(name):
    """The prior of a scenario."""
    return priors_for(scenario(name))


def contrasts_of(claim):
    return [one for one in CONTRASTS if one.claim == claim]


def answered(claim, flips=()):
    """The answer of the central parameter set, with some values replaced."""
    own = contrasts_of(claim)
    seen = {}
    for name, one in wanted(own).items():
        seen |= at_centre(name, one, flips)
    return set_answer(own, seen)


@pytest.mark.parametrize("claim", FLIPS)
def test_the_set_lies_inside_the_prior(claim):
    """Between the 1 and 99 % points in every scenario that the claim reads."""
    for flip in FLIPS[claim]:
        if flip.parameter == MECHANISM:
            assert flip.value in MECHANISMS
            continue
        for name in wanted(contrasts_of(claim)):
            prior = priors(name)[flip.parameter]
            assert flip.unit == prior.unit
            low, high = (float(prior.distribution.quantile(p)) for p in (0.01, 0.99))
            assert low <= float(flip.value) <= high


@pytest.mark.parametrize("claim", FLIPS)
def test_the_set_turns_the_answer(claim):
    assert turns_to(answered(claim), answered(claim, FLIPS[claim]))


def test_a_set_that_changes_nothing_turns_nothing():
    """The check above can fail: the central set doesn't turn itself."""
    assert not turns_to(answered("C053"), answered("C053"))


def test_twenty_claims_are_predicted():
    assert len(FLIPS) >= 20
