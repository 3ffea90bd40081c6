"""The answer to a claim in words: what holds in how many parameter sets, and why."""

from __future__ import annotations

from collections.abc import Sequence

from exoheart.reviewing.answer import AGREES, DISAGREES, FEWEST, ModelAnswer
from exoheart.reviewing.quantities import QUANTITIES
from exoheart.reviewing.tables import MECHANISM, Flip

#: Values of a parameter set that a sentence names; the record has all.
_SHOWN = 4

_SPEAKS = {
    "agrees": "the claim holds",
    "disagrees": "the claim fails",
    "undecided": "there is no effect to compare",
}
#: The same where the claim is that nobody knows: the reading, not the claim.
_OPEN = {
    "agrees": "it is so",
    "disagrees": "it isn't so",
    "undecided": "there is no effect to compare",
}


def model_reason(model: ModelAnswer) -> str:
    """Say in sentences what a model's answer rests on."""
    parts = [f"{_readings(model)}.", _share(model), _central(model)]
    return " ".join(part for part in parts if part)


def _readings(model: ModelAnswer) -> str:
    return "; ".join(one.contrast.reading for one in model.reads)


def _share(model: ModelAnswer) -> str:
    silent = model.draws - model.speak
    if model.share is None:
        return (
            f"In {silent} of {model.draws} parameter sets no arm has an effect to "
            f"compare, or a solve failed; fewer than {FEWEST} speak, so the model "
            "can't tell."
        )
    held = round(model.share * model.speak)
    rest = f"; {silent} more have no effect to compare" if silent else ""
    near = (
        " That is close to a threshold: other draws may turn it."
        if _near(model)
        else ""
    )
    return f"It holds in {held} of {model.speak} parameter sets{rest}.{near}"


def _near(model: ModelAnswer) -> bool:
    """Whether the share lies within two Monte Carlo errors of a threshold."""
    if model.share is None or model.error is None:
        return False
    apart = min(abs(model.share - edge) for edge in (AGREES, DISAGREES))
    return apart < 2.0 * model.error


def _central(model: ModelAnswer) -> str:
    open_ = any(one.contrast.open for one in model.reads)
    speaks = _OPEN if open_ else _SPEAKS
    middle = f"With every value at its median {speaks[model.central.verdict]}"
    if model.flipped is None:
        return f"{middle}; {_unturned(model)}, so it counts neither way."
    if not model.flips:
        return f"{middle}, which turns the verdict."
    turned = f"{speaks[model.flipped.verdict]} with {_named(model.flips)}"
    inside = ", each inside its prior" if len(model.flips) > 1 else ""
    return f"{middle}; {turned}{inside}."


def _unturned(model: ModelAnswer) -> str:
    """Say what was looked for in vain: of an input of the donor a change of sign."""
    if any(QUANTITIES[one.contrast.quantity].recorded for one in model.reads):
        return "no parameter set was found that turns the verdict"
    return (
        "where it fails the difference is only small, and its sign never turns, since "
        "the prior of this input lies on one side"
    )


def _named(flips: Sequence[Flip]) -> str:
    """Name the values of a parameter set, the first few of many."""
    shown = [_value(one) for one in flips[:_SHOWN]]
    rest = len(flips) - len(shown)
    return ", ".join(shown) + (f" and {rest} more values" if rest else "")


def _value(flip: Flip) -> str:
    if flip.parameter == MECHANISM:
        return f"the {flip.value} mechanism alone"
    unit = "" if flip.unit == "1" else f" {flip.unit}"
    return f"{flip.parameter} at {float(flip.value):.3g}{unit}"
