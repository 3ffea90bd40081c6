"""Studies with numbers that pooling can use, a row a group; and their one pool."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exoheart.evidence.pooling.choices import PoolChoices
from exoheart.evidence.pooling.pools import pool
from exoheart.evidence.studies import OutcomeRecord, StudyRecord

LVEF = PoolChoices(outcome="ejection fraction")
_EMPTY = {
    "donor_species": "",
    "modification": "",
    "isolation": "",
    "dose_value": None,
    "dose_unit": "",
    "dose_basis": "",
    "route": "intramyocardial",
    "time_of_dose": "",
    "dose_time_h": None,
    "dose_anchor": "",
    "direction": "",
    "verification": "full text",
    "note": "",
}


def group(arm: str, mean: float | None, **given: Any) -> OutcomeRecord:
    """A group: form vesicles against saline, ejection fraction in %, SD 5, n 10."""
    control = arm == "saline"
    row = {
        "arm": arm,
        "comparator": "" if control else "saline",
        "donor": "" if control else "MSC",
        "form": "control" if control else "vesicles",
        "outcome": "ejection fraction",
        "region": "",
        "unit": "%",
        "at": "28 d",
        "at_h": 672.0,
        "mean": mean,
        "spread": 5.0,
        "spread_type": "SD",
        "n": 10,
    }
    return OutcomeRecord(**_EMPTY | row | given)


def study(name: str, rows: Sequence[OutcomeRecord], **given: Any) -> StudyRecord:
    """A study of infarcted rats, a cohort of its own."""
    told = {
        "id": name,
        "doi": "",
        "pmid": "",
        "year": 2020,
        "first_author": name,
        "species": "rat",
        "model": "permanent ligation",
        "occlusion_min": None,
        "reference_in_review": "",
        "cohort": name,
        "use": "context",
        "retracted": False,
        "source": name,
        "verification": "full text",
        "note": "",
    }
    return StudyRecord(**told | given, outcomes=tuple(rows))


def pair(name: str, gain: float, **given: Any) -> StudyRecord:
    """A study with one treated group and its control."""
    rows = [group("vesicles", 40.0 + gain), group("saline", 40.0)]
    return study(name, rows, **given)


def only(studies, choices=LVEF):
    """The one pool that study rows make."""
    found = [one for one in pool(choices, studies)["pools"] if one["rows"]]
    assert len(found) == 1
    return found[0]


def reasons(one):
    """Why each study is not pooled."""
    return {left["study"]: left["reason"] for left in one["not_pooled"]}
