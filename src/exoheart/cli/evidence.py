"""``evidence check`` and ``evidence show``: the data tables, without any model run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exoheart.cli import show
from exoheart.cli.options import Json
from exoheart.errors import InputError, closest

if TYPE_CHECKING:
    from exoheart.evidence import OutcomeRecord, StudyRecord

Found = tuple["StudyRecord", "OutcomeRecord"]


def check_data(json: Json = False) -> None:
    """Check every data table; lists every fault with file and row."""
    from exoheart.evidence import check
    from exoheart.prediction.readers import reads
    from exoheart.therapy import needed_parameters

    with show.progress("Checking"):
        patterns = [pattern for listed in reads().values() for pattern in listed]
        check(needed=needed_parameters(), reads=patterns)
    counts = _counts()
    if json:
        show.document(counts)
        return
    rows = [
        (what, str(sum(parts.values())), _parts(parts))
        for what, parts in counts.items()
    ]
    show.table("No fault in the data tables", ("What", "Number", "Of these"), rows)


def _parts(parts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in parts.items())


def _counts() -> dict[str, dict[str, int]]:
    """Count what is in the tables, each by its kind."""
    from exoheart import evidence

    rows, studies = evidence.load_parameters(), evidence.load_studies()
    outcomes = [row for study in studies for row in study.outcomes]
    return {
        "parameter rows": _tally(row.kind for row in rows),
        "sources": _tally(one.type for one in evidence.load_bibliography().values()),
        "studies": _tally(study.use for study in studies),
        "study outcomes": _tally(row.form for row in outcomes),
        "pooled results": _tally(row.form for row in evidence.load_pooled()),
    }


def _tally(names: Iterable[str]) -> dict[str, int]:
    """Count names, the most frequent first, equals by name."""
    counted = Counter(name or "not said" for name in names)
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def show_outcomes(
    species: Annotated[str | None, typer.Option(help="Only this animal.")] = None,
    route: Annotated[str | None, typer.Option(help="Only this route.")] = None,
    outcome: Annotated[str | None, typer.Option(help="Only this outcome.")] = None,
    json: Json = False,
) -> None:
    """Show the published outcomes, one line per arm, outcome and time."""
    from exoheart.evidence import load_studies

    found: list[Found] = [
        (study, row) for study in load_studies() for row in study.outcomes
    ]
    found = _only(found, "species", species, lambda pair: pair[0].species)
    found = _only(found, "route", route, lambda pair: pair[1].route)
    found = _only(found, "outcome", outcome, lambda pair: pair[1].outcome)
    if json:
        show.document({"outcomes": [_as_json(*pair) for pair in found]})
        show.note(show.DISCLAIMER)
        return
    columns = (
        *("Study", "Species", "Arm", "Route", "Outcome", "At", "Value"),
        *("n", "Direction", "Use", "Source"),
    )
    show.table(
        f"Published outcomes ({len(found)} rows)",
        columns,
        [_as_row(*pair) for pair in found],
    )
    show.line("An empty cell: not printed in what could be read of the source.")
    show.line(show.DISCLAIMER)


def _only(
    found: Sequence[Found],
    what: str,
    wanted: str | None,
    read: Callable[[Found], str],
) -> list[Found]:
    """Keep the rows of one name; an unknown name is refused with the nearest."""
    if wanted is None:
        return list(found)
    kept = [pair for pair in found if read(pair) == wanted]
    if not kept:
        known = sorted({read(pair) for pair in found} - {""})
        near = closest(wanted, known)
        raise InputError(
            f"met {what} {wanted!r}; allowed with the other options: "
            f"{', '.join(known)}; nearest: {near or 'none'}"
        )
    return kept


def _as_json(study: StudyRecord, row: OutcomeRecord) -> dict[str, Any]:
    return {
        "study": study.id,
        "species": study.species,
        "model": study.model,
        "occlusion_min": study.occlusion_min,
        "arm": row.arm,
        "comparator": row.comparator,
        "form": row.form,
        "donor": row.donor,
        "dose": row.dose_value,
        "dose_unit": row.dose_unit,
        "dose_basis": row.dose_basis,
        "route": row.route,
        "outcome": row.outcome,
        "of": row.region,
        "at": row.at,
        "at_h": row.at_h,
        "unit": row.unit,
        "mean": row.mean,
        "spread": row.spread,
        "spread_type": row.spread_type,
        "n": row.n,
        "direction": row.direction,
        "use": study.use,
        "retracted": study.retracted,
        "source": study.source,
        "verification": row.verification,
        "note": row.note,
    }


def _as_row(study: StudyRecord, row: OutcomeRecord) -> tuple[str, ...]:
    region = f" of {row.region}" if row.region else ""
    return (
        study.id,
        study.species,
        row.arm,
        row.route,
        f"{row.outcome}{region}",
        row.at,
        _value(row),
        "" if row.n is None else str(row.n),
        row.direction,
        "retracted" if study.retracted else study.use,
        study.source,
    )


def _value(row: OutcomeRecord) -> str:
    if row.mean is None:
        return ""
    if row.spread is None:
        return f"{row.mean:g} {row.unit}"
    kind = {"unknown": "spread not said"}.get(row.spread_type, row.spread_type)
    return f"{row.mean:g} ± {row.spread:g} {row.unit} ({kind})"
