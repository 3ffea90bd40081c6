"""A verdict follows from the share of parameter sets, a basis from what turns it."""

from __future__ import annotations

import numpy as np
import pytest

from exoheart.reviewing.answer import AGREES, DISAGREES, FEWEST, answer
from exoheart.reviewing.quantities import Seen
from exoheart.reviewing.run import model_answer
from exoheart.reviewing.tables import ArmAt, Contrast, Flip

ARM, AGAINST = (ArmAt("s", name, "1 h after occlusion") for name in "ab")


def seen(values):
    """Two arms: the given ejection fractions, and 40 for the other one."""
    values = np.asarray(values, dtype=float)
    pair = ((ARM, values), (AGAINST, np.full_like(values, 40.0)))
    nothing = np.zeros_like(values)
    return {
        place: Seen({"outcome_ejection_fraction": each}, nothing, nothing, None)
        for place, each in pair
    }


def contrast(*, is_open=False):
    return Contrast(
        "C001", ARM, AGAINST, None, "ejection fraction", "more", None, is_open, "more"
    )


def answered(share, flipped=50.0, *, is_open=False, count=100):
    """The answer where the claim holds in a share of the sets, and fails centrally."""
    values = np.where(np.arange(count) < round(share * count), 50.0, 40.0)
    flips = (Flip("C001", "mechanism.onset", "1", "1/h"),)
    return answer(
        [contrast(is_open=is_open)], seen(values), seen([40.0]), seen([flipped]), flips
    )


@pytest.mark.parametrize(
    ("share", "verdict"),
    [
        (1.0, "agrees"),
        (AGREES, "agrees"),
        (0.79, "undecided"),
        (0.21, "undecided"),
        (DISAGREES, "disagrees"),
        (0.0, "disagrees"),
    ],
)
def test_the_verdict_follows_from_the_share(share, verdict):
    found = answered(share)
    assert found.verdict == verdict
    assert found.share == pytest.approx(share)


@pytest.mark.parametrize(("share", "verdict"), [(0.5, "agrees"), (0.9, "disagrees")])
def test_an_open_question_agrees_while_the_model_cant_tell(share, verdict):
    assert answered(share, is_open=True).verdict == verdict


def test_what_no_set_turns_is_built_in():
    found = answered(0.1, flipped=40.0)
    assert (found.basis, found.flips, found.flipped) == ("built in", (), None)
    assert answered(0.1).basis == "predicted"


def test_sets_without_a_result_are_left_out():
    values = np.full(100, np.nan)
    values[:FEWEST] = 50.0
    found = answer([contrast()], seen(values), seen([40.0]))
    assert (found.share, found.speak) == (1.0, FEWEST)


def test_too_few_sets_give_no_verdict():
    values = np.full(100, np.nan)
    values[: FEWEST - 1] = 50.0
    found = answer([contrast()], seen(values), seen([40.0]))
    assert (found.share, found.verdict) == (None, "undecided")


def test_a_claim_holds_where_all_its_contrasts_hold():
    less = Contrast(
        "C001", ARM, AGAINST, None, "ejection fraction", "less", None, False, "less"
    )
    found = answer([contrast(), less], seen(np.full(50, 60.0)), seen([60.0]))
    assert found.verdict == "disagrees"


def test_a_claim_on_untreated_animals_is_calibrated():
    """Neither arm has a product: the heart was fitted to such animals."""
    values = seen(np.full(50, 60.0))
    assert model_answer([contrast()], values, seen([60.0]), ()).basis == "calibrated"
