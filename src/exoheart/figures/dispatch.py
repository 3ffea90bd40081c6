"""One door to all figures: a document and a name give the specification."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from exoheart.errors import InputError, closest
from exoheart.figures.alternatives import alternatives
from exoheart.figures.answer import answer
from exoheart.figures.claims import claim
from exoheart.figures.controls import controls
from exoheart.figures.course import course
from exoheart.figures.drawing import Drawing
from exoheart.figures.fate import fate
from exoheart.figures.mechanisms import mechanisms
from exoheart.figures.power import power
from exoheart.figures.published import published
from exoheart.figures.roadblocks import roadblocks
from exoheart.figures.specification import Spec
from exoheart.figures.stoichiometry import stoichiometry

Document = Mapping[str, Any]


def primary_quantity(plan: Document) -> str:
    """Give the quantity whose course to show: the primary endpoint's, if drawn."""
    curves = plan["prediction"].get("curves") or [{}]
    endpoints = plan["study"]["endpoints"]
    drawn = [str(curve.get("quantity", "")) for curve in curves]
    for endpoint in sorted(endpoints, key=lambda e: not e.get("primary")):
        wanted = endpoint["quantity"]
        found = next((name for name in drawn if name.startswith(wanted)), None)
        if found:
            return found
    return drawn[0]


_DRAW: Mapping[str, Callable[[Document], Spec]] = {
    "answer": lambda p: answer(p["answer"]["rows"], p["study"]["arms"]),
    "course": lambda p: course(
        p["prediction"].get("curves") or [], p["study"]["arms"], primary_quantity(p)
    ),
    "published": lambda p: published(
        p["published"], p["answer"]["rows"], p["study"]["arms"]
    ),
    "fate": lambda p: fate(p["how"]["fate"], p["study"]["arms"]),
    "stoichiometry": lambda p: stoichiometry(
        p["how"]["stoichiometry"], p["study"]["arms"]
    ),
    "mechanisms": lambda p: mechanisms(p["how"]["mechanisms"], p["study"]["arms"]),
    "power": lambda p: power(p["animals"]),
    "roadblocks": lambda p: roadblocks(p["roadblocks"]["ranked"]),
    "alternatives": lambda p: alternatives(
        p["alternatives"]["rows"], p["alternatives"].get("endpoint") or ""
    ),
    "controls": lambda p: controls(p["trust"]["controls"]),
}
NAMES = tuple(_DRAW)
_OF_PREDICTION = ("answer", "course")


def _as_plan(prediction: Document) -> dict[str, Any]:
    """Give the parts of a plan that a bare prediction document can fill."""
    rows, endpoints = [], []
    for arm in prediction["arms"]:
        for endpoint in arm["endpoints"]:
            place = f" of {endpoint['of']}" if endpoint.get("of") else ""
            endpoints.append(endpoint)
            difference = endpoint.get("difference_to_control")
            if difference:
                name = f"{endpoint['quantity']}{place}, {endpoint['at']}"
                rows.append({"arm": arm["name"], "endpoint": name, **difference})
    return {
        "study": {"arms": prediction["arms"], "endpoints": endpoints},
        "answer": {"rows": rows},
        "prediction": prediction,
    }


class HasDocument(Protocol):
    """A plan record: something that holds a plan document."""

    @property
    def document(self) -> Document:
        """The content of ``plan.json``."""
        ...


class HasJson(Protocol):
    """A prediction record: something that turns itself into a document."""

    def to_json(self) -> dict[str, Any]:
        """Give the document of ``simulate --json``."""
        ...


def _document(result: Document | HasDocument | HasJson) -> Document:
    if isinstance(result, Mapping):
        return result
    return result.document if hasattr(result, "document") else result.to_json()


def figure(result: Document | HasDocument | HasJson, name: str = "answer") -> Drawing:
    """Give one figure of a result; a notebook draws it, ``.save(path)`` writes it.

    Parameters
    ----------
    result
        A plan or its document, a prediction or its document (these have ``answer``,
        and ``course`` if it holds curves), or a review or its document.
    name
        One of :data:`NAMES`; of a review, the id of a claim that the model answers.

    Raises
    ------
    InputError
        If there is no figure of that name for this kind of document.
    """
    document = _document(result)
    if "claims" in document:
        return Drawing(_claim(document, name))
    bare = "arms" in document
    allowed = _OF_PREDICTION if bare else NAMES
    if name not in allowed:
        near = closest(name, allowed)
        hint = f"; did you mean {near!r}?" if near else ""
        kind = "prediction" if bare else "plan"
        raise InputError(
            f"figure {name!r} of a {kind} document; allowed: {', '.join(allowed)}; "
            f"choose one of these{hint}"
        )
    return Drawing(_DRAW[name](_as_plan(document) if bare else document))


def _claim(review: Document, name: str) -> Spec:
    """Draw a claim that the model answers."""
    drawn = {
        one["claim_id"]: one
        for one in review["claims"]
        if one["answered_by"] == "model"
    }
    if name not in drawn:
        near = closest(name, drawn)
        hint = f"; did you mean {near!r}?" if near else ""
        raise InputError(
            f"figure {name!r} of a review; allowed: {', '.join(sorted(drawn))}; choose "
            f"a claim that the model answers{hint}"
        )
    one = drawn[name]
    return claim(one["numbers"], name, one["claim"])
