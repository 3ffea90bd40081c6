"""One claim of the review: where its readings fall over the parameter sets.

Each reading is a panel: the 90 % interval and median over the parameter sets of the
prior, the central set, and the set that turns the answer. The grey band holds the
differences that count as none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from exoheart.figures.forest import Frame, forest, stack
from exoheart.figures.numbers import number, wrap
from exoheart.figures.specification import Spec, chart, mark, value
from exoheart.figures.theme import GRID, INK, SOFT, TREATED, finish

Part = Mapping[str, Any]
#: Differences that count as none [%]; relations against a threshold have no band.
BAND = 5.0
#: Smallest difference that is written [%].
_LEAST = 0.01
_BEYOND = frozenset({"above", "below"})


def claim(numbers: Part, claim_id: str, text: str) -> Spec:
    """Draw one claim that the model answers.

    Parameters
    ----------
    numbers
        ``numbers`` of the claim in the document of ``exoheart review``.
    claim_id, text
        Of the claim.
    """
    panels = [
        _panel(reading, place, numbers)
        for place, reading in enumerate(numbers["readings"])
    ]
    share = numbers["share_of_parameter_sets"]
    held = "no share" if share is None else f"{100 * share:.0f} %"
    words = f"{claim_id}: {text} Holds in {held} of the parameter sets that speak."
    return finish(stack(panels), words)


def _panel(reading: Part, place: int, numbers: Part) -> Spec:
    low, high = reading["difference_interval90"]
    middle = reading["difference_median"]
    rows = [
        {
            "label": "parameter sets, 90 %",
            "low": low,
            "high": high,
            "median": middle,
            "colour": TREATED[0],
            "note": "" if middle is None else _cell(middle) + " %",
        },
        _point("central set", numbers["central"], place, INK, filled=True),
    ]
    if numbers["flip"] is not None:
        rows.append(_point("turned set", numbers["flip"], place, TREATED[1]))
    beyond = reading["relation"] in _BEYOND
    frame = Frame(
        x_title=wrap(f"{reading['quantity']}: {_axis(reading)}, %", 60),
        title=f"{reading['arm']['scenario']}: {reading['arm']['arm']}, "
        f"{reading['arm']['at']}",
        zero=True,
        extra=() if beyond else (-BAND, BAND),
    )
    drawn = forest(rows, frame)
    if not beyond:
        drawn["layer"] = [_band(), *drawn["layer"]]
    return drawn


def _point(
    label: str, one: Part, place: int, colour: str, *, filled: bool = False
) -> dict[str, Any]:
    """Give a row of one parameter set: a dot without an interval."""
    at = one["values"][place]["difference"]
    return {
        "label": label,
        "low": None,
        "high": None,
        "median": at,
        "colour": colour,
        "filled": filled,
        "note": "no effect" if at is None else _cell(at) + " %",
    }


def _axis(reading: Part) -> str:
    """Say what is compared with what; an arm of another scenario or time says so."""
    if reading["against"] is None:
        unit = "" if reading["unit"] == "1" else f" {reading['unit']}"
        return f"beyond {number(reading['threshold'])}{unit}"
    arm, other = reading["arm"], reading["against"]
    words = other["arm"]
    if other["scenario"] != arm["scenario"]:
        words += f" in {other['scenario']}"
    if other["at"] != arm["at"]:
        words += f", {other['at']}"
    if reading["control"] is not None:
        return f"effect beyond that of {words}"
    return f"difference from {words}"


def _band() -> Spec:
    rows = [{"low": -BAND, "high": BAND}]
    look = mark("rect", color=GRID, opacity=0.9, stroke=SOFT, strokeOpacity=0)
    return chart(rows, look, x="low:Q", x2="high:Q", opacity=value(0.9))


def claim_rows(numbers: Part) -> Sequence[tuple[str, ...]]:
    """Give the figure as rows of a table, a reading each."""
    rows = []
    for place, reading in enumerate(numbers["readings"]):
        low, high = reading["difference_interval90"]
        ends = "" if None in {low, high} else f"{_cell(low)} to {_cell(high)}"
        flip = numbers["flip"]
        rows.append(
            (
                f"{reading['quantity']}, {reading['arm']['at']}",
                ends,
                _cell(reading["difference_median"]),
                _cell(numbers["central"]["values"][place]["difference"]),
                "" if flip is None else _cell(flip["values"][place]["difference"]),
            )
        )
    return rows


def _cell(found: float | None) -> str:
    """Write a difference in per cent; below a hundredth it is none."""
    if found is None:
        return "no effect"
    return number(found if abs(found) >= _LEAST else 0.0)
