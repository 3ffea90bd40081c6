"""``qualify``: the model beside published animals, or beside studies it hasn't seen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exoheart.cli import show
from exoheart.cli.options import Json, Seed, Workers, worker_count
from exoheart.errors import InputError

if TYPE_CHECKING:
    from exoheart.qualification import Qualification

PAGE = "qualify.html"


def qualify(  # noqa: PLR0913, PLR0917 - one argument for each option
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.html",
            help="Page to write; replaced only if an earlier qualify wrote it.",
            show_default=PAGE,
        ),
    ] = None,
    seed: Seed = 0,
    animals: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=100_000,
            help="Animals of each species behind a band; 0 for none.",
            show_default="128",
        ),
    ] = None,
    studies: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv",
            help="Predict these published studies instead; writes no page.",
            show_default=False,
        ),
    ] = None,
    members: Annotated[
        int | None,
        typer.Option(
            min=16,
            max=1_000_000,
            help="With --studies: simulated animals per arm.",
            show_default="256",
        ),
    ] = None,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Compare the heart with every published untreated animal; writes a page."""
    _require_no_mixture(
        studies, {"--out": out, "--animals": animals}, {"--members": members}
    )
    if studies is None:
        _animals(out or Path(PAGE), seed, animals, worker_count(workers), json)
    else:
        _studies(studies, seed, members, worker_count(workers), json)


def _require_no_mixture(
    studies: Path | None, without: Mapping[str, Any], only: Mapping[str, Any]
) -> None:
    """Refuse options that would do nothing; all of them."""
    idle = without if studies is not None else only
    met = [name for name, value in idle.items() if value is not None]
    if met:
        needs = "without" if studies is not None else "with"
        raise InputError(
            f"met {' and '.join(met)}, which does nothing here; allowed: only {needs} "
            "--studies; leave it out"
        )


def _animals(
    page: Path, seed: int, animals: int | None, workers: int, json: bool
) -> None:
    """Compare, write the page, show the counts and rows or the document."""
    from exoheart.qualification import DEFAULT_ANIMALS, require_replaceable, words
    from exoheart.qualification import qualify as compare

    require_replaceable(page)
    with show.progress("Comparing") as tell:
        found = compare(
            seed=seed,
            animals=DEFAULT_ANIMALS if animals is None else animals,
            workers=workers,
            on_progress=tell,
        )
    with show.progress("Drawing"):
        found.write(page)
    if json:
        show.document(found.to_json())
        show.note(f"Page: {page}\n{words.held_out(found.rows)}\n{show.DISCLAIMER}")
        return
    _show(found)
    failed = words.failures(found.rows)
    if failed:
        show.line(failed)
    show.line(words.held_out(found.rows))
    show.line(f"Page: {page}")
    show.line(show.DISCLAIMER)


def _show(found: Qualification) -> None:
    from exoheart.qualification import USES, words

    counted = [
        (use, f"{one['inside']} of {one['rows']}", words.USE_WORDS[use])
        for use, one in found.counts.items()
    ]
    columns = ("Use", "Inside", "What its rows may do")
    show.table("Inside the pass mark, at central values", columns, counted)
    for use in USES:
        own = [words.cells(row) for row in found.rows if row.control.use == use]
        if own:
            show.table(f"{use} ({len(own)} rows)", words.COLUMNS, own)
    missing = words.missing(found.not_represented)
    show.table(
        f"Published, not represented ({len(found.not_represented)} rows)",
        ("Quantity", "Rows", "Reason", "Source"),
        [(what, count, why, source) for what, why, count, source in missing],
    )
    peaks = [row for row in found.rows if row.control.relation == "peak time"]
    if peaks:
        inside = sum(row.inside for row in peaks)
        title = f"Moments of peaks: {inside} of {len(peaks)} inside"
        show.table(title, words.COLUMNS, map(words.cells, peaks))
    _show_perturbations(found)


def _show_perturbations(found: Qualification) -> None:
    from exoheart.figures import numbers
    from exoheart.qualification import words

    columns = (
        *("Perturbation", "Read", "Day", "Published", "Model", "Agrees"),
        *("Published model agrees", "Source"),
    )
    rows = [
        (
            row.perturbation.perturbation,
            row.perturbation.quantity,
            numbers.number(row.perturbation.day),
            row.perturbation.expected,
            words.change(row),
            words.agrees(row),
            "yes" if row.perturbation.published_model else "no",
            row.perturbation.source,
        )
        for row in words.outside_first(found.perturbations)
    ]
    show.table("Perturbations, disagreeing signs first", columns, rows)
    show.line(words.signs(found.signs["all"]))


def _studies(
    path: Path, seed: int, members: int | None, workers: int, json: bool
) -> None:
    """Predict studies of a table and show one line for each of its rows."""
    from exoheart.qualification.unseen import DEFAULT_MEMBERS, qualify_studies

    with show.progress("Predicting") as tell:
        found = qualify_studies(
            path,
            seed=seed,
            members=members or DEFAULT_MEMBERS,
            workers=workers,
            on_progress=tell,
        )
    document = found.to_json()
    if json:
        show.document(document)
        show.note(show.DISCLAIMER)
        return
    columns = (
        *("Study", "Arm", "Outcome", "At", "Status", "Predicted", "90 %"),
        *("Published", "Inside", "Direction", "Assumed", "Reason"),
    )
    rows = [_answer(row) for row in document["rows"]]
    show.table(f"{path.name} ({len(rows)} rows)", columns, rows)
    told = document["summary"]
    show.line(f"{told['predicted']} of {told['rows']} rows predicted")
    for name, words in (
        ("inside", "published numbers inside the 90 % interval"),
        ("direction", "published signs with a chance above one half"),
    ):
        show.line(f"{told[name]['yes']} of {told[name]['of']} {words}")
    reasons = (f"{count} {why}" for why, count in told["not_predictable"].items())
    show.items("Not predictable, by reason", reasons, out=show.line)
    show.line(show.DISCLAIMER)


def _answer(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Give one line of an unseen study; what is missing is an empty cell."""
    from exoheart.figures import numbers

    made = row["predicted"] or {}
    unit, interval = row.get("unit"), made.get("interval90")
    chance = made.get("probability_of_direction")
    seen = {True: "yes", False: "no", None: ""}
    return (
        *(row["study_id"], row["arm"], row["outcome"], row["at"] or ""),
        row["status"],
        numbers.median(made["median"], interval, unit) if made else "",
        numbers.interval(interval, unit) if made else "",
        "" if row["observed"] is None else numbers.quantity(row["observed"], unit),
        seen[row["inside"]],
        "" if chance is None else numbers.probability(chance),
        ", ".join(row["assumed"]) or "",
        row["reason"] or "",
    )
