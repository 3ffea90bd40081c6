"""From study rows to effects that may be pooled, and the reason where they may not.

An effect needs two group means, spreads of a kind that the source names, and both
numbers of animals; a printed difference with its interval will do too. Nothing is
guessed: what lacks is told, row by row. Read next:
:mod:`exoheart.evidence.pooling.selection`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from exoheart.evidence.comparators import treatment_compared
from exoheart.evidence.meta.effects import MD, ROM, standard_deviation
from exoheart.evidence.meta.inference import quantile
from exoheart.evidence.meta.shared_control import split_control
from exoheart.evidence.studies import OutcomeRecord, StudyRecord
from exoheart.evidence.vocabulary import SHARES

#: How a spread of unknown kind is read for a bound; None reads none.
Reading = Literal["SD", "SEM"] | None
Role = Literal["difference", "change", "final"]
_PREFIX: Mapping[Role, str] = {"difference": "difference in ", "change": "change in "}
#: What is taken where a study prints several of the same arm and time.
ROLES: tuple[Role, ...] = ("difference", "change", "final")
#: Unit of rows that print a direction only.
NO_UNIT = "no number printed"
#: Unit of changes in per cent that may be relative or in points.
UNCLEAR = "% of unclear kind"
#: Unit of changes that are named relative.
RELATIVE = "% relative"
ANIMALS, IN_VITRO_SETTING = "animals", "in vitro"
_ISOLATED = "isolated heart"


@dataclass(frozen=True, slots=True, order=True)
class PoolKey:
    """What may be pooled with what: a quantity, of a region, on one scale.

    `unit` is ``points`` (difference of percentages), ``log ratio`` (of means),
    :data:`RELATIVE`, :data:`UNCLEAR`, or, for changes in another unit, the unit as
    printed; it is :data:`NO_UNIT` where a row prints no number. `setting` keeps
    animals, isolated hearts and dishes apart. `species` is given for changes in a unit
    of size (mL, g), since hearts differ in size; else it is empty.
    """

    quantity: str
    of: str
    unit: str
    setting: str = ANIMALS
    species: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A treated row against its control, before anybody asks whether it can be pooled.

    `control` is None where the source prints no such row.
    """

    study: StudyRecord
    row: OutcomeRecord
    control: OutcomeRecord | None
    order: int

    @property
    def role(self) -> Role:
        """Whether a final value, a change or a difference between arms is printed."""
        return role_of(self.row.outcome)

    @property
    def key(self) -> PoolKey:
        """What the row may be pooled with."""
        return key_of(self.row, setting_of(self.study), self.study.species)


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect that can be pooled.

    Parameters
    ----------
    candidate
        Where it comes from.
    yi, vi
        Treated minus control, and its variance, on the scale of the pool.
    n_treated, n_control
        Animals; a control that several arms share is split between them, so that
        `n_control` need not be whole. None where only an interval is printed.
    how
        What the variance rests on, in words.
    """

    candidate: Candidate
    yi: float
    vi: float
    n_treated: float | None
    n_control: float | None
    how: str

    @property
    def animals(self) -> float:
        """Animals behind the effect; 0 where not printed."""
        return (self.n_treated or 0.0) + (self.n_control or 0.0)


def role_of(outcome: str) -> Role:
    """Say whether an outcome is a final value, a change or a difference."""
    for role in ("difference", "change"):
        if outcome.startswith(_PREFIX[role]):
            return role
    return "final"


def setting_of(study: StudyRecord) -> str:
    """Say whether animals, isolated hearts or cells in a dish were treated."""
    if study.in_vitro:
        return IN_VITRO_SETTING
    return _ISOLATED if study.model == _ISOLATED else ANIMALS


def key_of(row: OutcomeRecord, setting: str = ANIMALS, species: str = "") -> PoolKey:
    """Say what a row may be pooled with.

    Final values and changes of a share are both differences in points; a change printed
    in percent may be relative, and a volume is compared as a ratio, since species
    differ in size. So is any other percentage, which may be one of a control.
    """
    role = role_of(row.outcome)
    quantity = row.outcome.removeprefix(_PREFIX.get(role, ""))
    if not row.unit:
        return PoolKey(quantity, row.region, NO_UNIT, setting)
    if named_relative(row.outcome):
        unit = RELATIVE if row.unit == "%" else row.unit
        return PoolKey(quantity, row.region, unit, setting)
    if _in_points(row, role):
        return PoolKey(quantity, row.region, "points", setting)
    if role == "final":
        return PoolKey(quantity, row.region, "log ratio", setting)
    if row.unit == "%":
        return PoolKey(row.outcome, row.region, UNCLEAR, setting)
    return PoolKey(row.outcome, row.region, row.unit, setting, species)


def named_relative(outcome: str) -> bool:
    """Say whether an outcome names itself relative to a value before."""
    return outcome.startswith("relative ")


def _in_points(row: OutcomeRecord, role: Role) -> bool:
    share = row.outcome in SHARES and row.unit == "%"
    return row.unit == "points" or (share and role == "final")


def homes(keys: Iterable[PoolKey]) -> dict[PoolKey, PoolKey]:
    """Give every key its pool: rows without a number stand with rows that have one.

    They join the pool of the same quantity, setting and region, or else of any region,
    so that what is missing is told where it would have counted.
    """
    all_keys = sorted(set(keys))
    found = {}
    for key in all_keys:
        same = [
            other
            for other in all_keys
            if (other.quantity, other.setting) == (key.quantity, key.setting)
            and other.unit != NO_UNIT
        ]
        near = [other for other in same if other.of == key.of] or same
        found[key] = near[0] if key.unit == NO_UNIT and near else key
    return found


def candidates(studies: Iterable[StudyRecord], form: str) -> list[Candidate]:
    """Give every row of a form that is compared with something, baselines left out."""
    found = []
    for study in studies:
        for order, row in enumerate(study.outcomes):
            before = row.baseline or row.at.startswith("pre")
            if row.form == form and row.comparator and not before:
                control = study.control_of(row)
                found.append(Candidate(study, row, control, order))
    return found


def effect_of(
    candidate: Candidate, reading: Reading = None, arms: int = 1
) -> Effect | str:
    """Give the effect of a row, or the reason why it can't be pooled.

    Parameters
    ----------
    candidate
        The row and its control.
    reading
        How spreads of unknown kind are read; None reads none.
    arms
        Arms that share the control, which is split between them.
    """
    reason = _refused(candidate)
    if reason:
        return reason
    if candidate.role == "difference":
        return _difference(candidate)
    return _groups(candidate, reading, arms)


def _refused(candidate: Candidate) -> str:
    """Say why a row can't be pooled whatever else it prints; empty if it may be."""
    if candidate.study.retracted:
        return "the study is retracted"
    against = treatment_compared(candidate.study, candidate.row)
    if against:
        return f"compared with another treatment ({against}), not with a control"
    if candidate.row.mean is None:
        said = candidate.row.direction
        return f"no group means printed{f', only: {said}' if said else ''}"
    if candidate.key.unit == NO_UNIT:
        return "the unit of the means is not printed"
    if candidate.key.unit == UNCLEAR:
        return f"a {candidate.role} in %: relative or in points is not said"
    return ""


def _difference(candidate: Candidate) -> Effect | str:
    """Take a printed difference between arms with its interval or standard error."""
    row = candidate.row
    if row.mean is None or row.spread is None:
        return "a difference without an interval or standard error"
    if row.spread_type == "CI95":
        error, how = (
            row.spread / quantile(0.95, None),
            "95 % interval of the difference",
        )
    elif row.spread_type == "SEM":
        error, how = row.spread, "standard error of the difference"
    else:
        kind = "not said" if row.spread_type == "unknown" else row.spread_type
        return f"the spread of the difference is {kind}; no standard error follows"
    if not error > 0:
        return "a spread of zero"
    number = None if row.n is None else float(row.n)
    return Effect(candidate, row.mean, error**2, number, None, how)


def _groups(candidate: Candidate, reading: Reading, arms: int) -> Effect | str:
    """Form an effect from two groups."""
    row, control = candidate.row, candidate.control
    if row.mean is None or control is None or control.mean is None:
        return "no mean of the control printed for this outcome and time"
    lacks = [
        *_lacks(row, "treated arm", reading),
        *_lacks(control, "control", reading),
    ]
    if lacks:
        return "; ".join(dict.fromkeys(lacks))
    return _formed(candidate, (row, control), reading, arms)


def _lacks(row: OutcomeRecord, name: str, reading: Reading) -> list[str]:
    """List what a group lacks for pooling."""
    lacks: list[str] = []
    if row.spread is None:
        lacks.append(f"no spread of the {name}")
    elif row.spread_type == "IQR":
        lacks.append(f"median and quartiles of the {name}, not mean and SD")
    elif row.spread_type == "unknown" and reading is None:
        lacks.append("whether the spread is an SD or a standard error is not said")
    elif row.spread <= 0:
        lacks.append(f"a spread of zero in the {name}")
    if row.n is None:
        lacks.append(f"n of the {name} not printed")
    elif row.n < 2:
        lacks.append(f"one animal in the {name}")
    return lacks


def _deviation(row: OutcomeRecord, reading: Reading) -> tuple[float, str]:
    """Give the SD of a group in its unit, and what it rests on."""
    kind = reading if row.spread_type == "unknown" and reading else row.spread_type
    return float(standard_deviation(row.spread or 0.0, kind, row.n or 0)), kind


def _formed(
    candidate: Candidate,
    groups: tuple[OutcomeRecord, OutcomeRecord],
    reading: Reading,
    arms: int,
) -> Effect | str:
    treated, control = groups
    sd1, how1 = _deviation(treated, reading)
    sd2, how2 = _deviation(control, reading)
    n1, n2 = float(treated.n or 0), split_control(control.n or 0, arms)
    means = (treated.mean or 0.0, control.mean or 0.0)
    how = " and ".join(dict.fromkeys((how1, how2)))
    if candidate.key.unit != "log ratio":
        yi, vi = MD(means[0], sd1, n1, means[1], sd2, n2)
    elif min(means) <= 0:
        return "a ratio needs means above zero"
    else:
        yi, vi = ROM(means[0], sd1, n1, means[1], sd2, n2)
    if arms > 1:
        how += f"; control split between {arms} arms"
    return Effect(candidate, float(yi), float(vi), n1, n2, how)
