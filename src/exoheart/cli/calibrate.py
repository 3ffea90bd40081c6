"""``calibrate``: fit the heart to untreated animals, or compare rival structures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from exoheart.cli import show
from exoheart.cli.options import Json, Seed, Workers, worker_count


def calibrate(
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder for heart.csv, correlation.csv and heart.json.",
            show_default="nothing is written",
        ),
    ] = None,
    seed: Seed = 0,
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
        _structures(worker_count(workers), json)
    else:
        _fit(out, seed, draws, worker_count(workers), json)


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


def _structures(workers: int, json: bool) -> None:
    from exoheart.calibration.structures import compare_structures, structures_document

    with show.progress("Comparing structures") as tell:
        scores = compare_structures(workers=workers, on_progress=tell)
    document = structures_document(scores)
    if json:
        show.document(document)
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
        ("Structure", "Its subject is in", "Log score", "Against shipped", "Inside"),
        rows,
    )
    show.line(show.DISCLAIMER)
