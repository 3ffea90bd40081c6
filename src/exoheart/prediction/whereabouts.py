"""Where the dose goes over time: shares of the dose by place, vesicles per cell.

One step after a simulated study. In: its prediction. Out: :class:`Where`, plain records
that the command line, the page and a figure show alike. Shares are of the vesicles
given (or, for living cells, released) so far; what is digested or outside is
cumulative, all else momentary. Read next: :mod:`exoheart.delivery.account`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart import delivery
from exoheart.errors import InputError
from exoheart.heart import mechanisms
from exoheart.prediction.account import amounts, dosed, given_by, started, starts
from exoheart.prediction.label import read_label
from exoheart.prediction.record import Prediction
from exoheart.prediction.sampling import TOLD
from exoheart.records.study import Arm

FloatArray = npt.NDArray[np.float64]
#: Shares below this are no more than the solver's own error.
RESOLVED = 1e-9


@dataclass(frozen=True, slots=True)
class Range:
    """Median and central 90 % of the members; None where there is none."""

    median: float | None
    interval90: tuple[float | None, float | None]

    @classmethod
    def of(cls, draws: FloatArray) -> Range:
        """Summarise draws of any shape, failed members left out."""
        flat = np.ravel(draws)
        flat = flat[np.isfinite(flat)]
        if not flat.size:
            return cls(None, (None, None))
        low, median, high = np.quantile(
            flat, (0.05, 0.5, 0.95), method="inverted_cdf"
        ).tolist()
        return cls(median, (low, high))


@dataclass(frozen=True, slots=True)
class Place:
    """The share of the dose in one place, one range for each moment of the arm."""

    place: str
    shares: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class CellLoad:
    """Vesicles that one cell of a group has taken up by the end."""

    cell: str
    taken_up: Range


@dataclass(frozen=True, slots=True)
class ArmWhere:
    """Where the dose of one arm goes.

    Parameters
    ----------
    arm, route, dose, form
        In the words of the study.
    given
        Vesicles in all doses, released ones included, by the end [1].
    after_h
        Moments [h after the first dose], the last one the end of the study.
    places
        Where intact vesicles are and what became of the others.
    label
        What a camera or counter would read by organ, where a label was asked for.
    zone_mass
        Median share of the left ventricle of each zone.
    cells
        Vesicles taken up per cell, by group of cells.
    infused
        Whether a dose lasts, rather than being given at once.
    nothing
        Why there is no vesicle to follow, `places` and `cells` then being empty; None
        where there is.
    """

    arm: str
    route: str
    dose: str
    form: str
    given: Range
    after_h: tuple[float, ...]
    places: tuple[Place, ...]
    label: tuple[Place, ...]
    zone_mass: dict[str, float]
    cells: tuple[CellLoad, ...]
    infused: bool
    nothing: str | None


@dataclass(frozen=True, slots=True)
class Where:
    """Where the doses of a study go; `label` names the tag that was asked for."""

    title: str
    species: str
    label: str | None
    kinds: dict[str, int]
    arms: tuple[ArmWhere, ...]

    def to_json(self) -> dict[str, Any]:
        """Give ``where`` of the document of ``simulate --where --json``."""
        return asdict(self)


def where(prediction: Prediction, label: str | None = None) -> Where:
    """Say where the dose of each treated arm goes.

    Parameters
    ----------
    prediction
        From :func:`exoheart.prediction.simulate`.
    label
        Name of a tag, to add what it would show; None for the vesicles alone.

    Returns
    -------
    Where

    Raises
    ------
    InputError
        No arm of the study has a dose, or the tag is unknown.
    """
    study = prediction.study
    arms = dosed(prediction)
    if not arms:
        raise InputError(
            f"{study.name}: met no arm with a dose; allowed: a study with a treated "
            "arm; leave --where out"
        )
    return Where(
        title=study.title,
        species=study.animal.species,
        label=label,
        kinds=_kinds(prediction),
        arms=tuple(_arm(prediction, arm, label) for arm in arms),
    )


def _kinds(prediction: Prediction) -> dict[str, int]:
    """Count the kinds of the numbers that delivery was drawn from."""
    counted: dict[str, int] = {}
    for id_ in prediction.cohort.draws.parameters:
        prior = prediction.priors[id_]
        if id_.startswith(("delivery.", "uptake.", "variation.delivery")):
            kind = "user" if prior.overridden else prior.kind
            counted[kind] = counted.get(kind, 0) + 1
    return dict(sorted(counted.items()))


def _arm(prediction: Prediction, arm: Arm, label: str | None) -> ArmWhere:
    first = float(starts(prediction, arm)[0])
    chosen = _moments(prediction.times, first)
    held = amounts(prediction, arm)
    dose = given_by(prediction, arm)
    nothing = nothing_brought(prediction, arm)
    shares, read = {}, {}
    if nothing is None:
        shares = delivery.fate_shares(held, dose)
        shares.pop("unaccounted")
        read = {} if label is None else read_label(prediction, arm, label)
    product = prediction.study.products[arm.product or ""]
    return ArmWhere(
        arm=arm.name,
        route=arm.route or "",
        dose="" if arm.dose is None else arm.dose.words,
        form=product.form,
        given=Range.of(delivery.brought(held, dose)[..., -1] * 1e9),
        after_h=tuple(float(prediction.times[k] - first) for k in chosen),
        places=_places(shares, chosen),
        label=_places(read, chosen),
        zone_mass=_zone_mass(prediction),
        cells=() if nothing else tuple(_cells(prediction, arm)),
        infused=arm.over_h > 0.0
        or (arm.route == "intracoronary" and "flow_arrest" not in arm.delivery),
        nothing=nothing,
    )


def nothing_brought(prediction: Prediction, arm: Arm) -> str | None:
    """Say why an arm with a dose brings no vesicle; None where it brings some."""
    if not started(prediction, arm).size:
        return "Nothing has been given by the end of the study."
    brought = delivery.brought(amounts(prediction, arm), given_by(prediction, arm))
    if (brought[..., -1] > 0.0).any():
        return None
    if prediction.study.products[arm.product or ""].form == "RNA":
        return "RNA alone holds no vesicles; a plan gives its copies per cell."
    return "No vesicles have been given or released by the end of the study."


def _moments(times: FloatArray, start: float) -> list[int]:
    """Give the samples nearest to each moment, the last one the end."""
    end = len(times) - 1
    wanted = [start + after for after in TOLD if start + after < times[end]]
    chosen = [int(np.argmin(np.abs(times - moment))) for moment in wanted]
    return sorted({k for k in (*chosen, end) if times[k] > start})


def _places(shares: dict[str, FloatArray], chosen: list[int]) -> tuple[Place, ...]:
    return tuple(
        Place(
            place,
            tuple(
                Range.of(np.where(share[..., k] > RESOLVED, share[..., k], 0.0))
                for k in chosen
            ),
        )
        for place, share in shares.items()
    )


def _zone_mass(prediction: Prediction) -> dict[str, float]:
    """Give each zone's median share of the left ventricle."""
    priors = prediction.priors
    risk = priors["anatomy.area_at_risk"].value
    border = priors["anatomy.border_share"].value
    return {"risk": risk, "border": border, "remote": 1.0 - risk - border}


def _cells(prediction: Prediction, arm: Arm) -> list[CellLoad]:
    """Give vesicles taken up per cell, group by group."""
    found = []
    for group, words in mechanisms.GROUPS.items():
        taken = prediction.values(arm.name, f"mechanism_cargo_taken_up_{group}")
        found.append(CellLoad(words, Range.of(np.maximum(taken[..., -1], 0.0))))
    return found
