"""The review's Table 1 carried on: every further vesicle study in an infarcted heart.

One row for each study, donor and modification; its ticks come from the directions of
its rows. Disagreements are shown, within a study, within a cohort and between studies
of the same donor, route and species; nothing is averaged. A user's own studies are
among the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from exoheart.evidence.plan_terms import donor_family
from exoheart.evidence.studies import OutcomeRecord, StudyRecord
from exoheart.evidence.table1.effects import (
    EFFECTS,
    INFARCT_MODELS,
    Against,
    Effect,
    Result,
    against,
    effect_of_outcome,
    result_of,
)
from exoheart.evidence.table1.rows import REFERENCES, references_of

#: How far apart the rows of a disagreement stand.
Scope = Literal["one study", "one cohort", "studies"]
#: Results that can disagree.
_TOLD = ("yes", "no effect", "worse")


@dataclass(frozen=True, slots=True)
class Told:
    """What one row tells of one effect."""

    study: str
    cohort: str
    effect: Effect
    result: Result
    against: Against
    species: str
    row: OutcomeRecord

    @property
    def words(self) -> str:
        """Study, modification, outcome and result in a few words."""
        made = f" ({self.row.modification})" if self.row.modification else ""
        return f"{self.study}{made}: {self.row.outcome} {self.result}"


@dataclass(frozen=True, slots=True)
class LaterRow:
    """One study, donor and modification beyond the review's table.

    `told` holds what its rows say, in their order; `routes` every route they name.
    """

    study: StudyRecord
    donor: str
    donor_species: str
    modification: str
    routes: tuple[str, ...]
    verification: str
    told: tuple[Told, ...]

    def of(self, effect: Effect) -> tuple[Told, ...]:
        """Give what is told of one effect: against controls where any row is that."""
        found = tuple(one for one in self.told if one.effect == effect)
        plain = tuple(one for one in found if one.against == "control")
        return plain or found

    def word(self, effect: Effect) -> str:
        """Give one word for an effect.

        ``yes``, ``no effect``, ``worse``, ``mixed`` (its rows disagree), ``not said``
        (read, without a direction) or ``not reported``.
        """
        said = {one.result for one in self.of(effect)} - {"not said"}
        if len(said) > 1:
            return "mixed"
        if said:
            return said.pop()
        return "not said" if self.of(effect) else "not reported"

    def over(self, effect: Effect) -> Against:
        """Say what an effect is told against: a control where any row is that."""
        held = {one.against for one in self.of(effect)}
        if not held or "control" in held:
            return "control"
        return held.pop() if len(held) == 1 else "other treatment"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rows that disagree on one effect.

    `scope` says whether they are of one study, of studies whose animals may be the
    same (``one cohort``), or of studies apart; `sides` says who says what, `told` holds
    the rows themselves.
    """

    effect: Effect
    where: str
    scope: Scope
    sides: tuple[str, ...]
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many cohorts tell of an effect, and what; a cohort counts once.

    `both` counts cohorts with yes beside no effect or worse.
    """

    effect: Effect
    yes: int
    no_effect: int
    worse: int
    both: int


def in_infarct(study: StudyRecord) -> bool:
    """Say whether a study's animals had an infarct and its results stand."""
    return study.model in INFARCT_MODELS and not study.retracted


def given_vesicles(study: StudyRecord) -> tuple[OutcomeRecord, ...]:
    """Give the rows of a study's arms that got vesicles."""
    return tuple(row for row in study.outcomes if row.form == "vesicles")


def later_rows(studies: Iterable[StudyRecord]) -> tuple[LaterRow, ...]:
    """Give every further vesicle study in an infarct model.

    Parameters
    ----------
    studies
        From :func:`exoheart.evidence.studies.load_studies`.

    Returns
    -------
    tuple of LaterRow
        By year, those without one last, then by study; the order of the rows within.
    """
    rows = [
        row
        for study in studies
        if in_infarct(study) and not set(references_of(study)) & set(REFERENCES)
        for row in _grouped(study)
    ]
    return tuple(sorted(rows, key=lambda one: (one.study.year or 9999, one.study.id)))


def _grouped(study: StudyRecord) -> list[LaterRow]:
    groups: dict[tuple[str, str, str], list[OutcomeRecord]] = {}
    for row in given_vesicles(study):
        key = (row.donor, row.donor_species, row.modification)
        groups.setdefault(key, []).append(row)
    return [
        LaterRow(
            study=study,
            donor=donor,
            donor_species=animal,
            modification=made,
            routes=tuple(dict.fromkeys(row.route for row in rows if row.route)),
            verification="; ".join(dict.fromkeys(row.verification for row in rows)),
            told=tuple(_told(study, rows)),
        )
        for (donor, animal, made), rows in groups.items()
    ]


def _told(study: StudyRecord, rows: Iterable[OutcomeRecord]) -> Iterable[Told]:
    for row in rows:
        effect, result = effect_of_outcome(row.outcome), result_of(row)
        if effect is not None and result is not None:
            side = against(study, row)
            yield Told(study.id, study.cohort, effect, result, side, study.species, row)


def conflicts(studies: Sequence[StudyRecord]) -> tuple[Conflict, ...]:
    """List where rows against a control disagree, over all vesicle studies.

    Between studies those of one donor family, route and species are compared; rows
    that name no donor, route or species are not. Studies of one cohort may tell of the
    same animals twice: what they disagree on is no disagreement between studies.
    """
    found = [
        one
        for study in studies
        if in_infarct(study)
        for one in _told(study, given_vesicles(study))
        if one.against == "control" and one.result in _TOLD
    ]
    made: list[Conflict] = []
    for effect in EFFECTS:
        own = [one for one in found if one.effect == effect]
        made += _within(effect, own) + _between(effect, own)
    return tuple(made)


def _within(effect: Effect, told: Sequence[Told]) -> list[Conflict]:
    """Find studies whose own rows of one donor and modification disagree."""
    groups: dict[tuple[str, str, str], list[Told]] = {}
    for one in told:
        key = (one.study, one.row.donor, one.row.modification)
        groups.setdefault(key, []).append(one)
    return [
        Conflict(effect, study, "one study", _sides(own, named="route"), tuple(own))
        for (study, _, _), own in groups.items()
        if len({one.result for one in own}) > 1
    ]


def _between(effect: Effect, told: Sequence[Told]) -> list[Conflict]:
    groups: dict[tuple[str, str, str], list[Told]] = {}
    for one in told:
        key = (donor_family(one.row.donor), one.row.route, one.species)
        if all(key):
            groups.setdefault(key, []).append(one)
    return [
        Conflict(
            effect, ", ".join(key), _scope(own), _sides(own, named="study"), tuple(own)
        )
        for key, own in groups.items()
        if len({one.study for one in own}) > 1 and len({one.result for one in own}) > 1
    ]


def _scope(told: Iterable[Told]) -> Scope:
    return "studies" if len({one.cohort for one in told}) > 1 else "one cohort"


def disputes(one: Told, found: Iterable[Conflict]) -> set[Scope]:
    """Say who says otherwise than a row: studies apart, studies of its cohort.

    Parameters
    ----------
    one
        The row.
    found
        From :func:`conflicts`; those within a study say nothing here.
    """
    others = [
        other
        for conflict in found
        if conflict.scope != "one study" and one in conflict.told
        for other in conflict.told
        if other.study != one.study and other.result != one.result
    ]
    return {_scope((one, other)) for other in others}


def _sides(told: Iterable[Told], named: str) -> tuple[str, ...]:
    """Write each side of a disagreement once, in the order of the rows."""
    return tuple(
        dict.fromkeys(
            f"{one.row.route or 'route not said'}: {one.row.outcome} {one.result}"
            if named == "route"
            else one.words
            for one in told
        )
    )


def counts(studies: Iterable[StudyRecord]) -> tuple[Count, ...]:
    """Count cohorts by what their vesicle rows tell, against a control.

    Retracted studies and hearts without an infarct never count.
    """
    said: dict[str, dict[str, set[str]]] = {one.key: {} for one in EFFECTS}
    for study in studies:
        if not in_infarct(study):
            continue
        for one in _told(study, given_vesicles(study)):
            if one.against == "control" and one.result in _TOLD:
                said[one.effect.key].setdefault(one.cohort, set()).add(one.result)
    return tuple(_count(effect, said[effect.key].values()) for effect in EFFECTS)


def _count(effect: Effect, cohorts: Iterable[set[str]]) -> Count:
    held = list(cohorts)
    return Count(
        effect=effect,
        yes=sum(one == {"yes"} for one in held),
        no_effect=sum(one == {"no effect"} for one in held),
        worse=sum("worse" in one and "yes" not in one for one in held),
        both=sum("yes" in one and len(one) > 1 for one in held),
    )
