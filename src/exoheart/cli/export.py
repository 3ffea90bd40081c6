"""``export``: a study for other people's simulators."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from exoheart.cli import show
from exoheart.cli.options import Json, Seed, StudyPath
from exoheart.errors import InputError

if TYPE_CHECKING:
    from exoheart.exchange import Export

_CENTRAL: Literal["central"] = "central"


class Format(StrEnum):
    """What can be written."""

    SBML = "sbml"
    OMEX = "omex"


def export(  # noqa: PLR0913, PLR0917 - one argument for each option
    study: StudyPath,
    format: Annotated[
        Format,
        typer.Option(help="sbml: a file for each arm; omex: one archive with them."),
    ] = Format.OMEX,
    arm: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Write this arm alone.", show_default="every arm"
        ),
    ] = None,
    member: Annotated[
        str,
        typer.Option(
            metavar="NUMBER",
            help="Whose numbers: central, or an animal of the ensemble, from 0.",
        ),
    ] = _CENTRAL,
    seed: Seed = 0,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="File to write; replaced only if an earlier export wrote it.",
            show_default="named after the study, beside it",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Write a study so that other simulators can run it (SBML, SED-ML, OMEX)."""
    from exoheart.exchange import export as write
    from exoheart.study import load_study

    asked = load_study(study)
    with show.progress("Exporting"):
        made = write(
            asked, format=format.value, arm=arm, member=_member(member), seed=seed
        )
        files = made.write(out, study.parent)
    if json:
        show.document(_document(made, files, seed))
        show.note(show.DISCLAIMER)
        return
    for file in files:
        show.line(f"Wrote {file}")
    show.line(f"Numbers: {made.animal}.")
    show.line(show.DISCLAIMER)


def _member(given: str) -> int | Literal["central"]:
    """Give the member asked for."""
    if given == _CENTRAL:
        return _CENTRAL
    try:
        return int(given)
    except ValueError:
        raise InputError(
            f"member {given!r}; allowed: {_CENTRAL}, or the number of an animal, from "
            "0; give one of these with --member"
        ) from None


def _document(made: Export, files: tuple[Path, ...], seed: int) -> dict[str, Any]:
    """Give the document of ``export --json``."""
    from exoheart.version import VERSION

    return {
        "format": made.format,
        "files": [str(file) for file in files],
        "animal": made.animal,
        "arms": [
            {
                "name": one.arm,
                "start_h": one.start_h,
                "endpoints": [
                    {
                        "label": reading.label,
                        "observable": reading.observable,
                        "unit": reading.unit,
                        "at_h": reading.at_h,
                    }
                    for reading in one.readings
                ],
            }
            for one in made.arms
        ],
        "seed": seed,
        "version": VERSION,
    }
