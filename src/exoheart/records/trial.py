"""What a trial is drawn from and what comes out: the pool and the trials.

A :class:`Pool` holds solved animals, so thousands of trials need no further solve.
Built by :mod:`exoheart.plan` from a therapy ensemble; read by
:mod:`exoheart.trial` and :mod:`exoheart.decision`. Read next:
:mod:`exoheart.trial.simulate`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from exoheart.errors import InputError
from exoheart.records.study import Endpoint, Study

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Better = Literal["lower", "higher", "none"]


@dataclass(frozen=True, slots=True)
class PoolEndpoint:
    """An endpoint with what the trial needs to know of it.

    Parameters
    ----------
    endpoint
        As the study file has it.
    unit
        Of the values, for example ``%``.
    better
        Which way is good for the animal; ``none`` where neither is.
    at_h
        Median moment [h after occlusion].
    """

    endpoint: Endpoint
    unit: str
    better: Better
    at_h: float = float("nan")

    @property
    def difference_unit(self) -> str:
        """Unit of a difference: points where the endpoint is in per cent."""
        return "points" if self.unit == "%" else self.unit

    @property
    def sign(self) -> float:
        """+1 where higher is better, -1 where lower is, 0 where neither is."""
        return {"higher": 1.0, "lower": -1.0, "none": 0.0}[self.better]

    @property
    def key(self) -> str:
        """Text that names this endpoint's random stream."""
        end = self.endpoint
        return f"{end.quantity}|{end.of or ''}|{end.at.words}|{end.method}"


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """How one endpoint is misread.

    A reading is true value + error; the error is normal with standard deviation
    `size` (kind ``sd``) or `size` times the true value (``cv``). A reading beyond
    [`low`, `high`] is read as that end of the scale: it is clipped, not reflected,
    as an instrument or a percentage does. Clipping makes readings near an end
    slightly less spread and pulls their mean inwards.

    Parameters
    ----------
    kind
        ``sd``, ``cv`` or ``none``.
    size : (outer,) ndarray
        In the endpoint's unit (``sd``) or 1 (``cv``); one error size an outer draw,
        since a laboratory keeps its reader.
    low, high
        Ends of the scale, in the endpoint's unit.
    """

    kind: Literal["sd", "cv", "none"]
    size: FloatArray
    low: float = -np.inf
    high: float = np.inf


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Animals that were solved, before chance and readers touch them.

    Animal `k` of an outer draw is the same animal in every arm (common random
    numbers), so differences between arms are sharper than the arms themselves.

    Parameters
    ----------
    arms
        Names, as in the study.
    endpoints
        In the order of the last axis of `true`.
    true : (arm, outer, animal, endpoint) ndarray
        Noise-free values in the endpoints' units; NaN where a member failed.
    noise
        One :class:`Noise` an endpoint.
    mechanisms
        One label an outer draw: the mechanism that was switched on.
    attrition : (outer,) ndarray
        Share of allocated animals that bring no result, one an outer draw.

    Raises
    ------
    InputError
        Shapes don't fit together, or a share of attrition is outside [0, 1).
    """

    arms: tuple[str, ...]
    endpoints: tuple[PoolEndpoint, ...]
    true: FloatArray
    noise: tuple[Noise, ...]
    mechanisms: tuple[str, ...]
    attrition: FloatArray

    def __post_init__(self) -> None:
        outer = len(self.mechanisms)
        met = np.shape(self.true)
        wanted = (len(self.arms), outer, len(self.endpoints))
        fits = len(met) == 4 and (met[0], met[1], met[3]) == wanted
        sizes = [np.shape(noise.size) for noise in self.noise]
        if not fits or len(sizes) != len(self.endpoints):
            raise InputError(
                f"pool: values of shape {met} and {len(sizes)} noises; allowed: shape "
                f"(arm {wanted[0]}, outer {wanted[1]}, animal, endpoint {wanted[2]}) "
                "and a noise an endpoint"
            )
        if {*sizes, np.shape(self.attrition)} != {(outer,)}:
            raise InputError(
                f"pool: noise sizes of shape {sizes} and attrition of shape "
                f"{np.shape(self.attrition)}; allowed: ({outer},), one an outer draw"
            )
        if not np.all((self.attrition >= 0) & (self.attrition < 1)):
            raise InputError(
                f"pool: attrition up to {np.max(self.attrition):g}; allowed: shares "
                "from 0 to below 1; give the share of animals lost"
            )

    @property
    def valid(self) -> BoolArray:
        """Which animals were solved in every arm, shape (outer, animal).

        An animal that failed in one arm is left out of all: otherwise the arms'
        populations would differ by more than the treatment.
        """
        return np.asarray(np.isfinite(self.true).all(axis=(0, 3)))

    @property
    def usable(self) -> IntArray:
        """Outer draws with at least two animals, the others can't be sampled."""
        return np.flatnonzero(self.valid.sum(axis=1) >= 2)

    def index(self, endpoint: Endpoint) -> int:
        """Give the position of a study's endpoint.

        Raises
        ------
        InputError
            The pool doesn't hold this endpoint.
        """
        known = [item.endpoint for item in self.endpoints]
        if endpoint not in known:
            raise InputError(
                f"endpoint {endpoint.label!r} is not in the pool; it holds: "
                f"{'; '.join(item.label for item in known)}; solve it first"
            )
        return known.index(endpoint)

    def comparisons(self, study: Study) -> tuple[tuple[int, int], ...]:
        """Give (treated, control) positions of every treated arm with a control."""
        found = []
        for position, name in enumerate(self.arms):
            control = study.control_of(study.arm(name))
            if control is not None:
                found.append((position, self.arms.index(control.name)))
        return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """Many simulated trials of one study.

    Parameters
    ----------
    pool
        What they were drawn from.
    outer : (trial,) ndarray
        Outer draw of each trial, shared by its arms.
    left : (trial, arm) ndarray
        Animals with a result.
    mean, variance : (trial, arm, endpoint) ndarray
        Of the readings of a group, independent between arms; NaN where fewer than 1
        (mean) or 2 (variance) are left. Variance with n - 1, in the endpoint's unit
        squared.
    alone, animal : (trial, arm, endpoint) ndarray
        Mean of a group, and the reading of one animal (lost or not), for what is said
        of an arm by itself: drawn with the same random numbers in every arm, so that
        arms with the same values give the same numbers. Never compare arms by these.
    primary : (trial, arm, slot) ndarray
        Every reading of the primary endpoint; NaN where lost or beyond the arm's n.
    """

    pool: Pool
    outer: IntArray
    left: IntArray
    mean: FloatArray
    variance: FloatArray
    alone: FloatArray
    animal: FloatArray
    primary: FloatArray

    def __len__(self) -> int:
        return len(self.outer)

    def by_outer(self, values: npt.ArrayLike) -> FloatArray:
        """Average (trial,) values within each outer draw that was used, (draw,)."""
        given = np.asarray(values, dtype=np.float64)
        _, draw = np.unique(self.outer, return_inverse=True)
        return np.bincount(draw, weights=given) / np.bincount(draw)
