"""One line of a table of studies that a user gives: one arm, outcome and time.

What :mod:`exoheart.evidence.own.file` reads, in the words of the project's own tables;
``qualify --studies`` predicts such lines, ``evidence add`` keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Layout = Literal["tables", "flat"]
Anchor = Literal["occlusion", "reperfusion", "dose"]


@dataclass(frozen=True, slots=True)
class Note:
    """What was taken for something that the table doesn't say.

    `values` is what was used, in words; `how` where it is from; `sources` are keys of
    the bibliography.
    """

    values: tuple[str, ...]
    how: str
    sources: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give plain data."""
        return {
            "values": list(self.values),
            "how": self.how,
            "sources": list(self.sources),
        }


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: one arm, outcome and time of one study.

    Parameters
    ----------
    where
        Place in the file, for messages.
    study_id, arm, comparator, outcome_words, at_words
        As the file writes them.
    species, model, occlusion_min
        The animal and its infarct; minutes are None where not given.
    retracted
        Whether the study was withdrawn.
    form, donor, donor_species, modification, isolation
        What was given.
    dose_value, dose_unit, dose_basis
        How much; the value is None where not given.
    route, dose_words, dose_time_h, dose_anchor
        Where and when; the time [h] after the anchor is None where not given.
    outcome, region, unit, method
        What was read, in the words of the project's tables where they have one;
        `method` is empty where not said.
    at_h, at_anchor
        When [h] after the anchor; None where not given.
    mean, n, n_comparator
        The arm's value in `unit`, its animals and those of its comparator.
    direction
        increase, decrease, none or empty.
    noted
        Choices made in reading the words, by what they concern.
    unreadable
        Cells that hold more than one number or words for a number, by what they are
        about.
    """

    where: str
    study_id: str
    arm: str
    comparator: str
    outcome_words: str
    at_words: str
    species: str
    model: str
    occlusion_min: float | None
    retracted: bool
    form: str
    donor: str
    donor_species: str
    modification: str
    isolation: str
    dose_value: float | None
    dose_unit: str
    dose_basis: str
    route: str
    dose_words: str
    dose_time_h: float | None
    dose_anchor: str
    outcome: str
    region: str
    unit: str
    method: str
    at_h: float | None
    at_anchor: Anchor
    mean: float | None
    n: int | None
    n_comparator: int | None
    direction: str
    noted: Mapping[str, Note]
    unreadable: Mapping[str, str]

    @property
    def protocol(self) -> tuple[str, str, str, float | None]:
        """What lines must share to be simulated together."""
        return (self.study_id, self.species, self.model, self.occlusion_min)

    @property
    def at_shown(self) -> str | None:
        """Time of the reading in the file's words, else in hours; None without."""
        hours = None if self.at_h is None else f"{self.at_h:g} h"
        return self.at_words or hours

    @property
    def control(self) -> bool:
        """Whether the arm is a vehicle, or nothing at all."""
        return self.form == "control"
