"""Section 1, Answer: what the trial will probably show."""

from __future__ import annotations

from collections.abc import Sequence

from exoheart import figures
from exoheart.figures import numbers
from exoheart.report.blocks import (
    Block,
    Fold,
    Part,
    Section,
    Table,
    Text,
    picture,
    sentences,
    table,
)

_BETTER = {"lower": "lower", "higher": "higher", "none": "neither"}
_WHY_EMPTY = (
    "No arm is compared with a control in this study, so there is no difference to "
    "predict; the predicted endpoints of each arm are below."
)


def _differences(rows: Sequence[Part]) -> Table:
    body = [
        (
            f"{row['arm']} against {row['control']}",
            row["endpoint"] + (" (primary)" if row.get("primary") else ""),
            _BETTER.get(row.get("better") or "", "not stated"),
            numbers.probability(
                row.get("probability_of_benefit"), row.get("probability_error")
            ),
            numbers.interval(row.get("interval90"), row.get("unit")),
            numbers.median(row.get("median"), row.get("interval90"), row.get("unit")),
        )
        for row in rows
    ]
    columns = (
        "Comparison",
        "Endpoint",
        "Better is",
        "Probability of benefit (± Monte Carlo error)",
        "90 % interval of the difference",
        "Median",
    )
    caption = "Difference to control, as one future trial would show it"
    return table(caption, columns, body, numeric=(3, 4, 5))


def endpoint_name(endpoint: Part) -> str:
    """Name an endpoint: quantity, region, moment."""
    region = f" of {endpoint['of']}" if endpoint.get("of") else ""
    return f"{endpoint['quantity']}{region}, {endpoint['at']}"


def _endpoints(arms: Sequence[Part]) -> Table:
    body = [
        (
            arm["name"],
            endpoint_name(end),
            str(end.get("method") or "not stated"),
            numbers.interval(end.get("interval90"), end.get("unit")),
            numbers.median(end.get("median"), end.get("interval90"), end.get("unit")),
            numbers.interval(end.get("animal_interval90"), end.get("unit")),
        )
        for arm in arms
        for end in arm["endpoints"]
    ]
    columns = (
        "Arm",
        "Endpoint",
        "Method",
        "90 % interval, mean of the arm",
        "Median",
        "90 % interval, one animal",
    )
    return table("Predicted endpoints of every arm", columns, body, (3, 4, 5))


def _at(curve: Part, count: int = 6) -> list[int]:
    """Give places along a curve for its table twin: evenly spaced, last included."""
    last = len(curve["time_h"]) - 1
    steps = min(count - 1, last)
    if steps < 1:
        return [0] if last == 0 else []
    return sorted({round(last * step / steps) for step in range(steps + 1)})


def _curve_table(curves: Sequence[Part], quantity: str) -> Table:
    """Give one row per selected time, one column per arm: interval, median."""
    chosen = [curve for curve in curves if curve["quantity"] == quantity]
    times = [chosen[0]["time_h"][place] for place in _at(chosen[0])]
    body = []
    for time in times:
        row = [numbers.duration(time)]
        for curve in chosen:
            if time not in curve["time_h"]:
                row.append(numbers.MISSING)
                continue
            place = curve["time_h"].index(time)
            ends = [curve["low"][place], curve["high"][place]]
            middle = numbers.median(curve["median"][place], ends)
            row.append(f"{numbers.interval(ends)}; {middle}")
        body.append(row)
    unit = numbers.unit_words(chosen[0].get("unit"))
    caption = f"{quantity}{f' ({unit})' if unit else ''}: 90 % interval; median"
    columns = ("Time after occlusion", *(curve["arm"] for curve in chosen))
    return table(caption, columns, body, numeric=range(len(columns)))


def _course(plan: Part, quantity: str) -> Block:
    curves = plan["prediction"]["curves"]
    caption = (
        f"Predicted course of {quantity}: each treated arm beside its control "
        "(dashed), single animals, without reading error. Band: 90 % interval; "
        "line: median. Time zero is the onset of "
        "occlusion."
    )
    spec = figures.course(curves, plan["study"]["arms"], quantity)
    return picture("course", spec, caption, _curve_table(curves, quantity))


def _courses(plan: Part) -> list[Block]:
    curves = plan["prediction"].get("curves") or ()
    if not curves:
        return []
    first = figures.primary_quantity(plan)
    others = dict.fromkeys(c["quantity"] for c in curves if c["quantity"] != first)
    more = tuple(_course(plan, name) for name in others)
    blocks = [_course(plan, first)]
    if more:
        blocks.append(Fold(f"More time courses: {', '.join(others)}", more))
    return blocks


def answer(plan: Part) -> Section:
    """Write section 1 from ``answer`` and ``prediction``."""
    part, prediction = plan["answer"], plan["prediction"]
    blocks: list[Block] = [Text(line, "lead") for line in part["sentences"]]
    if part["rows"]:
        caption = (
            "Predicted difference of each arm to its control. Bar: 90 % interval of "
            "the difference of two group means in one future trial of the planned "
            "size; dot: median; vertical line: no difference."
        )
        spec = figures.answer(part["rows"], plan["study"]["arms"])
        twin = _differences(part["rows"])
        blocks.append(picture("answer", spec, caption, twin, folded=False))
    else:
        blocks.append(Text(_WHY_EMPTY))
    blocks += sentences(prediction.get("warnings") or (), "Warnings", "notice")
    blocks += _courses(plan)
    arms = prediction["arms"]
    if arms:
        whole = _endpoints(arms)
        blocks.append(Fold(whole.caption, (whole,)) if part["rows"] else whole)
    return Section("answer", "Answer", tuple(blocks))
