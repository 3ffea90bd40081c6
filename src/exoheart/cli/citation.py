"""``cite``: how to cite exoheart, and the sources that a study's numbers are from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from exoheart.cli import show
from exoheart.cli.options import Json
from exoheart.version import VERSION

_PROGRAM = (
    f"The exoheart developers. exoheart, version {VERSION}: from donor cell to "
    "infarcted heart, a simulator of vesicle therapy and a study planner. Software, "
    "Apache-2.0."
)


def cite(
    study: Annotated[
        Path | None,
        typer.Argument(metavar="[STUDY.toml]", help="Also cite what its run uses."),
    ] = None,
    json: Json = False,
) -> None:
    """Say how to cite exoheart and the sources of a study's numbers."""
    keys, own = ([], []) if study is None else _sources(study)
    if json:
        from exoheart.evidence import load_bibliography, reference

        known = load_bibliography()
        sources = [{"key": key, "reference": reference(known[key])} for key in keys]
        show.document({"exoheart": _PROGRAM, "sources": sources, "own_values": own})
        return
    show.line(_PROGRAM)
    if study is None:
        show.line("\nWith a study file: also the sources of its numbers.")
        return
    from exoheart.evidence import cite as written

    show.line(f"\nSources of the numbers behind {study} ({len(keys)}):")
    show.line(written(keys))
    show.items("\nYour own values", own, out=show.line)


def _sources(study: Path) -> tuple[list[str], list[str]]:
    """Give the keys of the sources, and what the user's own values say of theirs."""
    from exoheart.prediction import prepare, sources_of, used_parameters
    from exoheart.study import load_study

    made = prepare(load_study(study), seed=0, members=1)
    ids = used_parameters(made.study, made.priors, made.draws, made.products)
    rows = made.priors.values()
    own = [f"{row.id}: {row.source}" for row in rows if row.overridden]
    return list(sources_of(ids, made.priors)), sorted(own)
