"""The empty table of own studies: what each column takes, a header, a worked example.

Lines that begin with ``#`` are left out when the file is read, so that the example is
never added as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from exoheart.evidence.own.file import REFERENCE_COLUMNS, TABLE_COLUMNS
from exoheart.evidence.own.rules import OWN_USES
from exoheart.evidence.user_csv import COMMENT, csv_text
from exoheart.evidence.vocabulary import (
    ANCHORS,
    DIRECTIONS,
    DOSE_BASES,
    FORMS_GIVEN,
    MODELS,
    OUTCOMES,
    ROUTES,
    SPREAD_TYPES,
    STUDY_SPECIES,
    VERIFICATIONS,
)

COLUMNS = (*TABLE_COLUMNS, *REFERENCE_COLUMNS)
#: What each column takes where it takes one of a few words.
WORDS: Mapping[str, Sequence[str]] = {
    "species": STUDY_SPECIES,
    "model": MODELS,
    "use": OWN_USES,
    "retracted": ("yes", "no"),
    "form": FORMS_GIVEN,
    "dose_basis": DOSE_BASES,
    "route": ROUTES,
    "dose_anchor": ANCHORS,
    "outcome": tuple(OUTCOMES),
    "spread_type": SPREAD_TYPES,
    "direction": DIRECTIONS,
    "verification": VERIFICATIONS,
}
#: What the other columns take.
MEANINGS: Mapping[str, str] = {
    "id": "Surname2030_PigReperfusion; the same on every row of a study",
    "occlusion_min": "minutes; nothing for a permanent ligation",
    "cohort": "shared by studies whose animals may overlap; empty: the id",
    "source": "a key of the shipped sources, or empty: one is made",
    "comparator": "the arm that it is compared with; empty for a control",
    "dose_value": "with dose_unit and dose_basis",
    "dose_time_h": "hours after dose_anchor; before it: below zero",
    "region": "area at risk, left ventricle, border, ...",
    "unit": "%, points, mL, g, 1/mm2, 1 (for none), ...",
    "at": "when it was read, in words; begin with before or baseline if so",
    "at_h": "hours after the onset of the infarct",
    "spread": "one number; for CI95 half the interval, for IQR its width",
    "n": "animals of the arm",
}
_STUDY: Mapping[str, str] = {
    "id": "Example2030_PigReperfusion",
    "doi": "10.1234/example.2030",
    "year": "2030",
    "first_author": "Example",
    "species": "pig",
    "model": "ischaemia-reperfusion",
    "occlusion_min": "90",
    "use": "context",
    "retracted": "no",
    "verification": "full text",
    "route": "intramyocardial",
    "time_of_dose": "30 min after reperfusion",
    "dose_time_h": "0.5",
    "dose_anchor": "reperfusion",
    "outcome": "infarct size",
    "region": "area at risk",
    "unit": "%",
    "at": "48 h after reperfusion",
    "at_h": "49.5",
    "spread_type": "SD",
}
#: The worked example: one row, and the row of the control that it names.
EXAMPLE: tuple[Mapping[str, str], ...] = (
    {
        **_STUDY,
        "arm": "CDC vesicles",
        "comparator": "vehicle",
        "donor": "CDC",
        "donor_species": "human",
        "form": "vesicles",
        "isolation": "ultrafiltration",
        "dose_value": "7.5",
        "dose_unit": "mg",
        "dose_basis": "protein",
        "mean": "41",
        "spread": "9",
        "n": "8",
        "direction": "decrease",
        "note": "made up",
    },
    {
        **_STUDY,
        "arm": "vehicle",
        "form": "control",
        "mean": "55",
        "spread": "10",
        "n": "8",
        "note": "made up",
    },
)


def own_template() -> str:
    """Give the text of the empty table.

    Examples
    --------
    >>> own_template().splitlines()[-3].startswith("id,doi,pmid")
    True
    """
    examples = [[one.get(name, "") for name in COLUMNS] for one in EXAMPLE]
    return csv_text(
        [
            *([f"{COMMENT} {line}"] for line in _comments()),
            COLUMNS,
            *([f"{COMMENT} {cells[0]}", *cells[1:]] for cells in examples),
        ]
    )


def _comments() -> list[str]:
    """Say in lines what each column takes."""
    lines = [
        "One row for each arm, outcome and time. Blank stays blank: leave out what",
        "the source doesn't print. Lines that begin with # are left out.",
        "Columns title, journal and url may be left out altogether.",
    ]
    for name in COLUMNS:
        words = [word for word in WORDS.get(name, ()) if word]
        told = " | ".join(words) or MEANINGS.get(name, "")
        lines += [f"{name}: {told}"] if told else []
    return [
        *lines,
        "Below the header a worked example, made up: take the # away to see it pass.",
    ]
