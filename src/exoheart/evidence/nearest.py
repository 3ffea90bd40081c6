"""Which published arms come closest to a plan, and by how much they differ.

The distance is a plain sum of named components, each of which is shown. The steps are
judgement (kind assumed) and serve to sort, not to weigh evidence; no result is
computed from them. Retracted studies, cells in a dish and rows taken before treatment
are never shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from exoheart.evidence.plan_terms import (
    clock,
    donor_family,
    endpoint_time,
    figure,
    hours_in_words,
    planned_dose_time,
    published_dose_time,
    treated_arms,
)
from exoheart.evidence.studies import OutcomeRecord, StudyRecord
from exoheart.evidence.vocabulary import OUTCOMES, THERAPY_FORMS
from exoheart.records.study import Arm, Endpoint, Product, Study

#: What a full difference in each component adds to the distance.
STEPS: Mapping[str, float] = MappingProxyType(
    {
        "species": 2.0,
        "infarct": 1.0,
        "route": 1.5,
        "donor": 1.0,
        "form": 3.0,
        "outcome": 2.0,
        "time of dose": 0.25,  # for each e-fold beyond an hour
        "time of reading": 0.15,  # for each e-fold beyond an hour
    }
)
#: Share of the step where the source doesn't say, or where two values are relatives.
UNKNOWN, RELATED = 0.5, 0.4
_RODENTS = frozenset({"mouse", "rat"})
#: Rows of one study that the list may hold, so that no paper fills it.
MOST_OF_ONE_STUDY = 3


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a distance: what was planned, what was published, what it adds."""

    name: str
    planned: str
    published: str
    distance: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A published arm and outcome beside a plan, ready to show.

    Text fields are empty where no readable source prints them. `control`, `treated`
    and `effect` are written with their unit; the same values stand as numbers in
    `control_mean`, `treated_mean` and `effect_value` [`effect_unit`], None where they
    aren't printed. `spread_type` says what the ± is, ``unknown`` where the source
    doesn't; `n` is treated and control, as far as printed.
    """

    study: str
    reference: str
    source: str
    species: str
    infarct: str
    arm: str
    comparator: str
    form: str
    donor: str
    route: str
    dose: str
    time_of_dose: str
    outcome: str
    region: str
    at: str
    control: str
    treated: str
    effect: str
    direction: str
    n: str
    spread_type: str
    verification: str
    use: str
    note: str
    planned_arm: str
    planned_endpoint: str
    distance: float
    components: tuple[Component, ...]
    control_mean: float | None
    treated_mean: float | None
    effect_value: float | None
    effect_unit: str
    n_treated: int | None

    @property
    def differs_in(self) -> tuple[str, ...]:
        """What sets it apart from the plan, in words, largest part first."""
        parts = sorted(self.components, key=lambda part: -part.distance)
        return tuple(
            f"{part.name} ({part.published})" for part in parts if part.distance > 0.05
        )


def nearest(
    study: Study, studies: Iterable[StudyRecord], count: int = 8
) -> list[Neighbour]:
    """Give the published arms closest to the treated arms and endpoints of a plan.

    Parameters
    ----------
    study
        The plan.
    studies
        Published studies, from :func:`exoheart.evidence.load_studies`.
    count
        How many to give.

    Returns
    -------
    list of Neighbour
        Closest first; ties by study, arm and outcome. Each published row is set
        beside the planned arm and endpoint that it is closest to; at most three rows
        of one study are given. Empty where the plan treats nobody.
    """
    found = [
        neighbour
        for record in studies
        if not (record.retracted or record.in_vitro)
        for row in record.outcomes
        if (neighbour := _closest(study, record, row)) is not None
    ]
    found.sort(key=lambda one: (one.distance, one.study, one.arm, one.outcome, one.at))
    kept: list[Neighbour] = []
    for neighbour in found:
        same = sum(one.study == neighbour.study for one in kept)
        if same < MOST_OF_ONE_STUDY:
            kept.append(neighbour)
    return kept[:count]


def _closest(study: Study, record: StudyRecord, row: OutcomeRecord) -> Neighbour | None:
    """Set a published row beside the planned arm and endpoint closest to it."""
    tells = bool(row.direction) or row.mean is not None
    if row.form not in THERAPY_FORMS or row.baseline or not tells:
        return None
    best: tuple[float, tuple[Component, ...], Arm, Endpoint] | None = None
    for arm, product in treated_arms(study):
        for endpoint in study.endpoints:
            parts = components(study, arm, product, endpoint, record, row)
            total = sum(part.distance for part in parts)
            if best is None or total < best[0]:
                best = (total, parts, arm, endpoint)
    if best is None:
        return None
    return _neighbour(record, row, best[0], best[1], best[2].name, best[3].label)


def components(
    study: Study,
    arm: Arm,
    product: Product,
    endpoint: Endpoint,
    record: StudyRecord,
    row: OutcomeRecord,
) -> tuple[Component, ...]:
    """Give every part of the distance between one planned arm and a published row."""
    infarct = study.animal.infarct
    return (
        _named("species", study.animal.species, record.species, _RODENTS),
        _named("infarct", infarct.model, _infarct(record.model)),
        _named("route", arm.route or "", row.route),
        _donor(product.donor, row.donor),
        _form(product.form, row.form),
        _outcome(endpoint, row),
        _timed(
            "time of dose",
            planned_dose_time(arm, infarct),
            published_dose_time(record, row),
        ),
        _timed("time of reading", endpoint_time(endpoint, study), row.at_h),
    )


def _infarct(model: str) -> str:
    return "" if model == "infarct, type not stated" else model


def _named(
    name: str, planned: str, published: str, related: frozenset[str] = frozenset()
) -> Component:
    step = STEPS[name]
    if not published or not planned:
        return Component(name, planned, published or "not stated", step * UNKNOWN)
    if planned == published:
        return Component(name, planned, published, 0.0)
    kin = {planned, published} <= related
    return Component(name, planned, published, step * (RELATED if kin else 1.0))


def _donor(planned: str, published: str) -> Component:
    part = _named("donor", planned, published)
    kin = donor_family(planned) == donor_family(published)
    if part.distance == STEPS["donor"] and kin:
        return Component("donor", planned, published, STEPS["donor"] * RELATED)
    return part


def _form(planned: str, published: str) -> Component:
    """Vesicles and conditioned medium are relatives; cells are a full step away."""
    kin = frozenset({"vesicles", "conditioned medium"})
    return _named("form", planned, published, kin)


def _outcome(endpoint: Endpoint, row: OutcomeRecord) -> Component:
    planned = endpoint.quantity + (f" of {endpoint.of}" if endpoint.of else "")
    published = row.outcome + (f" of {row.region}" if row.region else "")
    step = STEPS["outcome"]
    if endpoint.quantity == row.outcome:
        same = endpoint.of in {None, row.region}
        distance = 0.0 if same else step * 0.1
    elif OUTCOMES.get(endpoint.quantity) == row.family:
        distance = step * RELATED
    else:
        distance = step
    return Component("outcome", planned, published, distance)


def _timed(name: str, planned: float | None, published: float | None) -> Component:
    """Compare times on a scale that is logarithmic beyond an hour."""
    if planned is None or published is None:
        texts = [
            "not stated" if one is None else hours_in_words(one)
            for one in (planned, published)
        ]
        return Component(name, texts[0], texts[1], 2 * STEPS[name] * UNKNOWN)
    apart = abs(clock(planned) - clock(published)) * STEPS[name]
    return Component(name, hours_in_words(planned), hours_in_words(published), apart)


def _whose(record: StudyRecord) -> str:
    return "one of your own studies" if record.own else ""


def _value(row: OutcomeRecord | None) -> str:
    if row is None or row.mean is None:
        return ""
    spread = f" ± {figure(row.spread)}" if row.spread is not None else ""
    if row.spread_type == "IQR":
        spread = f" (median, quartile range {figure(row.spread or 0.0)})"
    return f"{figure(row.mean)}{spread} {row.unit}".strip()


def effect_of(
    row: OutcomeRecord, control: OutcomeRecord | None
) -> tuple[float | None, str]:
    """Give treated minus control and its unit; None where either isn't printed.

    Outcomes that are differences or relative changes already stand for themselves.
    """
    unit = "points" if row.unit == "%" else row.unit
    if row.mean is not None and control is not None and control.mean is not None:
        return round(row.mean - control.mean, 10), unit
    if row.mean is not None and row.outcome.startswith(("difference", "relative")):
        return row.mean, row.unit
    return None, unit


def dose_of(row: OutcomeRecord) -> str:
    """Write the dose as printed, with what it counts; empty where none is."""
    if row.dose_value is None:
        return ""
    basis = "basis not stated" if row.dose_basis == "not stated" else row.dose_basis
    counted = "" if basis in row.dose_unit else f" ({basis})"
    return f"{figure(row.dose_value)} {row.dose_unit}{counted}"


def _neighbour(
    record: StudyRecord,
    row: OutcomeRecord,
    distance: float,
    parts: tuple[Component, ...],
    planned_arm: str,
    planned_endpoint: str,
) -> Neighbour:
    control = record.control_of(row)
    effect, unit = effect_of(row, control)
    counts = [str(one.n) if one and one.n else "" for one in (row, control)]
    n = f"{counts[0]} and {counts[1]}" if all(counts) else counts[0]
    year = f" {record.year}" if record.year else ""
    return Neighbour(
        study=record.id,
        reference=(f"{record.first_author or record.id.split('_')[0]}{year}"),
        source=record.source,
        species=record.species,
        infarct=record.model,
        arm=row.arm,
        comparator=row.comparator,
        form=row.form,
        donor=row.donor,
        route=row.route,
        dose=dose_of(row),
        time_of_dose=row.time_of_dose,
        outcome=row.outcome,
        region=row.region,
        at=row.at,
        control=_value(control),
        treated=_value(row),
        effect=row.direction if effect is None else f"{effect:+.4g} {unit}",
        direction=row.direction,
        n=n,
        spread_type=row.spread_type,
        verification=row.verification,
        use=record.use,
        note="; ".join(
            text for text in (_whose(record), row.note, record.note) if text
        ),
        planned_arm=planned_arm,
        planned_endpoint=planned_endpoint,
        distance=round(distance, 4),
        components=parts,
        control_mean=None if control is None else control.mean,
        treated_mean=row.mean,
        effect_value=effect,
        effect_unit=unit,
        n_treated=row.n,
    )
