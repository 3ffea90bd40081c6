"""Section 2, Published: what others found closest to this plan."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from exoheart import figures
from exoheart.figures import numbers
from exoheart.report.blocks import (
    Block,
    Cell,
    Part,
    Section,
    Table,
    Text,
    linked,
    long_table,
    picture,
    table,
)

_WHY_EMPTY = "The shipped evidence holds no study close enough to set beside this plan."


def _joined(*parts: object) -> str:
    return ", ".join(str(part) for part in parts if part)


def effect_words(study: Part) -> str:
    """Write a published effect; where no number is printed, its direction."""
    if numbers.finite(study.get("effect")) is not None:
        return numbers.quantity(study["effect"], study.get("unit"))
    direction = study.get("direction")
    return f"{direction}, no numbers printed" if direction else numbers.MISSING


def _effect(study: Part) -> Cell:
    """Write an effect with what it is made of: group means, n, spread."""
    unit = study.get("unit")
    group = "%" if numbers.unit_words(unit) == "points" else unit
    made_of = [
        f"{key} {numbers.quantity(study[key], group)}"
        for key in ("control", "treated")
        if numbers.finite(study.get(key)) is not None
    ]
    made_of.append(f"n {numbers.number(study.get('n'))}")
    if study.get("spread") is not None:
        made_of.append(f"spread {numbers.number(study['spread'])}")
    return _with_small(effect_words(study), "; ".join(made_of))


def _with_small(text: object, *small: object) -> Cell:
    """Write a cell with a line in small type under it, if there is one."""
    below = "; ".join(str(part).rstrip(".") for part in small if part)
    if not below:
        return linked(text)
    return Markup("{}<br><small>{}</small>").format(linked(text), linked(below))


def _nearest(studies: Sequence[Part]) -> Table:
    body: list[tuple[Cell, ...]] = []
    for study in studies:
        product = f"{study.get('donor') or ''} {study.get('form') or ''}".strip()
        read = study.get("verification")
        name = _with_small(
            study.get("reference") or study["study"],
            f"read: {read}" if read else "",
            study.get("note"),
        )
        body.append(
            (
                name,
                _joined(study.get("species"), study.get("model")),
                _joined(product, study.get("route"), study.get("dose")),
                _joined(study.get("outcome"), study.get("at")),
                _effect(study),
                ", ".join(study.get("differs_in") or ()) or "nothing recorded",
            )
        )
    columns = (
        "Study",
        "Animal and infarct",
        "Product, route, dose",
        "Outcome",
        "Effect",
        "Differs from the plan in",
    )
    return table("Published studies closest to this plan", columns, body)


def _pooled(pools: Sequence[Part]) -> Table:
    body = [
        (
            _with_small(
                pool["analysis"],
                pool.get("reference"),
                pool.get("measure"),
                pool.get("note"),
            ),
            str(pool["outcome"]),
            numbers.interval(pool.get("interval95"), pool.get("unit")),
            numbers.quantity(pool.get("estimate"), pool.get("unit")),
            numbers.number(pool.get("k")),
            str(pool.get("population") or "not stated"),
        )
        for pool in pools
    ]
    columns = (
        "Analysis",
        "Outcome",
        "95 % interval",
        "Estimate",
        "Studies",
        "Population",
    )
    return table("Pooled results", columns, body, (2, 3, 4))


def _value(value: object) -> str:
    """Write a value that may be words, a number or a range."""
    return numbers.interval(value) if isinstance(value, list) else numbers.number(value)


def _outside(rows: Sequence[Part]) -> Table:
    body = [
        (
            str(row["what"]),
            _value(row.get("met")),
            _value(row.get("studied")),
            linked(row.get("source") or "not stated"),
        )
        for row in rows
    ]
    columns = ("What", "This plan", "Studied range", "Source")
    return table(
        "Where the plan leaves, or may leave, what has been studied", columns, body
    )


def _contradictions(rows: Sequence[Part]) -> Table:
    body = [
        (
            _with_small(row["topic"], row.get("reading")),
            *(linked(side) for side in row["sides"]),
        )
        for row in rows
    ]
    columns = ("Topic", "One side", "The other side")
    return table("Where published results contradict each other", columns, body)


def published(plan: Part) -> Section:
    """Write section 2 from ``published``, beside the predicted differences."""
    part = plan["published"]
    blocks: list[Block] = []
    known = [*part["nearest"], *part["pooled"]]
    rows, arms = plan["answer"]["rows"], plan["study"]["arms"]
    if known and rows:
        spec = figures.published(part, rows, arms)
        caption = (
            "Published effects beside the predictions, one panel per endpoint. "
            "Hollow dots: single studies, without an interval because their spread "
            "is often of unknown type; dark dots: pooled results, 95 % interval; "
            "coloured: this plan, 90 % interval. Outcomes or units that differ from "
            "the endpoint's are in the tables only."
        )
        twin = _effects(part, rows)
        blocks.append(picture("published", spec, caption, twin))
    if part["nearest"]:
        blocks.append(long_table(_nearest(part["nearest"])))
    if part["pooled"]:
        blocks.append(long_table(_pooled(part["pooled"])))
    if part["contradictions"]:
        blocks.append(long_table(_contradictions(part["contradictions"])))
    if part["outside"]:
        blocks.append(_outside(part["outside"]))
    elif known:
        text = "The plan stays inside the studied ranges that the evidence records."
        blocks.append(Text(text))
    if not known:
        blocks.insert(0, Text(_WHY_EMPTY))
    return Section("published", "Published", tuple(blocks))


def _named_interval(pair: object, unit: object, name: str) -> str:
    text = numbers.interval(pair, unit)
    return text if text == numbers.MISSING else f"{text} ({name})"


def _effects(part: Part, rows: Sequence[Part]) -> Table:
    """Give the table twin: published and predicted effects in one list."""
    body = [
        (
            f"{study['study'].replace('_', ' ')}",
            str(study["outcome"]),
            numbers.MISSING,
            effect_words(study),
        )
        for study in part["nearest"]
    ]
    body += [
        (
            f"pooled: {pool['analysis']}",
            str(pool["outcome"]),
            _named_interval(pool.get("interval95"), pool.get("unit"), "95 %"),
            numbers.quantity(pool.get("estimate"), pool.get("unit")),
        )
        for pool in part["pooled"]
    ]
    body += [
        (
            f"this plan: {row['arm']}",
            str(row["endpoint"]),
            _named_interval(row.get("interval90"), row.get("unit"), "90 %"),
            numbers.median(row.get("median"), row.get("interval90"), row.get("unit")),
        )
        for row in rows
    ]
    columns = ("Source", "Outcome", "Interval", "Effect")
    return table("Published and predicted effects", columns, body, (2, 3))
