"""A verdict follows from the share of parameter sets, a basis from what turns it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from exoheart.errors import InputError
from exoheart.figures import figure
from exoheart.reviewing import review
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


def test_an_open_question_that_nothing_speaks_to_is_undecided():
    values = np.full(100, np.nan)
    found = answer([contrast(is_open=True)], seen(values), seen([40.0]))
    assert found.verdict == "undecided"


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


def test_a_reading_that_fails_decides_beside_one_that_is_silent():
    """The claim is silent only where nothing of it fails."""
    silent = Contrast(
        *("C001", ARM, AGAINST, AGAINST, "ejection fraction", "larger effect"),
        *(None, False, "larger"),
    )
    failing = answer([contrast(), silent], seen(np.full(50, 40.0)), seen([40.0]))
    assert (failing.verdict, failing.speak) == ("disagrees", 50)


@pytest.mark.parametrize(("share", "flipped"), [(0.0, 50.0), (1.0, 50.0), (0.5, 50.0)])
def test_the_set_that_turns_a_verdict_differs_from_it(share, flipped):
    """Where the ensemble agrees and the central set doesn't, that one is named."""
    found = answered(share, flipped)
    assert found.flipped.verdict != found.verdict
    assert (found.flips == ()) is (share == 1.0)


def test_leaving_the_dead_band_is_no_news_of_a_donor():
    """What is read of a donor alone must change its sign to count as turned."""
    lower, higher = (donor_seen(value) for value in (0.97, 1.03))
    less = Contrast("C001", ARM, AGAINST, None, "secretion", "less", None, False, "")
    flips = (Flip("C001", "donor.exosome_share", "1", "1"),)
    start = donor_seen(0.5)
    many = donor_seen(np.full(50, 0.5))
    assert answer([less], many, start, lower, flips).basis == "built in"
    assert answer([less], many, start, higher, flips).basis == "predicted"


def donor_seen(ratio):
    """Two donors, of which the first releases `ratio` times what the other does."""
    ratio = np.atleast_1d(np.asarray(ratio, dtype=float))
    pair = ((ARM, 1000.0 * ratio), (AGAINST, np.full_like(ratio, 1000.0)))
    nothing = np.zeros_like(ratio)
    return {place: Seen({}, nothing, nothing, released(each)) for place, each in pair}


def released(rate):
    """A product of which only the donor's release is known."""
    return SimpleNamespace(secretion=SimpleNamespace(vesicles_per_cell_day=rate))


def test_without_a_set_untreated_animals_are_built_in_too():
    """Fitted alone makes no answer calibrated: something must be able to turn it."""
    values = seen(np.full(50, 60.0))
    assert model_answer([contrast()], values, seen([60.0]), ()).basis == "built in"


def test_what_holds_by_mechanism_adds_up():
    values = np.where(np.arange(40) % 2, 50.0, 40.0)
    labels = tuple("none" if k % 2 else "relay" for k in range(40))
    found = answer([contrast()], seen(values), seen([40.0]), labels=labels)
    assert found.by_mechanism == {"none": (20, 20), "relay": (20, 0)}


def test_a_review_shows_itself_and_draws_its_claims():
    """In a notebook: a table of claims, and a figure by the id of one."""
    found = review(draws=32, claims=["C028", "C144"])
    assert "C144" in found._repr_html_()
    assert figure(found, "C028")["description"].startswith("C028")
    with pytest.raises(InputError, match="C028"):
        figure(found, "C144")
