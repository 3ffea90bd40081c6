"""``calibrate``: fit the heart to untreated animals, or compare rival structures."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from exoheart.cli import show
from exoheart.cli.options import Json, Workers, worker_count
from exoheart.errors import InputError


def calibrate(
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder for heart.csv, correlation.csv and heart.json.",
            show_default="nothing is written",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, help="Seed of the draws.", show_default="0"),
    ] = None,
    draws: Annotated[
        int | None,
        typer.Option(min=100, help="Draws for each module.", show_default="4000"),
    ] = None,
    structures: Annotated[
        bool,
        typer.Option(
            "--structures",
            help="Score rival structures instead, each laboratory left out in turn.",
        ),
    ] = False,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Fit the heart to published untreated animals (calibrate rows only)."""
    if structures:
        given = {"--seed": seed, "--draws": draws}
        idle = [name for name, value in given.items() if value is not None]
        if idle:
            raise InputError(
                f"met {' and '.join(idle)} with --structures, where nothing is drawn; "
                "allowed: --out, --workers and --json; leave it out"
            )
    _require_folder(out)
    if structures:
        _structures(out, worker_count(workers), json)
    else:
        _fit(out, seed or 0, draws, worker_count(workers), json)


def _require_folder(out: Path | None) -> None:
    """Stop before a long run whose result couldn't be written."""
    if out is None:
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        writable = os.access(out, os.W_OK)
    except OSError:
        writable = False
    if not writable:
        raise InputError(
            f"{out} can't be written as a folder; allowed: a new folder or one that "
            "you may write; give another with --out"
        )


def _fit(
    out: Path | None, seed: int, draws: int | None, workers: int, json: bool
) -> None:
    from exoheart.calibration import posterior

    taken = draws or posterior.DRAWS
    with show.progress("Fitting") as tell:
        fits = posterior.fit_modules(
            seed=seed, draws=taken, workers=workers, on_progress=tell
        )
    command = f"exoheart calibrate --seed {seed} --draws {taken}"
    document = posterior.manifest(fits, command, seed, taken)
    if out is not None:
        posterior.write_fit(out, fits, document)
    if json:
        show.document(document)
        show.note(show.DISCLAIMER)
    else:
        show_fit(document)
        if out is not None:
            show.line(f"Written: {out}")
        show.line(show.DISCLAIMER)


def show_fit(document: Mapping[str, Any]) -> None:
    """Show prior beside posterior, module by module."""
    for module in document["modules"]:
        before, after = module["mean_squared_misfit"]
        rows = [
            (
                one["name"],
                one["unit"],
                _triple(one["prior90"]),
                _triple(one["posterior90"]),
                f"{one['narrowed']:.0%}",
            )
            for one in module["unknowns"]
        ]
        show.table(
            f"{module['module']}: {len(module['rows'])} rows, mean squared misfit "
            f"{before:.3g} before, {after:.3g} after, {module['effective_draws']:.0f} "
            "effective draws",
            ("Parameter", "Unit", "Before (90 %)", "After (90 %)", "Narrowed"),
            rows,
        )


def _triple(values: list[float]) -> str:
    low, middle, high = values
    return f"{middle:.3g} ({low:.3g} to {high:.3g})"


def _structures(out: Path | None, workers: int, json: bool) -> None:
    from exoheart.calibration.structures import (
        compare_structures,
        structures_document,
        write_structures,
    )

    with show.progress("Comparing structures") as tell:
        scores = compare_structures(workers=workers, on_progress=tell)
    document = structures_document(scores)
    if out is not None:
        write_structures(out, document)
    if json:
        show.document(document)
        show.note(show.DISCLAIMER)
        return
    rows = [
        (
            one["name"],
            "yes" if one["adopted"] else "no",
            f"{one['score']:.1f}",
            f"{one['against_shipped']:+.1f} +/- {one['standard_error']:.1f}",
            f"{one['inside']} of {one['rows']}",
        )
        for one in document["structures"]
    ]
    show.table(
        "Structures, each laboratory left out of the fit in turn",
        ("Structure", "Adopted", "Log score", "Against shipped", "Inside"),
        rows,
    )
    show.line(show.DISCLAIMER)
