"""Data rows of RevMan, continuous outcomes, as drafts: two arms from each row.

The export names groups, means, SDs and totals; it says nothing of animals, products or
times. What it doesn't say stays empty, unless the file has a column of the project's
own tables for it (``species``, ``form``, ``unit``, ``at_h`` and so on).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from exoheart.errors import Fault
from exoheart.evidence.own.draft import Draft, best_verification, make_draft, study_id
from exoheart.evidence.own.export import Found, Roles, filled, named_outcome, roles
from exoheart.evidence.tables import RawRow
from exoheart.evidence.user_csv import UserTable

PARTS: Mapping[str, tuple[str, ...]] = {
    "study": ("Study",),
    "year": ("Study year", "Year"),
    "outcome": ("Analysis name", "Outcome"),
    "subgroup": ("Subgroup",),
    "footnotes": ("Footnotes", "Footnote"),
    "mean": ("Experimental mean",),
    "spread": ("Experimental SD",),
    "n": ("Experimental N", "Experimental total"),
    "control mean": ("Control mean",),
    "control spread": ("Control SD",),
    "control n": ("Control N", "Control total"),
}
NEEDED = (
    *("study", "outcome", "mean", "spread", "n"),
    *("control mean", "control spread", "control n"),
)
#: What RevMan computes or numbers; nothing of it is kept.
IGNORED = (
    *("Analysis group", "Analysis number", "Subgroup number", "Applicability"),
    *("O-E", "Variance", "Weight", "Mean", "CI start", "CI end"),
    *("review_url", "review_doi", *("Experimental cases", "Control cases")),
    *("GIV Mean", "GIV SE"),
    *("Mean difference", "Std. mean difference", "MD", "SMD", "SE", "P value"),
    *("Lower CI", "Upper CI", "CI lower", "CI upper", "Lower limit", "Upper limit"),
)
#: Columns that hold something only where an outcome is not continuous.
_OTHER_KINDS = ("Experimental cases", "Control cases", "GIV Mean", "GIV SE", "O-E")
_NAMED_YEAR = re.compile(r"^(.*?)[ ,(]*((?:19|20)\d\d)[a-z]?\)?$")
#: What only the treated arm has.
_OF_PRODUCT = (
    *("donor", "donor_species", "form", "modification", "isolation"),
    *("dose_value", "dose_unit", "dose_basis", "direction", "comparator"),
)


def revman_drafts(table: UserTable) -> Found:
    """Turn each row into its two arms; columns are listed, none is guessed."""
    found = roles(table, PARTS, NEEDED, IGNORED)
    if any(fault.met == "no such column" for fault in found.faults):
        return Found((), found.faults, found.ignored)
    faults = [*found.faults]
    drafts: list[Draft] = []
    for row in table.rows:
        faults += _not_continuous(row)
        drafts += _arms(row, found)
    return Found(best_verification(drafts), tuple(faults), found.ignored)


def _not_continuous(row: RawRow) -> Iterator[Fault]:
    known = [name for name in row.columns if _is_other_kind(name)]
    for name in filled(row, known):
        allowed = "nothing: only continuous outcomes (means and SDs) are kept"
        yield Fault(row.where(name), repr(row[name]), allowed)


def _is_other_kind(name: str) -> bool:
    short = re.sub(r"[ ._-]", "", name.lower())
    return short in {re.sub(r"[ -]", "", one.lower()) for one in _OTHER_KINDS}


def _arms(row: RawRow, found: Roles) -> Iterator[Draft]:
    """Give the experimental arm and its control."""
    shared = _shared(row, found)
    group = found.cell(row, "subgroup")
    tail = f", {group}" if group else ""
    more = found.extra(row)
    control = more.get("comparator") or f"control{tail}"
    treated = {"arm": f"experimental{tail}"} | more | {"comparator": control}
    treated |= _numbers(row, found, "")
    yield _made(row, found, shared | treated, "")
    vehicle = {name: text for name, text in more.items() if name not in _OF_PRODUCT}
    vehicle |= {"arm": control, "comparator": "", "form": "control"}
    vehicle |= _numbers(row, found, "control ")
    yield _made(row, found, shared | vehicle, "control ")


def _shared(row: RawRow, found: Roles) -> dict[str, str]:
    """Give what both arms have: the study, its year, the outcome."""
    words = found.cell(row, "study")
    match = _NAMED_YEAR.match(words)
    author, year = match.groups() if match else (words, "")
    more = found.extra(row)
    year = found.cell(row, "year") or year
    outcome, region, unit = named_outcome(found.cell(row, "outcome"))
    made = study_id(
        f"{author} {year}", "", more.get("species", ""), more.get("model", "")
    )
    return {
        "id": made if words else "",
        "first_author": author,
        "year": year,
        "outcome": outcome,
        "region": region,
        "unit": unit,
        "verification": "secondary",
        "note": found.cell(row, "footnotes"),
    }


def _numbers(row: RawRow, found: Roles, side: str) -> dict[str, str]:
    spread = found.cell(row, f"{side}spread")
    return {
        "mean": found.cell(row, f"{side}mean"),
        "spread": spread,
        "spread_type": "SD" if spread else "",
        "n": found.cell(row, f"{side}n"),
    }


def _made(row: RawRow, found: Roles, cells: dict[str, str], side: str) -> Draft:
    given = {"id": found.parts["study"], "outcome": found.parts["outcome"]}
    given |= {name: found.parts[f"{side}{name}"] for name in ("mean", "spread", "n")}
    given |= {"year": found.parts["year"]} if "year" in found.parts else {}
    study = {"verification": cells["verification"]}
    return make_draft(row, cells, study, given)
