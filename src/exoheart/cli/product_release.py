"""``product release``: a lot against its specification, or a lot file to begin with."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exoheart.cli import show
from exoheart.cli.options import Json
from exoheart.errors import InputError

if TYPE_CHECKING:
    from exoheart.product.release import LotRelease, ReleaseLine

_COLUMNS = ("Attribute", "Test", "Status", "Result", "Limit", "Method", "Date")


def release(
    lot: Annotated[
        Path | None,
        typer.Argument(metavar="LOT.toml", help="Lot file.", show_default=False),
    ] = None,
    new: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write a lot file instead; never overwrites."
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(help="With --new: form of the product.", show_default="vesicles"),
    ] = None,
    json: Json = False,
) -> None:
    """Hold a lot against its specification; a failed test is a result, no error."""
    if new is not None and lot is None and not json:
        _new(new, form or "vesicles")
    elif lot is not None and new is None and form is None:
        _release(lot, json)
    else:
        given = {"a lot file": lot, "--new": new, "--form": form, "--json": json}
        raise InputError(_mixture([name for name, value in given.items() if value]))


def _mixture(met: list[str]) -> str:
    return (
        f"met {' with '.join(met) or 'nothing'}; allowed: LOT.toml, also with --json, "
        "or --new FILE, also with --form; give one of them"
    )


def _new(file: Path, form: str) -> None:
    from exoheart.cli.files import write_once
    from exoheart.product.lot_template import lot_template

    text = lot_template(form)
    if not file.parent.is_dir():
        raise InputError(
            f"met {file}, in a folder that isn't there; allowed: a file in a folder "
            f"that exists; make {file.parent} first"
        )
    write_once(file, text)
    show.line(f"Wrote {file}. Every value and every limit in it is yours to give.")
    show.line(f"Next: exoheart product release {file}")


def _release(path: Path, json: bool) -> None:
    from exoheart.product.lot import load_lot
    from exoheart.product.release import release_lot

    found = release_lot(load_lot(path))
    if json:
        show.document(_document(found))
        show.note(show.DISCLAIMER)
        return
    show.line(found.sentence)
    title = f"Lot {found.lot.name} of {found.lot.product} ({found.lot.form})"
    show.table(title, _COLUMNS, [_cells(line) for line in found.lines])
    recalled = dict.fromkeys(
        f"{line.test}: {line.recalled}" for line in found.lines if line.recalled
    )
    show.items(
        "Limits recalled from practice, assumed and not used", recalled, out=show.line
    )
    show.line("Limits are the maker's own. This is no certificate.")
    show.line(show.DISCLAIMER)


def _document(found: LotRelease) -> dict[str, Any]:
    lot = found.lot
    return {
        "lot": {
            "name": lot.name,
            "product": lot.product,
            "form": lot.form,
            "mechanism": lot.mechanism or None,
        },
        "verdict": found.verdict,
        "sentence": found.sentence,
        "tests": [asdict(line) for line in found.lines],
    }


def _cells(line: ReleaseLine) -> tuple[str, ...]:
    return (
        line.attribute,
        line.name,
        line.status,
        line.result,
        line.limit,
        line.method,
        line.date,
    )
