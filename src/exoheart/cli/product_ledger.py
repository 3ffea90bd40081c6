"""``product ledger``: what one administration of every arm really brings."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from exoheart.cli import show
from exoheart.cli.options import Json, Seed, StudyPath


def ledger(
    study: StudyPath,
    seed: Seed = 0,
    draws: Annotated[
        int, typer.Option("--draws", min=2, max=1_000_000, help="Joint draws.")
    ] = 2048,
    json: Json = False,
) -> None:
    """Show particles, protein and donor cells behind every dose, with their error."""
    from exoheart.prediction import dose_ledger
    from exoheart.study import load_study

    found = dose_ledger(load_study(study), seed=seed, draws=draws).to_json()
    if json:
        show.document(found)
        show.note(show.DISCLAIMER)
        return
    show.line(f"{found['title']}: what one administration brings")
    if not found["arms"]:
        show.line("No arm is given a product.")
    for arm in found["arms"]:
        _show_arm(arm)
    show.line(f"Intervals hold 90 % of {found['draws']} joint draws.")
    show.line(show.DISCLAIMER)


def _show_arm(arm: dict[str, Any]) -> None:
    """Write the tables and notes of one arm."""
    columns = ("What", "90 % interval", "Median")
    head = f"{arm['arm']}: {arm['dose']} of {arm['product']}"
    for title, key in ((head, "given"), ("Converted with", "factors")):
        rows = [(one["name"], *_spread(one)) for one in arm[key]]
        if rows:
            show.table(title, columns, rows)
    spread = [f"{name} {share:.0%}" for name, share in arm["spread"].items()]
    if spread:
        show.line(f"The dose's spread comes from: {'; '.join(spread)}.")
    if arm["measured"]:
        show.line(f"Rests on the counted sample {arm['measured']}.")
    show.items("Notes", arm["notes"], out=show.line)


def _spread(one: dict[str, Any]) -> tuple[str, str]:
    """Write interval and median with their unit; what doesn't spread stands once."""
    from exoheart.figures import numbers

    pair, unit = [one["low"], one["high"]], one["unit"]
    if numbers.number(one["low"]) == numbers.number(one["high"]):
        return "the same in every draw", numbers.quantity(one["median"], unit)
    return numbers.interval(pair, unit), numbers.median(one["median"], pair, unit)
