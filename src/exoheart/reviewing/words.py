"""The answer to a claim in words: what holds in how many parameter sets, and why."""

from __future__ import annotations

from collections.abc import Sequence

from exoheart.reviewing.answer import FEWEST, ModelAnswer
from exoheart.reviewing.tables import MECHANISM, Flip

#: Values of a parameter set that a sentence names; the record has all.
_SHOWN = 4

_SPEAKS = {
    "agrees": "the claim holds",
    "disagrees": "the claim fails",
    "undecided": "there is no effect to compare",
    "not answered": "nothing is said",
}


def model_reason(model: ModelAnswer) -> str:
    """Say in sentences what a model's answer rests on."""
    parts = [f"{_readings(model)}.", _share(model), _central(model)]
    return " ".join(part for part in parts if part)


def _readings(model: ModelAnswer) -> str:
    return "; ".join(one.contrast.reading for one in model.reads)


def _share(model: ModelAnswer) -> str:
    if model.share is None:
        return (
            f"In {model.draws - model.speak} of {model.draws} parameter sets no arm "
            f"has an effect that could be compared (fewer than {FEWEST} do), so the "
            "model can't tell."
        )
    held = round(model.share * model.speak)
    silent = model.draws - model.speak
    rest = f"; in {silent} more there is no effect to compare" if silent else ""
    open_ = " The claim is that nobody knows." if model.reads[0].contrast.open else ""
    return f"It holds in {held} of {model.speak} parameter sets{rest}.{open_}"


def _central(model: ModelAnswer) -> str:
    middle = f"With every value at its median {_SPEAKS[model.central.verdict]}"
    if model.basis == "calibrated":
        return f"{middle}; it reads untreated animals, to which the heart was fitted."
    if model.flipped is None:
        return (
            f"{middle}, and no parameter set was found that turns this: the sign "
            "follows from the structure, so it counts as no agreement."
        )
    return f"{middle}; {_SPEAKS[model.flipped.verdict]} with {_named(model.flips)}."


def _named(flips: Sequence[Flip]) -> str:
    """Name the values of a parameter set, the first few of many."""
    shown = [_value(one) for one in flips[:_SHOWN]]
    rest = len(flips) - len(shown)
    return ", ".join(shown) + (f" and {rest} more values" if rest else "")


def _value(flip: Flip) -> str:
    if flip.parameter == MECHANISM:
        return f"the {flip.value} mechanism alone"
    unit = "" if flip.unit == "1" else f" {flip.unit}"
    return f"{flip.parameter} at {flip.value}{unit}"
