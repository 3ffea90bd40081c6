"""``review``: every claim of the review answered; writes a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exoheart.cli import show
from exoheart.cli.options import Json, Seed, Workers, worker_count
from exoheart.errors import InputError

if TYPE_CHECKING:
    from exoheart.reviewing import Changes, Review

PAGE = "review.html"


def review(  # noqa: PLR0913, PLR0917 - one argument for each option
    claim: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only this claim; may be given again."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.html",
            help="Page to write; replaced only if an earlier review wrote it.",
            show_default=f"{PAGE}; none with --claim or --changes",
        ),
    ] = None,
    changes: Annotated[
        bool,
        typer.Option(
            "--changes",
            help="Tell what moved since the last run with this option, and keep this "
            "run for the next.",
        ),
    ] = False,
    draws: Annotated[
        int,
        typer.Option(min=32, max=100_000, help="Parameter sets drawn from the prior."),
    ] = 256,
    seed: Seed = 0,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Answer every claim of the review, disagreements first; writes a page."""
    from exoheart.report.review import MARK
    from exoheart.report.writing import require_replaceable
    from exoheart.reviewing import last_run
    from exoheart.reviewing import review as answer

    if changes and claim:
        raise InputError(
            "met --claim with --changes; allowed: one of them, since a run that is "
            "kept holds every claim; leave one out"
        )
    before = last_run() if changes else None
    page = out or (None if claim or changes else Path(PAGE))
    if page is not None:
        require_replaceable(page, MARK, "exoheart review")
    with show.progress("Answering") as tell:
        found = answer(
            draws=draws,
            seed=seed,
            workers=worker_count(workers),
            claims=claim or (),
            on_progress=tell,
        )
    document = found.to_json()
    if page is not None:
        with show.progress("Drawing"):
            found.write(page)
    if changes:
        _changes(found, before, page, json)
        return
    if json:
        show.document(document)
        show.note("\n".join(_closing(page)))
        return
    _show(document, whole=bool(claim))
    for text in _closing(page):
        show.line(text)


def _changes(
    found: Review, before: dict[str, Any] | None, page: Path | None, json: bool
) -> None:
    """Keep a run, and tell what is different from the one before."""
    from exoheart.reviewing import changes, keep, snapshot

    now = snapshot(found)
    moved = changes(before, now)
    path = keep(now)
    out = show.note if json else show.line
    if json:
        show.document(moved.to_json())
    elif before is None:
        show.line("Nothing to compare with: this is the first run that was kept.")
    else:
        _show_changes(moved)
    out(f"Kept for the next run: {path}")
    for text in _closing(page):
        out(text)


def _show_changes(moved: Changes) -> None:
    if moved.otherwise:
        show.line(f"The last run was another one: {moved.otherwise}.")
    studies = [(how, ", ".join(ids) or "none") for how, ids in moved.studies.items()]
    show.table("Studies", ("Change", "Which"), studies)
    verdicts = [
        (
            one["claim_id"],
            *(_told(one[when]) for when in ("before", "now")),
        )
        for one in moved.verdicts
    ]
    show.table(f"Claims that moved ({len(verdicts)})", _WHEN, verdicts)
    pooled = [
        (one["pool"], *(_estimate(one[when]) for when in ("before", "now")))
        for one in moved.pooled
    ]
    show.table(f"Pooled results that moved ({len(pooled)})", _WHEN, pooled)


def _show_whole(claims: Sequence[Mapping[str, Any]]) -> None:
    """Show a few claims with all that stands behind them."""
    for one in claims:
        basis = f", {one['basis']}" if one["basis"] else ""
        show.block(
            f"{one['claim_id']}: {one['claim']}",
            (
                ("Verdict", f"{one['verdict']} ({one['answered_by']}{basis})"),
                ("Why", one["reason"]),
                ("See", one["see"] or ""),
                ("By mechanism", _by_mechanism(one["numbers"])),
                ("Texts", f"{one['evidence']['verdict']}: {one['evidence']['reason']}"),
                *(
                    (title, f"{cited['what']} [{cited['source']}]")
                    for title, side in (
                        ("For it", "supporting"),
                        ("Against it", "contradicting"),
                        ("Limit", "limiting"),
                    )
                    for cited in one["evidence"][side]
                ),
            ),
        )


def _by_mechanism(numbers: Mapping[str, Any]) -> str:
    counts = numbers.get("by_mechanism", {})
    each = (f"{name} {one['hold']} of {one['speak']}" for name, one in counts.items())
    return ", ".join(each)


_TILT = (
    "One parameter set in five has no effect by construction: a claim of benefit can "
    "hardly agree, a claim of no effect easily does."
)
_WHEN = ("What", "Before", "Now")


def _told(one: Mapping[str, Any] | None) -> str:
    if one is None:
        return "no such claim"
    return (
        f"{one['verdict']} ({one['answered_by']}); texts: {one['texts']}, "
        f"{one['cohorts_for']} for and {one['cohorts_against']} against"
    )


def _estimate(one: Mapping[str, Any] | None) -> str:
    from exoheart.figures import numbers

    if one is None:
        return "not pooled"
    effects = f"{one['effects']} effect{'' if one['effects'] == 1 else 's'}"
    if one["estimate"] is None:
        return f"{effects}, nothing pooled"
    ahead = (
        "" if one["pi95"] is None else f"next study {numbers.interval(one['pi95'])}; "
    )
    return f"{ahead}mean {numbers.number(one['estimate'])}, {effects}"


def _closing(page: Path | None) -> Sequence[str]:
    return [*([] if page is None else [f"Page: {page}"]), show.DISCLAIMER]


def _show(document: Mapping[str, Any], *, whole: bool) -> None:
    if whole:
        _show_whole(document["claims"])
        return
    columns = ("Claim", "Verdict", "Answered by", "What it says", "Why")
    rows = [
        (
            one["claim_id"],
            one["verdict"],
            f"{one['answered_by']}, {one['basis']}"
            if one["basis"]
            else one["answered_by"],
            one["claim"],
            one["reason"],
        )
        for one in document["claims"]
    ]
    show.table(f"The review's claims ({len(rows)})", columns, rows)
    told = document["summary"]
    for title, counts in (
        ("Answered by", told["answered_by"]),
        ("Basis of the model's answers", told["basis"]),
        ("The model, built in and open questions left out", told["model"]),
        ("Texts that were read", told["evidence"]),
    ):
        each = ", ".join(f"{count} {name}" for name, count in counts.items())
        show.line(f"{title}: {each}")
    against = told["model_against_read_texts"]
    for kind, counts in told["model_by_kind"].items():
        each = ", ".join(f"{count} {name}" for name, count in counts.items())
        show.line(f"  of these {kind}: {each}")
    show.line(_TILT)
    show.line(f"Model against read texts ({len(against)}): {', '.join(against)}")
