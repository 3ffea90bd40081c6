"""Make ``docs/heart_fit.md``: the fit, rival structures and perturbations as tables.

Usage: ``python docs/fit_page.py [--write]``. Reads ``data/fitted/heart.json`` and
``data/fitted/structures.json`` (made by ``exoheart calibrate``),
and runs the perturbations.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from exoheart.calibration.late_death import late_death
from exoheart.calibration.perturbations import Judged, judge, summary
from exoheart.evidence.tables import data_folder

_ENDS = (0.05, 0.5, 0.95)
#: Where the death that is still open at reflow is shown: species, occlusion [min].
LATE_DEATH = (("mouse", 30), ("pig", 60), ("pig", 90), ("human", 200))
PAGE = Path(__file__).with_name("heart_fit.md")
HEAD = """# How the heart was fitted, and what the fit can't tell

Made by `python docs/fit_page.py --write`; don't edit by hand. Research use only.

Untreated animals only: no therapy result is read here. Four modules are fitted one
after the other to the rows marked *calibrate* in `data/controls.csv`, each with the
medians of the ones before it. A pass mark is read as the middle 90 % of a normal
error (assumed); the scale that ratios of one assay share is taken out; each laboratory
of the injury module has a clock of its own. Optimum by SciPy's least squares, draws
by importance sampling around it. Parameters that no untreated animal can inform are
left at their priors.

Read with care: uncertainty of an earlier module does not reach a later one, and what
inflammation does to injury is not fitted back. Many priors were judged with the same
published rows in view, so narrowing is no measure of what was learned. The ventricle
has six numbers and two rows.

    {command}

Seed {seed}; digest of the data `{data}`, of the model text `{text}`. A test checks
that both are those of the shipped files.
"""
JUDGED = """
## Judged numbers that decide what a product can show

How much infarct sparing and function a product can show hangs on a few judged
numbers. The fit moves some of them, and narrows them hardly; the others can't be seen
in untreated animals at all. They stay wide in every prediction.
"""
STRUCTURES = """
## Rival structures

Each structure is fitted to the calibrate and select rows of all laboratories but one
and scored on that one, for every laboratory in turn (log score of a t density with
four degrees of freedom; above zero is better than the shipped text). *Signs* counts
published perturbations whose direction it shares. The clock of a laboratory that was
left out is the central one. Only the modules with rows of that laboratory are fitted
anew. Terms that were put in have one assumed strength, which no fit moved: a lower
score says that this strength doesn't help, not that the term is wrong. A term was kept
where taking it out lowers the score or the signs; where it does neither, the reason
beside it is all there is.
"""
SIGNS = """
## Published perturbations

Directions seen when something was deleted, blocked or depleted in mice, from the list
of the intercellular model of Chowkwale et al. A change counts beyond 5 % of the
control (assumed; it fits that model's own labels), read as that model reads it, as
the mean until the day. Rows that the heart can't represent stay in the count of all
rows. **These directions were in view when the couplings of the inflammation were
chosen, and assumed strengths were raised until more of them agreed; they are no test
of the model.**
"""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _range(values: Sequence[float]) -> str:
    low, middle, high = values
    return f"{middle:.3g} ({low:.3g} to {high:.3g})"


def fit_tables(fit: Mapping[str, Any]) -> str:
    """Give prior beside posterior, module by module."""
    parts = ["\n## Prior beside posterior (median, 90 %)"]
    head = ("Parameter", "Unit", "Prior", "Posterior", "Narrowed by")
    for module in fit["modules"]:
        before, after = module["mean_squared_misfit"]
        parts.append(
            f"\n**{module['module']}**: {len(module['rows'])} rows, mean squared "
            f"misfit {before:.2g} before and {after:.2g} after, "
            f"{module['effective_draws']:.0f} effective draws.\n"
        )
        rows = [
            (
                f"`{one['name']}`",
                one["unit"],
                _range(one["prior90"]),
                _range(one["posterior90"]),
                f"{one['narrowed']:.0%}",
            )
            for one in module["unknowns"]
        ]
        parts.append(_table(head, rows))
    return "\n".join(parts)


def judged_table(fit: Mapping[str, Any]) -> str:
    """Give the judged numbers: prior, posterior where a fit moved them."""
    found = {u["name"]: u for m in fit["modules"] for u in m["unknowns"]}
    rows = [
        (
            f"`{one['id']}`",
            _range(one["prior90"]),
            _range(found[one["id"]]["posterior90"])
            if one["moved"]
            else "not seen in untreated animals",
        )
        for one in fit["judged"]
    ]
    for species, minutes in LATE_DEATH:
        both = [late_death(species, minutes, fitted=fitted) for fitted in (False, True)]
        prior, posterior = (_range(np.nanquantile(b, _ENDS)) for b in both)
        what = f"share of death after 30 min of reflow, {species} {minutes} min"
        rows.append((what, prior, posterior))
    return _table(("Parameter", "Prior", "Posterior"), rows)


def structures_table(found: Mapping[str, Any]) -> str:
    """Give the score of every rival structure against the shipped text."""
    rows = [
        (
            one["name"],
            one["why"],
            f"{one['against_shipped']:+.1f} ± {one['standard_error']:.1f}",
            f"{one['inside']} of {one['rows']}",
            f"{one['signs']} of {one['represented']}",
        )
        for one in found["structures"]
    ]
    head = ("Structure", "Why", "Log score against shipped", "Inside", "Signs")
    return _table(head, rows)


def signs_table(judged: Sequence[Judged]) -> str:
    """Give every perturbation with what the model says."""
    counted = summary(judged)["all"]
    text = (
        f"\n{counted.agreeing} of {counted.represented} represented directions agree "
        f"({counted.agreeing / counted.represented:.0%}; {counted.agreeing_narrow} "
        f"beyond a band of 1 %), of {counted.listed} listed. The published model: "
        f"{counted.published_represented} of the same rows, {counted.published} of "
        f"all. A model that always says decrease: {counted.decrease}.\n\n"
    )
    rows = []
    for one in judged:
        row = one.perturbation
        if not row.represented:
            rows.append(
                (
                    row.id,
                    row.perturbation,
                    row.quantity,
                    row.expected,
                    "not represented",
                    "",
                    "",
                )
            )
            continue
        rows.append(
            (
                row.id,
                row.perturbation,
                f"{row.quantity}, day {row.day:g}",
                row.expected,
                f"{one.relative:+.1%}",
                "yes" if one.agrees else "**no**",
                "yes" if row.published_model else "no",
            )
        )
    head = (
        "Id",
        "Perturbation",
        "Read",
        "Published",
        "Model",
        "Agrees",
        "Published model agrees",
    )
    return text + _table(head, rows)


def page() -> str:
    """Give the whole page."""
    folder = data_folder() / "fitted"
    fit = json.loads((folder / "heart.json").read_text("utf-8"))
    rivals = json.loads((folder / "structures.json").read_text("utf-8"))
    head = HEAD.format(
        command=fit["command"],
        seed=fit["seed"],
        data=fit["data_sha256"][:12],
        text=fit["text_sha256"][:12],
    )
    parts = [
        head + fit_tables(fit),
        JUDGED + "\n" + judged_table(fit),
        STRUCTURES + "\n" + structures_table(rivals),
        SIGNS + signs_table(judge()),
    ]
    return "\n".join(parts) + "\n"


def main(arguments: Sequence[str]) -> None:
    """Print the page, or write it."""
    if "--write" in arguments:
        PAGE.write_text(page(), "utf-8")
    else:
        print(page())


if __name__ == "__main__":
    main(sys.argv[1:])
