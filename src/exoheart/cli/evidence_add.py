"""``evidence add`` and ``evidence remove``: a user's own studies beside the shipped."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exoheart.cli import show
from exoheart.cli.options import Json
from exoheart.errors import InputError

if TYPE_CHECKING:
    from exoheart.evidence.own.studies import Added, OwnStudy

_COLUMNS = (
    *("Study", "Animal", "Infarct", "Arms", "Rows", "Cohort", "Use"),
    *("Source", "State"),
)


def add_own(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE.csv",
            help="Studies: the project's columns, the flat ones of qualify "
            "--studies, or an export of RevMan or SyRF.",
            show_default=False,
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace own studies of the same id.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check only; nothing is written.")
    ] = False,
    listed: Annotated[
        bool, typer.Option("--list", help="List your own studies instead.")
    ] = False,
    template: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv",
            help="Write an empty table with a worked example instead.",
            show_default=False,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Keep your own studies beside the shipped ones; every command then sees them."""
    _require_one(file, listed, template, replace or dry_run)
    if listed:
        _list(json)
    elif template is not None:
        _template(template, json)
    elif file is not None:
        from exoheart.evidence.own.studies import add_studies

        _show_added(add_studies(file, replace=replace, dry_run=dry_run), json)


def _require_one(
    file: Path | None, listed: bool, template: Path | None, only_file: bool
) -> None:
    """Demand one thing to do, and no option that would do nothing."""
    asked = [
        name
        for name, given in (
            ("FILE.csv", file is not None),
            ("--list", listed),
            ("--template", template is not None),
        )
        if given
    ]
    if len(asked) != 1:
        raise InputError(
            f"met {' and '.join(asked) or 'nothing to do'}; allowed: one of FILE.csv, "
            "--list, --template FILE.csv; give one of them"
        )
    if only_file and file is None:
        raise InputError(
            f"met --replace or --dry-run with {asked[0]}, where they do nothing; "
            "allowed: only with FILE.csv; leave them out"
        )


def remove_own(
    study: Annotated[
        str,
        typer.Argument(metavar="ID", help="An own study.", show_default=False),
    ],
    json: Json = False,
) -> None:
    """Take one of your own studies out again."""
    from exoheart.evidence.own.studies import remove_study

    note_missing_folder()
    folder = remove_study(study)
    if json:
        show.document({"removed": study, "folder": str(folder.parent)})
        return
    show.line(f"Removed {study} from {folder.parent}")
    show.line(show.DISCLAIMER)


def _show_added(added: Added, json: bool) -> None:
    if json:
        show.document(
            {
                "file": added.file,
                "layout": added.layout,
                "written": added.written,
                "folder": str(added.folder),
                "studies": [_as_json(one) for one in added.studies],
                "ignored_columns": list(added.ignored),
            }
        )
        show.note(show.DISCLAIMER)
        return
    done = "Kept" if added.written else "Would keep"
    count = len(added.studies)
    what = f"{count} stud{'y' if count == 1 else 'ies'}"
    title = f"{done} {what} of {added.file} ({added.layout})"
    show.table(title, _COLUMNS, [_as_row(one) for one in added.studies])
    _show_notes(added.studies)
    show.items("Columns left out", added.ignored, out=show.line)
    show.line(f"Folder: {added.folder}")
    show.line("They inform no fit; exoheart evidence remove ID takes one out.")
    show.line(show.DISCLAIMER)


def _show_notes(studies: Sequence[OwnStudy]) -> None:
    """Say what keeps studies from being counted."""
    for one in studies:
        for text in one.notes:
            show.block(f"{text}.")


def note_missing_folder() -> None:
    """Say on standard error that the folder which the environment names isn't there."""
    from exoheart.evidence.own.store import missing_folder

    missing = missing_folder()
    if missing:
        show.note(missing)


def _list(json: bool) -> None:
    from exoheart.evidence.own.store import own_folder
    from exoheart.evidence.own.studies import own_studies

    found = own_studies()
    note_missing_folder()
    if json:
        studies = [_as_json(one) for one in found]
        show.document({"folder": str(own_folder()), "studies": studies})
        show.note(show.DISCLAIMER)
        return
    title = f"Your own studies ({len(found)})"
    show.table(title, _COLUMNS, [_as_row(one) for one in found])
    _show_notes(found)
    show.items("Faults", [text for one in found for text in one.faults], out=show.line)
    show.line(f"Folder: {own_folder()}")
    show.line(show.DISCLAIMER)


def _template(path: Path, json: bool) -> None:
    from exoheart.evidence.own.template import COLUMNS, own_template
    from exoheart.evidence.own.writing import write_new

    write_new(path, own_template())
    if json:
        show.document({"template": str(path), "columns": list(COLUMNS)})
        return
    show.line(f"Template: {path}")
    show.line("Fill it in, then: exoheart evidence add FILE.csv --dry-run")
    show.line(show.DISCLAIMER)


def _as_json(one: OwnStudy) -> dict[str, Any]:
    return {
        "id": one.id,
        "species": one.species,
        "model": one.model,
        "arms": list(one.arms),
        "rows": one.rows,
        "cohort": one.cohort,
        "use": one.use,
        "retracted": one.retracted,
        "source": one.source,
        "replaced": one.replaced,
        "faults": list(one.faults),
        "notes": list(one.notes),
    }


def _as_row(one: OwnStudy) -> Sequence[str]:
    states = [
        word
        for word, true in (
            ("replaces an earlier one", one.replaced),
            ("retracted", one.retracted),
            ("faulty", bool(one.faults)),
        )
        if true
    ]
    return (
        one.id,
        one.species,
        one.model,
        "; ".join(one.arms),
        str(one.rows),
        one.cohort,
        one.use,
        one.source,
        ", ".join(states),
    )
