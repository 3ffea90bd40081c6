"""The stoichiometric account of a study: whether what arrives can be enough to act.

From a simulated study, arm by arm: vesicles given, those that cells of the heart get in
each zone, copies in a cell against copies needed, and which mechanisms could occupy
their targets. Nothing is solved here; what the model recorded is only added up. Read
next: :mod:`exoheart.heart.mechanisms.stoichiometry` (the arithmetic on draws) and
:mod:`exoheart.prediction.route_ledger` (the way of the dose).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

import numpy as np
import numpy.typing as npt

from exoheart import delivery
from exoheart.heart import mechanisms
from exoheart.heart.mechanisms import CellAccount, Interval
from exoheart.prediction.record import Prediction
from exoheart.prediction.sampling import REPORTED_CELLS
from exoheart.records.study import Arm
from exoheart.therapy import MECHANISMS, anchored

FloatArray = npt.NDArray[np.float64]
_GIGA = 1e9
_ZONE_WORDS = {
    "risk": "area at risk",
    "border": "border",
    "remote": "remote zone",
}
_CELL_WORDS = {
    "endothelial": "endothelial cell",
    "progenitor": "progenitor cell",
}


@dataclass(frozen=True, slots=True)
class BoundPeak:
    """The highest number of vesicles on one cell of a type, over time."""

    zone: str
    cell: str
    peak: Interval


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One printed line of an account."""

    arm: str
    quantity: str
    value: Interval


@dataclass(frozen=True, slots=True)
class ArmAccount:
    """The account of one treated arm: medians and 90 % intervals of all animals.

    Parameters
    ----------
    arm
        Its name.
    vesicles_given
        Vesicles of all its doses.
    vesicles_released
        Vesicles that living donor cells released by the end; zero where none are given.
    in_heart
        Vesicles that cells of the heart hold or have digested by the end.
    zones
        The same by zone: ``risk``, ``border``, ``remote``.
    cells
        Per cell of each group: vesicles taken up, copies at the peak, copies needed,
        shortfall.
    bound
        Per cell, by zone and type.
    able
        By mechanism, the share of draws in which its peak occupancy passes
        :data:`exoheart.heart.mechanisms.ABLE`.
    dissolved_ug
        Protein that comes dissolved with all doses [ug].
    dissolved_at_risk
        Highest dissolved protein in the area at risk [ug/g].
    """

    arm: str
    vesicles_given: Interval
    vesicles_released: Interval
    in_heart: Interval
    zones: Mapping[str, Interval]
    cells: tuple[CellAccount, ...]
    bound: tuple[BoundPeak, ...]
    able: Mapping[str, float]
    dissolved_ug: Interval
    dissolved_at_risk: Interval

    def rows(self) -> Iterator[AccountRow]:
        """Give the account line by line, in the order of the vesicles' way."""
        yield AccountRow(self.arm, "vesicles given", self.vesicles_given)
        if self.vesicles_released.high > 0.0:
            words = "vesicles released by living donor cells"
            yield AccountRow(self.arm, words, self.vesicles_released)
        yield AccountRow(self.arm, "vesicles in cells of the heart", self.in_heart)
        for zone, value in self.zones.items():
            words = f"vesicles in cells of the {_ZONE_WORDS[zone]}"
            yield AccountRow(self.arm, words, value)
        for one in self.cells:
            where = mechanisms.GROUPS[one.group]
            for words, value in (
                ("vesicles taken up per cell", one.vesicles_taken_up),
                ("copies per cell at the peak", one.peak_copies),
                ("copies needed per cell", one.copies_needed),
                ("shortfall (needed over reached)", one.shortfall),
            ):
                yield AccountRow(self.arm, f"{words}, {where}", value)
        for peak in self.bound:
            cell = _CELL_WORDS.get(peak.cell, peak.cell)
            words = f"peak bound per {cell}, {_ZONE_WORDS[peak.zone]}"
            yield AccountRow(self.arm, words, peak.peak)
        yield AccountRow(self.arm, "dissolved protein given, ug", self.dissolved_ug)
        words = "dissolved protein at the peak, area at risk, ug/g"
        yield AccountRow(self.arm, words, self.dissolved_at_risk)


@dataclass(frozen=True, slots=True)
class StoichiometricAccount:
    """The account of a study; shows itself as a table in a notebook or a terminal.

    Parameters
    ----------
    arms
        One account for each arm with a dose, in the order of the study.
    draws, falling
        Outer draws, and those in which very large doses act less than smaller ones.
    falling_weight
        Weight of such an answer before any data.
    threshold
        Peak occupancy above which a mechanism counts as able: a convention.
    """

    arms: tuple[ArmAccount, ...]
    draws: int
    falling: int
    falling_weight: float
    threshold: float = mechanisms.ABLE

    def arm(self, name: str) -> ArmAccount:
        """Give the account of one arm (KeyError where it has none)."""
        return {one.arm: one for one in self.arms}[name]

    def _lines(self) -> list[tuple[str, str, str, str]]:
        lines = []
        for one in self.arms:
            lines += [
                (
                    row.arm,
                    row.quantity,
                    f"{v.median:.3g}",
                    f"{v.low:.3g} to {v.high:.3g}",
                )
                for row in one.rows()
                for v in (row.value,)
            ]
            lines += [
                (one.arm, f"share of draws in which {name} can act", f"{share:.2f}", "")
                for name, share in one.able.items()
            ]
        return lines

    @property
    def falling_words(self) -> str:
        """Say in how many draws very large doses act less than smaller ones."""
        weight = f"{100 * self.falling_weight:.2g}\u00a0%"
        return (
            f"In {self.falling} of {self.draws} draws (weight {weight}, judged) very "
            "large doses act less than smaller ones; the shares above include this."
        )

    def _note(self) -> str:
        return (
            f"A mechanism can act where its peak occupancy passes {self.threshold:g}, "
            f"a convention. {self.falling_words} Research use only; not medical advice."
        )

    def __str__(self) -> str:
        head = ("Arm", "Quantity", "Median", "90 % interval")
        lines = [head, *self._lines()]
        widths = [max(len(line[k]) for line in lines) for k in range(len(head))]
        body = [
            "  ".join(
                text.ljust(width) for text, width in zip(line, widths, strict=True)
            )
            for line in lines
        ]
        return "\n".join([*(line.rstrip() for line in body), self._note()])

    def _repr_html_(self) -> str:
        head = "<tr><th>Arm</th><th>Quantity</th><th>Median</th><th>90 %</th></tr>"
        body = "".join(
            f"<tr><th scope='row'>{escape(arm)}</th><td>{escape(quantity)}</td>"
            f"<td>{median}</td><td>{interval}</td></tr>"
            for arm, quantity, median, interval in self._lines()
        )
        return f"<table>{head}{body}</table><p>{escape(self._note())}</p>"


def stoichiometric_account(prediction: Prediction) -> StoichiometricAccount:
    """Give the stoichiometric account of a simulated study.

    Parameters
    ----------
    prediction
        From :func:`exoheart.simulate`.

    Returns
    -------
    StoichiometricAccount
        Arms without a dose are left out; animals that no solver could solve too.

    Raises
    ------
    InputError
        No animal of an arm has a result.

    Examples
    --------
    >>> import exoheart
    >>> from exoheart.prediction import stoichiometric_account
    >>> study = exoheart.Study.load("study.toml")  # doctest: +SKIP
    >>> print(stoichiometric_account(exoheart.simulate(study)))  # doctest: +SKIP
    """
    return StoichiometricAccount(
        tuple(_arm(prediction, arm) for arm in dosed(prediction)),
        len(prediction.cohort.falling),
        sum(prediction.cohort.falling),
        prediction.priors["mechanism.falling_weight"].value,
    )


def dosed(prediction: Prediction) -> list[Arm]:
    """Give the arms that get a dose of anything."""
    return [arm for arm in prediction.study.arms if arm.dose is not None]


def starts(prediction: Prediction, arm: Arm) -> FloatArray:
    """Give when each dose of an arm starts [h after occlusion], shape (dose,)."""
    if arm.at is None:
        return np.empty(0)
    first = anchored(arm.at, prediction.study.animal.infarct)
    return np.asarray(first + arm.every_h * np.arange(arm.times), dtype=np.float64)


def started(prediction: Prediction, arm: Arm) -> FloatArray:
    """Give the starts of doses before the last sample [h], as :func:`given_by`."""
    found = starts(prediction, arm)
    return np.asarray(found[found < prediction.times[-1]])


def given_by(prediction: Prediction, arm: Arm) -> FloatArray:
    """Give what an arm has been given by each sample [1e9], shape (outer, 1, time).

    While an infusion lasts its whole dose counts as given.
    """
    dose = np.asarray(prediction.products.given[arm.name].giga, dtype=np.float64)
    count = (prediction.times[None, :] > starts(prediction, arm)[:, None]).sum(axis=0)
    return np.asarray(dose[:, None, None] * count[None, None, :])


def amounts(prediction: Prediction, arm: Arm) -> dict[str, FloatArray]:
    """Give every state with vesicles [1e9], each of shape (outer, animal, time)."""
    return {s: prediction.values(arm.name, s) for s in delivery.STATES}


def solved(prediction: Prediction, arm: Arm) -> npt.NDArray[np.bool_]:
    """Say which animals have a result, shape (outer, animal)."""
    found = prediction.values(arm.name, delivery.OWED)
    return np.asarray(np.isfinite(found).all(axis=-1))


def area(times: FloatArray, values: FloatArray) -> FloatArray:
    """Integrate over time, as an exponential where a value falls, else as a line.

    Amounts of a dose fall exponentially between samples that grow ever sparser; a plain
    trapezium would overrate them.

    Parameters
    ----------
    times, values : ndarray, shape (..., time)
        Broadcastable.

    Returns
    -------
    ndarray, shape (...,)

    Examples
    --------
    >>> times = np.array([0.0, 1.0, 3.0])
    >>> bool(np.isclose(area(times, np.exp(-times)), 1.0 - np.exp(-3.0)))
    True
    """
    first, last = np.maximum(values[..., :-1], 0.0), np.maximum(values[..., 1:], 0.0)
    falls = (last > 0.0) & (last < first * (1.0 - 1e-9))
    ratio = np.divide(first, last, out=np.full_like(first, np.e), where=falls)
    mean = np.where(falls, (first - last) / np.log(ratio), 0.5 * (first + last))
    return np.asarray(np.sum(mean * np.diff(times, axis=-1), axis=-1))


def by_zone(prediction: Prediction, arm: Arm) -> dict[str, FloatArray]:
    """Give the vesicles that cells of each zone hold or have digested by the end [1e9].

    What the heart has digested is one number in the model; it is divided by how much
    was inside the cells of each zone over time, since all digest at one rate.

    Returns
    -------
    dict of zone to ndarray, shape (outer, animal)
    """
    held = amounts(prediction, arm)
    inside = {
        zone: area(prediction.times, held[f"delivery_internalised_{zone}"])
        for zone in delivery.ZONES
    }
    whole = np.sum(list(inside.values()), axis=0)
    digested = held["delivery_degraded_heart"][..., -1]
    found = {}
    for zone in delivery.ZONES:
        states = (
            f"delivery_endothelium_{zone}",
            f"delivery_internalised_{zone}",
            *(f"delivery_bound_{zone}_{cell}" for cell in delivery.CELLS),
        )
        share = np.divide(
            inside[zone], whole, out=np.zeros_like(whole), where=whole > 0
        )
        on_cells = np.sum([held[state][..., -1] for state in states], axis=0)
        found[zone] = np.maximum(on_cells + share * digested, 0.0)
    return found


def _arm(prediction: Prediction, arm: Arm) -> ArmAccount:
    usable = solved(prediction, arm)
    zones = {z: v[usable] for z, v in by_zone(prediction, arm).items()}
    released = -prediction.values(arm.name, delivery.OWED)[..., -1][usable]
    given = np.broadcast_to(given_by(prediction, arm)[..., -1], usable.shape)[usable]
    dissolved = prediction.values(arm.name, "port_soluble_risk")[usable]
    doses = len(started(prediction, arm))
    protein = prediction.products.given[arm.name].soluble_ug * doses
    return ArmAccount(
        arm=arm.name,
        vesicles_given=Interval.of(_GIGA * given),
        vesicles_released=Interval.of(_GIGA * np.maximum(released, 0.0)),
        in_heart=Interval.of(_GIGA * np.sum(list(zones.values()), axis=0)),
        zones={zone: Interval.of(_GIGA * value) for zone, value in zones.items()},
        cells=_cells(prediction, arm, usable),
        bound=_bound(prediction, arm, usable),
        able=mechanisms.able_shares(_occupancy(prediction, arm, usable)),
        dissolved_ug=Interval.of(protein),
        dissolved_at_risk=Interval.of(np.maximum(dissolved.max(axis=-1), 0.0)),
    )


def _cells(
    prediction: Prediction, arm: Arm, usable: npt.NDArray[np.bool_]
) -> tuple[CellAccount, ...]:
    def recorded(what: str, group: str) -> FloatArray:
        found = prediction.values(arm.name, f"mechanism_cargo_{what}_{group}")
        return np.maximum(found[usable], 0.0)

    taken = {group: recorded("taken_up", group)[:, -1] for group in mechanisms.GROUPS}
    peaks = {g: recorded("cytosol", g).max(axis=-1) for g in mechanisms.GROUPS}
    outer = prediction.cohort.draws.outer(0, len(usable))["mechanism_copies_needed"]
    needed = np.broadcast_to(outer[:, None], usable.shape)[usable]
    return mechanisms.account(taken, peaks, needed)


def _bound(
    prediction: Prediction, arm: Arm, usable: npt.NDArray[np.bool_]
) -> tuple[BoundPeak, ...]:
    found = []
    for zone, cell in REPORTED_CELLS:
        bound = prediction.values(arm.name, f"port_bound_{zone}_{cell}")[usable]
        peak = np.maximum(bound.max(axis=-1), 0.0)
        found.append(BoundPeak(zone, cell, Interval.of(peak)))
    return tuple(found)


def _occupancy(
    prediction: Prediction, arm: Arm, usable: npt.NDArray[np.bool_]
) -> dict[str, FloatArray]:
    """Give each mechanism's peak occupancy over time and signals, (animal,)."""
    found = {}
    for name in MECHANISMS:
        curves = [
            prediction.values(arm.name, f"mechanism_{name}_occupancy_{signal}")[usable]
            for signal in mechanisms.SIGNALS
        ]
        found[name] = np.max(curves, axis=(0, 2))
    return found
