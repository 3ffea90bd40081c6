"""``evidence check`` and ``evidence show``: the data tables, without any model run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exoheart.cli import show
from exoheart.cli.evidence_add import note_missing_folder
from exoheart.cli.options import Json
from exoheart.cli.writing import TableFile, require_table, write_table

if TYPE_CHECKING:
    from exoheart.evidence import OutcomeRecord, StudyRecord


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


_SHOW = "exoheart evidence show"


def show_outcomes(  # noqa: PLR0913, PLR0917 - one argument for each option
    species: Annotated[str | None, typer.Option(help="Only this animal.")] = None,
    route: Annotated[
        str | None, typer.Option(help="Only this route; IM, IC and IV are understood.")
    ] = None,
    outcome: Annotated[
        str | None,
        typer.Option(help="Only this outcome (LVEF, IS, ...), or family:function."),
    ] = None,
    donor: Annotated[
        str | None, typer.Option(help="Only this donor, or this family of donors.")
    ] = None,
    form: Annotated[str | None, typer.Option(help="Only this form.")] = None,
    study: Annotated[
        str | None, typer.Option(help="Only this study, by its id or the beginning.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Only this infarct model.")] = None,
    use: Annotated[
        str | None, typer.Option(help="Only this use: calibrate, select, qualify, ...")
    ] = None,
    verification: Annotated[
        str | None, typer.Option(help="Only what was read so: abstract, full text, ...")
    ] = None,
    after_year: Annotated[
        int | None, typer.Option(help="Only studies after this year.")
    ] = None,
    own: Annotated[bool, typer.Option("--own", help="Only your own studies.")] = False,
    csv: TableFile = None,
    json: Json = False,
) -> None:
    """Show the published outcomes, one line per arm, outcome and time."""
    from exoheart.evidence import load_studies
    from exoheart.evidence.query import Query, select

    asked = Query(
        species=species,
        route=route,
        outcome=outcome,
        donor=donor,
        form=form,
        study=study,
        model=model,
        use=use,
        verification=verification,
        after_year=after_year,
        own=own,
    )
    require_table(csv, tuple(COLUMNS), _SHOW)
    if own:
        note_missing_folder()
    found = select(load_studies(), asked)
    rows = [_as_json(*pair) for pair in found]
    written = write_table(csv, COLUMNS, (_as_cells(row) for row in rows), _SHOW)
    if json:
        show.document({"outcomes": rows})
        for path in written:
            show.note(f"Written: {path}")
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
    for path in written:
        show.line(f"Written: {path}")
    show.line(show.DISCLAIMER)


#: Columns of the table that `show_outcomes` writes; entries of its JSON rows.
COLUMNS = (
    *("study", "year", "own", "species", "model", "occlusion_min", "arm", "comparator"),
    *("form", "donor", "donor_species", "modification", "dose", "dose_unit"),
    *("dose_basis", "route", "time_of_dose", "outcome", "of", "at", "at_h", "unit"),
    *("mean", "spread", "spread_type", "n", "direction", "cohort", "use", "retracted"),
    *("source", "verification", "note"),
)


def _as_cells(row: Mapping[str, Any]) -> list[str]:
    """Write one row for a table: blank stays blank, true and false are words."""
    words = {None: "", True: "yes", False: "no"}
    return [
        words[value] if value is None or isinstance(value, bool) else str(value)
        for value in (row[column] for column in COLUMNS)
    ]


def _as_json(study: StudyRecord, row: OutcomeRecord) -> dict[str, Any]:
    return {
        "study": study.id,
        "year": study.year,
        "own": study.own,
        "species": study.species,
        "model": study.model,
        "occlusion_min": study.occlusion_min,
        "arm": row.arm,
        "comparator": row.comparator,
        "form": row.form,
        "donor": row.donor,
        "donor_species": row.donor_species,
        "modification": row.modification,
        "dose": row.dose_value,
        "dose_unit": row.dose_unit,
        "dose_basis": row.dose_basis,
        "route": row.route,
        "time_of_dose": row.time_of_dose,
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
        "cohort": study.cohort,
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
