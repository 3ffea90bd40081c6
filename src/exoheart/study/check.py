"""Where a legal study leaves the range of the evidence, and what it costs to run.

Part of :mod:`exoheart.study`. A warning never stops a run: it says which value was
met, what has been studied, and where that range is from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from exoheart.evidence import load_parameters, load_studies, outside
from exoheart.product import is_own
from exoheart.records.study import Arm, Moment, Study
from exoheart.study.names import laboratory_clock

_BODY_MASS = "anatomy.body_mass"
_OF_ANIMAL = {
    "species": "animal.species",
    "infarct": "animal.infarct.model",
    "occlusion": "animal.infarct.occlusion",
}
_OF_ARM = {"route": "route", "dose": "dose", "time of dose": "at"}


@dataclass(frozen=True, slots=True)
class Warning_:  # noqa: N801 - Warning is Python's own
    """One value outside what has been studied, or a weak point of the design.

    `where` is the key of the study file, `met` the value there, `studied` the range
    of the evidence (or what would be better), `source` where that range is from.
    """

    where: str
    met: str
    studied: str
    source: str = ""

    def __str__(self) -> str:
        source = f" ({self.source})" if self.source else ""
        return f"{self.where}: met {self.met}; studied: {self.studied}{source}"


def check_study(study: Study) -> list[Warning_]:
    """Give every warning about a legal study, the animal's first.

    Examples
    --------
    >>> from exoheart.study import parse_study, template
    >>> absurd = template("pig").replace("30 kg", "900 kg")
    >>> check_study(parse_study(absurd))[0].where
    'animal.body_mass'
    """
    warnings = [*_mass(study), *_laboratory(study), *_outside(study)]
    warnings += [*_controls(study), *_times(study), *_own_cells(study)]
    return list(dict.fromkeys(warnings))


def count_solves(study: Study, members: int = 1024) -> int:
    """Give the number of solves that one prediction of the study takes.

    Each arm is solved for all members; the plan's alternatives come on top.
    """
    return members * len(study.arms)


def _mass(study: Study) -> Iterator[Warning_]:
    """Compare the body mass with the range that the species' values are for."""
    mass, species = study.animal.body_mass_kg, study.animal.species
    if mass is None:
        return
    for row in load_parameters():
        if row.id != _BODY_MASS or row.species != species:
            continue
        low = row.low if row.low is not None else row.value
        high = row.high if row.high is not None else row.value
        if not low <= mass <= high:
            studied = f"{low:g} to {high:g} kg in {species}"
            source = row.source or f"{row.kind} range of {row.id}"
            yield Warning_("animal.body_mass", f"{mass:g} kg", studied, source)
        return


def _laboratory(study: Study) -> Iterator[Warning_]:
    """Warn of a laboratory without a clock: one is drawn as for any other."""
    named, species = study.animal.infarct.laboratory, study.animal.species
    prefix = laboratory_clock("")
    known = sorted(
        row.id.removeprefix(prefix)
        for row in load_parameters()
        if row.id.startswith(prefix) and row.species in {species, "all"}
    )
    if named != "default" and named not in known:
        allowed = ", ".join(["default", *known])
        where = "animal.infarct.laboratory"
        yield Warning_(where, repr(named), f"{allowed} ({species})")


def _outside(study: Study) -> Iterator[Warning_]:
    """Say in keys of the file where the published studies are left."""
    places = {arm.name: number for number, arm in enumerate(study.arms, start=1)}
    for found in outside(study, load_studies()):
        where = _OF_ANIMAL.get(found.what, "arm")
        if found.arm in places:
            arm = study.arms[places[found.arm] - 1]
            key = _OF_ARM.get(found.what)
            where = f"arm[{places[found.arm]}].{key}" if key else ""
            where = where or f"product.{arm.product}.{found.what}"
        yield Warning_(where, found.met, found.studied, found.source)


def _own_cells(study: Study) -> Iterator[Warning_]:
    """Warn where a product of own cells is due: it is made after the infarct."""
    for arm in study.arms:
        product = study.products.get(arm.product or "")
        if product is None or arm.at is None or not is_own(product):
            continue
        met = f"own cells, first due {arm.at.words}"
        allowed = (
            "own cells are taken and grown after the infarct, which takes weeks; "
            "exoheart product make says when they are ready"
        )
        yield Warning_(f"product.{product.name}.donor_state.autologous", met, allowed)


def _controls(study: Study) -> Iterator[Warning_]:
    """Warn of a vehicle by another route or at another time: it controls for less."""
    for number, arm in enumerate(study.arms, start=1):
        control = study.control_of(arm)
        if control is None:
            continue
        if control.route != arm.route:
            other = f"{control.name!r} ({control.route or 'untreated'})"
            met = f"{arm.route}, against {other}"
            yield Warning_(f"arm[{number}].route", met, "a vehicle by the same route")
        elif control.at is not None and _hours(study, control.at) != _given(study, arm):
            met = f"{arm.at.words if arm.at else ''}, against {control.at.words}"
            yield Warning_(f"arm[{number}].at", met, "a vehicle at the same time")


def _times(study: Study) -> Iterator[Warning_]:
    """Warn of a dose after the last reading, which can't be seen."""
    last = max(_hours(study, endpoint.at) for endpoint in study.endpoints)
    for number, arm in enumerate(study.arms, start=1):
        given = _given(study, arm)
        if (
            not arm.control
            and arm.at is not None
            and given is not None
            and given >= last
        ):
            studied = "a dose before the last endpoint"
            yield Warning_(f"arm[{number}].at", arm.at.words, studied)


def _given(study: Study, arm: Arm) -> float | None:
    return None if arm.at is None else _hours(study, arm.at)


def _hours(study: Study, moment: Moment) -> float:
    """Give a moment as time after the onset of occlusion [h]."""
    reperfusion = study.animal.infarct.occlusion_h or 0.0
    return moment.offset_h + (reperfusion if moment.anchor == "reperfusion" else 0.0)
