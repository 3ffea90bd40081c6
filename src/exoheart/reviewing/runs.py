"""Solving the scenarios: every arm that a claim reads, in every parameter set.

A parameter set is one outer draw with one animal; the sets are the same for all arms of
a scenario and, where a parameter is shared, of all scenarios. Every lot is the median
one: two products differ by what was done to them, not by the luck of their lots. Beside
the ensemble each scenario is solved for its central animal, as shipped or with some
values replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from exoheart.engine import solve
from exoheart.errors import Fault, StudyError
from exoheart.prediction import prepare
from exoheart.prediction.central import at_median, central
from exoheart.prediction.run import Setting
from exoheart.records.override import Override
from exoheart.records.prior import Priors
from exoheart.records.study import Moment, Study
from exoheart.reviewing.quantities import RECORDED, Seen
from exoheart.reviewing.tables import MECHANISM, ArmAt, Contrast, Flip, scenario
from exoheart.study import priors_for
from exoheart.study.faults import Reader
from exoheart.therapy import MECHANISMS, Size, anchored

FloatArray = npt.NDArray[np.float64]
Progress = Callable[[int, int], None]
#: Animals of an outer draw as `prepare` splits members.
_PER_DRAW = 8
_SOURCE = "a parameter set of the prior that turns the answer to a claim"


@dataclass(frozen=True)
class Wanted:
    """The arms and moments of one scenario that some contrasts read."""

    study: Study
    arms: tuple[str, ...]
    moments: tuple[str, ...]


def wanted(contrasts: Iterable[Contrast]) -> dict[str, Wanted]:
    """Give by scenario what is to be solved, in the order of first use."""
    arms: dict[str, dict[str, None]] = {}
    moments: dict[str, dict[str, None]] = {}
    for one in (arm for contrast in contrasts for arm in contrast.arms):
        arms.setdefault(one.scenario, {})[one.arm] = None
        moments.setdefault(one.scenario, {})[one.at] = None
    return {
        name: Wanted(scenario(name), tuple(arms[name]), tuple(moments[name]))
        for name in arms
    }


def ensemble(
    name: str, one: Wanted, draws: int, seed: int, workers: int
) -> tuple[Setting, dict[ArmAt, Seen]]:
    """Solve the arms of a scenario in every parameter set.

    Returns
    -------
    setting
        The scenario with its draws.
    seen
        By arm and moment, arrays of shape (draw,).
    """
    setting = prepare(
        one.study,
        seed,
        draws * _PER_DRAW,
        priors=_median_lots(priors_for(one.study)),
        recorded=RECORDED,
    )
    setting = replace(setting, size=Size(draws, 1))
    return setting, _seen(name, one, setting, workers)


def at_centre(name: str, one: Wanted, flips: Sequence[Flip] = ()) -> dict[ArmAt, Seen]:
    """Solve the arms of a scenario for its central animal, with some values replaced.

    Raises
    ------
    InputError
        A value's parameter is unknown, or its unit can't be turned.
    """
    own = [flip for flip in flips if flip.parameter != MECHANISM]
    study = replace(one.study, overrides=(*one.study.overrides, *map(_override, own)))
    setting = central(prepare(study, 0, 2 * _PER_DRAW, recorded=RECORDED))
    for flip in flips:
        if flip.parameter == MECHANISM:
            alone = {m: float(m == flip.value) for m in MECHANISMS}
            setting = replace(setting, weights=alone)
    return _seen(name, one, setting, 1)


def _median_lots(priors: Priors) -> Priors:
    """Leave no difference between lots."""
    rows = {
        id_: at_median(row) if row.layer == "lot" else row
        for id_, row in priors.rows.items()
    }
    return Priors(rows, priors.correlation)


def _override(flip: Flip) -> Override:
    return Override(flip.parameter, float(flip.value), None, flip.unit, _SOURCE)


def _seen(name: str, one: Wanted, setting: Setting, workers: int) -> dict[ArmAt, Seen]:
    plans = [setting.products.plan(one.study.arm(arm)) for arm in one.arms]
    infarct = one.study.animal.infarct
    at_h = [anchored(moment(words), infarct) for words in one.moments]
    times = np.unique(at_h)
    solution = solve(setting.model, setting.cohort(plans, times), workers=workers)
    size = setting.size.outer
    found = {}
    for place, (arm, plan) in enumerate(zip(one.arms, plans, strict=True)):
        rows = slice(place * size, (place + 1) * size)
        for words, hours in zip(one.moments, at_h, strict=True):
            sample = int(np.searchsorted(times, hours))
            states = {id_: solution[id_][rows, sample] for id_ in RECORDED}
            product = one.study.arm(arm).product
            supply = setting.products.supplies.get(product or "")
            found[ArmAt(name, arm, words)] = Seen(
                states, _amount(plan.giga, size), _amount(plan.cells, size), supply
            )
    return found


def _amount(given: FloatArray | None, size: int) -> FloatArray:
    return np.zeros(size) if given is None else given


def moment(words: str) -> Moment:
    """Read a moment in a study file's words.

    Raises
    ------
    StudyError
        It is no moment.
    """
    reader = Reader()
    found = reader.moment("at", words)
    if found is None:
        raise StudyError("contrasts", reader.faults or [Fault("at", words, "a moment")])
    return found


def failed(seen: Mapping[ArmAt, Seen]) -> int:
    """Count the parameter sets in which some arm has no result."""
    bad = [~np.isfinite(s) for one in seen.values() for s in one.states.values()]
    return int(np.any(bad, axis=0).sum())


__all__ = ["Wanted", "at_centre", "ensemble", "failed", "moment", "wanted"]
