"""``check``, ``new`` and ``schema``: study files before anything is solved."""

from __future__ import annotations

import json as json_module
import os
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exoheart.cli import show
from exoheart.cli.options import Json, StudyPath, worker_count
from exoheart.errors import InputError, StudyError

if TYPE_CHECKING:
    from exoheart.records.study import Study


class Like(StrEnum):
    """Study files to begin with."""

    PIG = "pig"
    MOUSE = "mouse"
    CHRONIC = "chronic"


class Shape(StrEnum):
    """Documents that have a JSON Schema."""

    STUDY = "study"
    PLAN = "plan"
    SIMULATE = "simulate"


def check(study: StudyPath, json: Json = False) -> None:
    """List every fault of a study file, or its warnings and what it costs to run."""
    from exoheart.study import load_study

    try:
        read = load_study(study)
    except StudyError as faulty:
        if not json:
            raise
        show.document(_checked(faulty, None))
        show.error(str(faulty))
        raise typer.Exit(2) from None
    if json:
        show.document(_checked(None, read))
    else:
        _show_check(study, read)


def _checked(faulty: StudyError | None, study: Study | None) -> dict[str, Any]:
    """Give the document of ``check --json``."""
    from exoheart.study import check_study

    faults = faulty.faults if faulty else ()
    warnings = check_study(study) if study else []
    return {
        "faults": [
            {
                "where": one.where,
                "met": one.met,
                "allowed": one.allowed,
                "nearest": one.nearest,
            }
            for one in faults
        ],
        "warnings": [
            {
                "where": one.where,
                "met": one.met,
                "studied": one.studied,
                "source": one.source,
            }
            for one in warnings
        ],
        "recorded_not_used": list(study.unused) if study else [],
        "cost": _cost(study) if study else None,
    }


def _cost(study: Study) -> dict[str, Any]:
    """Say what one prediction of a study takes, at most; the time is rough."""
    from exoheart.prediction import DEFAULT_MEMBERS
    from exoheart.prediction.cost import rough_minutes
    from exoheart.study import count_solves

    workers = worker_count(None)
    return {
        "members_per_arm": DEFAULT_MEMBERS,
        "solves": count_solves(study, DEFAULT_MEMBERS),
        "processes": workers,
        "rough_minutes": rough_minutes(study, DEFAULT_MEMBERS, workers),
    }


def _show_check(path: Path, study: Study) -> None:
    from exoheart.study import check_study

    cost = _cost(study)
    show.line(f"{path}: no fault")
    show.line(
        f"{study.title}: {study.animal.species}, {len(study.arms)} arms, "
        f"{len(study.endpoints)} endpoints, primary {study.primary.label}"
    )
    show.items("Warnings", map(str, check_study(study)), out=show.line)
    show.items("Recorded, not used", study.unused, out=show.line)
    show.line(
        f"Cost of plan: at most {cost['solves']} solves of the study's own arms "
        f"({cost['members_per_arm']} members each); with the alternatives roughly "
        f"{60 * cost['rough_minutes']:.2g} s in {cost['processes']} threads"
    )
    show.line(show.DISCLAIMER)


def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write.")],
    like: Annotated[Like, typer.Option(help="What to begin with.")] = Like.PIG,
) -> None:
    """Write a commented study file to begin with; never overwrites."""
    from exoheart.study import template

    text = template(like.value)
    if not file.parent.is_dir():
        raise InputError(
            f"met {file}, in a folder that isn't there; allowed: a file in a folder "
            f"that exists; make {file.parent} first"
        )
    write_once(file, text)
    show.line(f"Wrote {file}. Lines marked USER'S CHOICE are yours to change.")
    show.line(f"Next: exoheart check {file}")


def write_once(file: Path, text: str) -> None:
    """Write a whole new file, or nothing where one is there already.

    Raises
    ------
    InputError
        The file exists, or the folder can't be written to.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=".exoheart-", dir=file.parent)
    except OSError as bad:
        raise InputError(
            f"met {file.parent}, which can't be written to ({bad.strerror}); allowed: "
            "a folder you may write to; name another file"
        ) from None
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
            out.write(text)
        temporary.chmod(0o666 & ~_mask())
        _publish(temporary, file)
    except FileExistsError:
        raise InputError(
            f"met {file}, which exists; allowed: a new file; name another one or "
            "move this one away"
        ) from None
    finally:
        temporary.unlink(missing_ok=True)


def _publish(temporary: Path, file: Path) -> None:
    """Give a finished file its name; FileExistsError where the name is taken."""
    try:
        os.link(temporary, file)  # unlike a rename, this never replaces a file
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if file.exists():
            raise FileExistsError(str(file)) from None
        temporary.rename(file)


def _mask() -> int:
    """Give the permissions that new files don't get here."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def schema(
    of: Annotated[Shape, typer.Argument(help="Which document.", show_default=False)],
) -> None:
    """Print the JSON Schema of a study file, a plan or a simulation."""
    from exoheart.evidence import data_folder
    from exoheart.study import json_schema

    if of is Shape.STUDY:
        show.document(json_schema())
        return
    text = (data_folder() / "schema" / f"{of.value}.json").read_text(encoding="utf-8")
    show.document(json_module.loads(text))
