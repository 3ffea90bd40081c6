"""Arguments and options that several commands share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

StudyPath = Annotated[
    Path,
    typer.Argument(metavar="STUDY.toml", help="Study file.", show_default=False),
]
Seed = Annotated[int, typer.Option(min=0, help="Same seed, same result.")]
Members = Annotated[
    int | None,
    typer.Option(
        min=16,
        max=1_000_000,
        help="Simulated animals per arm.",
        show_default="1024, with --quick 128",
    ),
]
Quick = Annotated[bool, typer.Option("--quick", help="Fewer members, rougher answer.")]
Workers = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=256,
        help="Threads; the result is the same for any number.",
        show_default="number of processors, at most 8",
    ),
]
Json = Annotated[
    bool, typer.Option("--json", help="One JSON document on standard output.")
]


def worker_count(given: int | None) -> int:
    """Give the number of processes: as asked, else one per processor, at most 8."""
    return given or min(8, os.cpu_count() or 1)
