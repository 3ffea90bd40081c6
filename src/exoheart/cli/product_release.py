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

_COLUMNS = ("Test", "Status", "Result", "Limit")


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
    _show(found)
    show.block(
        "Limits of numbers are the maker's own; what a finding must be is part of its "
        "test. This is no certificate."
    )
    show.line(show.DISCLAIMER)


def _show(found: LotRelease) -> None:
    """Show the answer, the tests, then how and when, and what is still to do."""
    show.block(found.sentence)
    if found.undocumented:
        show.line(_undocumented(len(found.undocumented)))
    title = f"{_lot_words(found.lot.name)} of {found.lot.product} ({found.lot.form})"
    show.table(title, _COLUMNS, [_cells(line) for line in found.lines])
    told = [line for line in found.lines if line.value is not None]
    done = [f"{line.name}: {_how(line)}" for line in told if _how(line)]
    asked = [f"{x.name}: {x.method}" for x in found.lines if x.value is None]
    recalled = [f"{x.test}: {x.recalled}" for x in found.lines if x.recalled]
    for words, texts in (
        ("Method and date", done),
        ("Not measured, and what would show it", asked),
        ("Limits recalled from practice, assumed and not used", recalled),
    ):
        show.items(words, dict.fromkeys(texts), out=show.block)


def _lot_words(name: str) -> str:
    return name if name.lower().startswith("lot") else f"Lot {name}"


def _undocumented(count: int) -> str:
    if count == 1:
        return "1 result has no method or date."
    return f"{count} results have no method or date."


def _how(line: ReleaseLine) -> str:
    return ", ".join(filter(None, (line.method, line.date)))


def _document(found: LotRelease) -> dict[str, Any]:
    from exoheart.version import VERSION

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
        "without_method_or_date": [line.name for line in found.undocumented],
        "tests": [asdict(line) for line in found.lines],
        "version": VERSION,
    }


def _cells(line: ReleaseLine) -> tuple[str, ...]:
    return (line.name, line.status, line.result, line.limit)
