"""The flat layout: one free-worded row for each arm and outcome, as drafts.

Words are turned by :mod:`exoheart.evidence.own.words`, as for a prediction; what can't
be read as one number or one moment is kept in the note, in the file's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from exoheart.errors import Fault
from exoheart.evidence.own.draft import (
    Draft,
    best_verification,
    make_draft,
    protocol_tail,
    study_id,
)
from exoheart.evidence.own.lines import Line
from exoheart.evidence.own.words import flat_line
from exoheart.evidence.row_rules import one_of
from exoheart.evidence.tables import RawRow
from exoheart.evidence.vocabulary import DIRECTIONS, IN_VITRO, VERIFICATIONS

#: Column of the project's tables -> the flat column that it is read from.
GIVEN: Mapping[str, str] = {
    "id": "study_id",
    "reference_in_review": "ref_in_review",
    "donor": "donor_cell",
    "form": "donor_cell",
    "unit": "outcome_unit",
    "at": "timepoint",
    "at_h": "timepoint",
    "dose_time_h": "time_of_dose",
    "dose_basis": "dose_unit",
    "comparator": "comparator_arm",
    "verification": "verified",
    "occlusion_min": "model",
}
#: What the flat layout's words for a form are in the tables.
_FORMS: Mapping[str, tuple[str, str]] = {
    "cells primed with vesicles": ("cells", "primed with vesicles"),
    "medium without vesicles": ("conditioned medium", "vesicles removed"),
}
_VERIFICATIONS = {"fulltext": "full text"}


def flat_drafts(rows: Iterable[RawRow]) -> tuple[list[Draft], list[Fault]]:
    """Turn rows of the flat layout into drafts, and list the cells that don't fit."""
    pairs = [(row, flat_line(row)) for row in rows]
    ids = _ids([line for _, line in pairs])
    drafts = [_draft(row, line, ids) for row, line in pairs]
    faults = [fault for row, _ in pairs for fault in _faults(row)]
    return best_verification(drafts), faults


def _ids(lines: Sequence[Line]) -> dict[tuple[str, str, str], str]:
    """Give each study and protocol an id; several of one study get it in their name."""
    protocols = dict.fromkeys(_protocol(line) for line in lines)
    names = [name for name, _, _ in protocols]
    made = {}
    for name, species, model in protocols:
        head, _, tail = name.replace("-", "_").replace(" ", "_").partition("_")
        if names.count(name) > 1:
            tail = f"{tail} {protocol_tail(species, model)}"
        made[name, species, model] = study_id(head, tail, species, model)
    return made


def _protocol(line: Line) -> tuple[str, str, str]:
    return line.study_id, line.species, line.model


def _draft(row: RawRow, line: Line, ids: Mapping[tuple[str, str, str], str]) -> Draft:
    form, more = _FORMS.get(line.form, (line.form, ""))
    changed = "; ".join(text for text in (line.modification, more) if text)
    given = form != "control"
    cells = {
        "id": ids[_protocol(line)] if line.study_id else "",
        "reference_in_review": row["ref_in_review"],
        "species": "" if line.model == IN_VITRO else line.species,
        "model": line.model,
        "occlusion_min": _text(line.occlusion_min),
        "retracted": "yes" if line.retracted else "no",
        "arm": line.arm,
        "comparator": line.comparator,
        "form": form,
        "donor": line.donor if given else "",
        "donor_species": line.donor_species if given else "",
        "modification": changed if given else "",
        "dose_value": _text(line.dose_value) if given else "",
        "dose_unit": line.dose_unit if given else "",
        "dose_basis": line.dose_basis if given else "",
        "route": line.route,
        "time_of_dose": line.dose_words,
        "dose_time_h": _text(line.dose_time_h),
        "dose_anchor": line.dose_anchor if line.dose_time_h is not None else "",
        "outcome": line.outcome,
        "region": line.region,
        "unit": line.unit,
        "at": line.at_words,
        "at_h": _text(_after_onset(line)),
        "mean": row["mean"] if line.mean is None else _text(line.mean),
        "spread": row["spread"],
        "spread_type": row["spread_type"] if row["spread"] else "",
        "n": row["n"] if _is_number(row["n"]) else _text(line.n),
        "direction": line.direction,
        "verification": _VERIFICATIONS.get(row["verified"], row["verified"]),
        "note": "; ".join(_notes(row, line)),
        "url": row["source_url"],
    }
    cells |= {name: row[name] for name in ("doi", "pmid", "year", "first_author")}
    return make_draft(row, cells, {"verification": cells["verification"]}, GIVEN)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?\d+(\.\d*)?", text) is not None


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:.12g}"


def _after_onset(line: Line) -> float | None:
    """Give the time of the reading [h] after the onset; None where it isn't told."""
    if line.at_h is None or line.at_anchor == "occlusion":
        return line.at_h
    late = None if line.occlusion_min is None else line.occlusion_min / 60.0
    if line.at_anchor == "reperfusion":
        return None if late is None else line.at_h + late
    if line.dose_time_h is None:
        return None
    start = late if line.dose_anchor == "reperfusion" else 0.0
    return None if start is None else line.at_h + line.dose_time_h + start


def _notes(row: RawRow, line: Line) -> Iterator[str]:
    """Give what has no column of its own, in words."""
    if row["note"]:
        yield row["note"]
    if line.method:
        yield f"by {line.method}"
    if line.n is None and row["n"] and not _is_number(row["n"]):
        yield f"n as written: {row['n']}"
    if line.n_comparator is not None:
        yield f"n of the comparator: {line.n_comparator}"
    if ";" in row["comparator_arm"]:
        yield f"compared with {row['comparator_arm']}"
    if row["p"]:
        yield f"p as written: {row['p']}"
    for name, words in line.unreadable.items():
        if name != "mean":
            yield f"{name} as written: {words}"
    for name, note in line.noted.items():
        yield f"{name} taken as {', '.join(note.values)}: {note.how}"


def _faults(row: RawRow) -> Iterator[Fault]:
    """List cells of the flat layout that have no counterpart in the tables."""
    if not row["study_id"]:
        yield Fault(row.where("study_id"), "an empty cell", "the study_id")
    if row["direction"] not in DIRECTIONS and row["direction"] != "n/a":
        yield from one_of(row, "direction", DIRECTIONS)
    known = {*VERIFICATIONS, *_VERIFICATIONS}
    spoken = row["verified"].replace("_", " ")
    if row["verified"] not in known and spoken in VERIFICATIONS:
        allowed = f"{spoken!r}"
        yield Fault(row.where("verified"), repr(row["verified"]), allowed, spoken)
