"""When a claim's contrast holds: in each parameter set, by a margin.

Two arms count as different when they differ by more than a twentieth (assumed: the
dead band that published perturbations are compared with). The margin is above zero
where the relation holds; how far says how clear it is. Read next:
:mod:`exoheart.reviewing.answer`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from exoheart.reviewing.quantities import QUANTITIES, Seen
from exoheart.reviewing.tables import ArmAt, Contrast

FloatArray = npt.NDArray[np.float64]
#: Arms that differ by less than this share of the other one count as alike: assumed,
#: as for published perturbations.
DEAD_BAND = 0.05
#: Two effects are alike where one is at most this many times the other: assumed.
ALIKE = 2.0


@dataclass(frozen=True)
class Read:
    """One contrast in every parameter set.

    Parameters
    ----------
    contrast
        What was read.
    unit
        Of the values.
    arm, against : ndarray, shape (draw,)
        Values of the two arms; `against` is the threshold where there is no arm. For a
        relation between effects both are effects.
    margin : ndarray, shape (draw,)
        Above zero where the relation holds; NaN where a solve failed, and for effects
        where neither arm has one.
    scale : ndarray, shape (draw,)
        What differences are divided by: the other arm, or the control of effects.
    """

    contrast: Contrast
    unit: str
    arm: FloatArray
    against: FloatArray
    margin: FloatArray
    scale: FloatArray

    @property
    def difference(self) -> FloatArray:
        """The arm less the other one, over its scale [%], shape (draw,).

        Effects are compared by their size, so that a larger one is above zero.
        """
        arm, against = self.arm, self.against
        if self.contrast.control is not None:
            arm, against = np.abs(arm), np.abs(against)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(100.0 * (arm - against) / self.scale)


def read(contrast: Contrast, seen: Mapping[ArmAt, Seen]) -> Read:
    """Read one contrast.

    Parameters
    ----------
    contrast
        What to read.
    seen
        Of every arm and moment that it names.
    """
    quantity = QUANTITIES[contrast.quantity]
    values = [quantity.read(seen[one]) for one in contrast.arms]
    if contrast.threshold is not None:
        values.append(np.full_like(values[0], contrast.threshold))
    arm, against = values[0], values[1]
    scale = np.abs(against)
    if contrast.control is not None:
        control = values[2]
        arm, against, scale = arm - control, against - control, np.abs(control)
    rule = _RULES[contrast.relation]
    with np.errstate(divide="ignore", invalid="ignore"):
        margin = rule(arm, against, scale)
    return Read(contrast, quantity.unit, arm, against, np.asarray(margin), scale)


def _relative(arm: FloatArray, against: FloatArray, scale: FloatArray) -> FloatArray:
    """Give the arm less the other one, over a scale; nothing where they are equal."""
    return np.where(arm == against, 0.0, (arm - against) / scale)


def _less(arm: FloatArray, against: FloatArray, scale: FloatArray) -> FloatArray:
    return -_relative(arm, against, scale) - DEAD_BAND


def _more(arm: FloatArray, against: FloatArray, scale: FloatArray) -> FloatArray:
    return _relative(arm, against, scale) - DEAD_BAND


def _not_more(arm: FloatArray, against: FloatArray, scale: FloatArray) -> FloatArray:
    return -_more(arm, against, scale)


def _same(arm: FloatArray, against: FloatArray, scale: FloatArray) -> FloatArray:
    return DEAD_BAND - np.abs(_relative(arm, against, scale))


def _different(arm: FloatArray, against: FloatArray, scale: FloatArray) -> FloatArray:
    return -_same(arm, against, scale)


def _above(arm: FloatArray, against: FloatArray, scale: FloatArray) -> FloatArray:
    return (arm - against) / scale


def _below(arm: FloatArray, against: FloatArray, scale: FloatArray) -> FloatArray:
    return (against - arm) / scale


def _similar(arm: FloatArray, against: FloatArray, scale: FloatArray) -> FloatArray:
    """Tell whether both act the same way, and one at most twice as much."""
    apart = np.log(ALIKE) - np.abs(np.log(np.abs(arm) / np.abs(against)))
    alike = np.where(np.sign(arm) == np.sign(against), apart, -1.0)
    return _comparable(alike, arm, against, scale)


def _larger(arm: FloatArray, against: FloatArray, scale: FloatArray) -> FloatArray:
    """Tell whether an effect is larger by more than a twentieth of the larger one."""
    most = np.maximum(np.abs(arm), np.abs(against))
    more = (np.abs(arm) - np.abs(against)) / most - DEAD_BAND
    return _comparable(more, arm, against, scale)


def _smaller(arm: FloatArray, against: FloatArray, scale: FloatArray) -> FloatArray:
    return _larger(against, arm, scale)


def _comparable(
    margin: FloatArray, arm: FloatArray, against: FloatArray, scale: FloatArray
) -> FloatArray:
    """Give a margin where at least one arm acts; without an effect there is none."""
    acts = np.maximum(np.abs(arm), np.abs(against)) / scale > DEAD_BAND
    return np.where(acts, margin, np.nan)


_RULES: Mapping[str, Callable[[FloatArray, FloatArray, FloatArray], FloatArray]] = {
    "less": _less,
    "more": _more,
    "not more": _not_more,
    "same": _same,
    "different": _different,
    "above": _above,
    "below": _below,
    "similar effect": _similar,
    "larger effect": _larger,
    "smaller effect": _smaller,
}
