"""The members of a study: parameters, schedules and sample times of any block of them.

Members are ordered by arm, then outer draw, then animal. The animals of an arm are the
same animals as those of every other arm (same streams), so arms differ by treatment
only; a simulated trial later picks different ones for each arm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from exoheart.delivery import Amounts, require_closure, route_settings
from exoheart.delivery.routes import dose_columns
from exoheart.engine import Block, Model
from exoheart.engine.members import Actions, Schedule
from exoheart.heart.protocol import infarct_columns
from exoheart.records.study import Infarct, Moment
from exoheart.therapy.draws import Draws
from exoheart.therapy.model import MECHANISMS, PRODUCT_INPUTS, SCHEDULED

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
WholeArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Size:
    """How many outer draws, and how many animals in each."""

    outer: int
    animals: int

    @property
    def members(self) -> int:
        """Members of one arm."""
        return self.outer * self.animals


@dataclass(frozen=True, slots=True)
class ArmPlan:
    """What one arm gets.

    Parameters
    ----------
    name
        Of the arm.
    giga : ndarray, shape (outer,), or None
        Intact vesicles in one dose [1e9]; None where nothing is given.
    solute, cells : ndarray, shape (outer,), or None
        Dissolved molecules and living cells in one dose [1e9]; None for none of them.
    route, at, over_h, every_h, times, delivery
        As in :class:`exoheart.records.study.Arm`.
    inputs
        By text id, what the product hands over, each of shape (outer,).
    """

    name: str
    giga: FloatArray | None = None
    solute: FloatArray | None = None
    cells: FloatArray | None = None
    route: str | None = None
    at: Moment | None = None
    over_h: float = 0.0
    every_h: float = 0.0
    times: int = 1
    delivery: Mapping[str, str | float] = field(default_factory=dict)
    inputs: Mapping[str, FloatArray] = field(default_factory=dict)

    @property
    def treated(self) -> bool:
        """Whether anything is given."""
        return self.giga is not None

    def amounts(self, outer: int | WholeArray) -> Amounts:
        """Give what one dose holds in one outer draw, or in each of some."""
        each = (self.giga, self.solute, self.cells)
        nothing = np.zeros(np.shape(outer))[()]
        return Amounts(*(nothing if one is None else one[outer] for one in each))


def own_times(times: FloatArray, median_h: float, own_h: FloatArray) -> FloatArray:
    """Give sample times of animals whose occlusion differs from the study's.

    Moments under occlusion keep their share of it, later ones their distance from
    reperfusion.

    Parameters
    ----------
    times : ndarray, shape (t,)
        For the study's own occlusion [h after its onset].
    median_h
        The study's occlusion [h].
    own_h : ndarray, shape (n,)
        Occlusion of each animal [h].

    Returns
    -------
    ndarray, shape (n, t)

    Examples
    --------
    >>> own_times(np.array([0.5, 2.0]), 1.0, np.array([1.0, 3.0])).tolist()
    [[0.5, 2.0], [1.5, 4.0]]
    """
    under = times[None, :] * (own_h / median_h)[:, None]
    after = times[None, :] + (own_h - median_h)[:, None]
    return np.where(times < median_h, under, after)


def anchored(moment: Moment, infarct: Infarct) -> float:
    """Give a moment in hours after the onset of occlusion."""
    if moment.anchor == "occlusion" or infarct.occlusion_h is None:
        return moment.offset_h
    return infarct.occlusion_h + moment.offset_h


def occluded(infarct: Infarct, at_h: float) -> bool:
    """Whether the infarct artery is shut at a time [h after occlusion].

    Examples
    --------
    >>> occluded(Infarct("ischaemia-reperfusion", 1.5), 2.0)
    False
    """
    end = np.inf if infarct.occlusion_h is None else infarct.occlusion_h
    return bool(_shut(infarct.model, np.array(end), np.array(at_h)))


def _shut(model: str, end_h: FloatArray, at_h: FloatArray) -> BoolArray:
    """Whether arteries that open at `end_h` are shut at a time, shape of `at_h`."""
    return np.asarray((model != "none") & (at_h >= 0.0) & (at_h < end_h))


@dataclass(frozen=True)
class Cohort:
    """A source of members for the engine: every arm, outer draw and animal.

    Parameters
    ----------
    model
        The joined model.
    draws
        Parameter values.
    size
        Outer draws and animals per arm.
    labels
        Mechanism of each outer draw.
    falling
        Whether the answer falls at a high dose, in each outer draw.
    infarct
        How the infarct is made.
    arms
        What each arm gets.
    sample_times : ndarray, shape (t,)
        Ascending [h after occlusion].
    weights
        By mechanism, a weight that is the same in every member; None where each outer
        draw has the mechanism of its label alone.
    """

    model: Model
    draws: Draws
    size: Size
    labels: tuple[str, ...]
    falling: tuple[bool, ...]
    infarct: Infarct
    arms: tuple[ArmPlan, ...]
    sample_times: FloatArray
    weights: Mapping[str, float] | None = None

    def __len__(self) -> int:
        return len(self.arms) * self.size.members

    def block(self, first: int, count: int) -> Block:
        """Make members `first` to ``first + count - 1``.

        Raises
        ------
        InputError
            A draw leaves the rest of the body a negative flow or blood volume, or a
            zone no mass.
        """
        parameters: list[FloatArray] = []
        sampled: list[FloatArray] = []
        actions: list[Actions] = []
        done = 0
        while done < count:
            arm, start = divmod(first + done, self.size.members)
            part = min(count - done, self.size.members - start)
            values = self._values(self.arms[arm], start, part)
            own = self._occlusions(values)
            sampled.append(self._times(own, part))
            parameters.append(
                np.column_stack([values[id_] for id_ in self.model.parameters])
            )
            outer = np.arange(start, start + part) // self.size.animals
            rows = self._schedule(self.arms[arm], values, outer, own)
            actions += [replace(row, member=row.member + done) for row in rows]
            done += part
        table = np.concatenate(parameters)
        initial = self.model.initial(table)
        schedule = Schedule.joined(actions)
        return Block(table, initial, schedule, np.concatenate(sampled))

    def _occlusions(self, values: Mapping[str, FloatArray]) -> FloatArray | None:
        """Give each animal's occlusion [h]: patients are opened sooner or later."""
        if self.infarct.occlusion_h is None:
            return None
        return self.infarct.occlusion_h * values["heart_occlusion_spread"]

    def _times(self, own: FloatArray | None, count: int) -> FloatArray:
        if self.infarct.occlusion_h is None or own is None:
            return np.tile(self.sample_times, (count, 1))
        return own_times(self.sample_times, self.infarct.occlusion_h, own)

    def _values(self, arm: ArmPlan, start: int, count: int) -> dict[str, FloatArray]:
        """Give every parameter of some animals, by text id, each of shape (count,)."""
        animal = np.arange(start, start + count)
        outer = animal // self.size.animals
        values = self.draws.animals(outer, animal)
        values |= geometry(values)
        require_closure(values)
        values |= {id_: np.full(count, value) for id_, value in SCHEDULED.items()}
        for mechanism in MECHANISMS:
            of_outer = self._weights(mechanism)
            values[f"mechanism_weight_{mechanism}"] = of_outer[outer]
        values["mechanism_falling"] = np.array(self.falling, float)[outer]
        for id_, absent in PRODUCT_INPUTS.items():
            given = arm.inputs.get(id_)
            values[id_] = np.full(count, absent) if given is None else given[outer]
        route = arm.route if arm.treated else None
        return values | route_settings(route, arm.delivery, values)

    def _weights(self, mechanism: str) -> FloatArray:
        """Give the weight of one mechanism in each outer draw, shape (outer,)."""
        if self.weights is not None:
            return np.full(self.size.outer, self.weights[mechanism])
        return np.array([label == mechanism for label in self.labels], float)

    def _moments(
        self, moment: Moment, own: FloatArray | None, count: int
    ) -> FloatArray:
        """Give each animal's time of a dose; what counts from occlusion moves too."""
        median = self.infarct.occlusion_h
        if median is None or own is None:
            return np.full(count, moment.offset_h)
        if moment.anchor == "reperfusion":
            return own + moment.offset_h
        return own_times(np.array([moment.offset_h]), median, own)[:, 0]

    def _schedule(
        self,
        arm: ArmPlan,
        values: Mapping[str, FloatArray],
        outer: WholeArray,
        own: FloatArray | None,
    ) -> list[Actions]:
        """Give the schedules of the animals of some outer draws, an entry each."""
        count, model = len(outer), self.infarct.model
        rows = list(infarct_columns(model, own, values))
        if not arm.treated or arm.at is None or arm.route is None:
            return rows
        dose = arm.amounts(outer)
        first = self._moments(arm.at, own, count)
        end = np.full(count, np.inf) if own is None else own
        for number in range(arm.times):
            at = first + number * arm.every_h
            rows += dose_columns(
                arm.route,
                dose,
                at,
                arm.over_h,
                arm.delivery,
                values,
                flow=~_shut(model, end, at),
            )
        return rows


def geometry(values: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """Give the mass of each zone [g] from the shares of the left ventricle.

    Shares that leave the remote zone nothing are refused by
    :func:`exoheart.delivery.require_closure`, not trimmed here.
    """
    whole = values["anatomy_left_ventricle_mass"]
    risk = values["anatomy_area_at_risk"]
    border = values["anatomy_border_share"]
    return {
        "anatomy_risk_mass": risk * whole,
        "anatomy_border_mass": border * whole,
        "anatomy_remote_mass": (1.0 - risk - border) * whole,
    }
