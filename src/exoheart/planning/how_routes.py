"""The way of the dose in section 3: ledger, matched dose, cells beside vesicles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart import decision, delivery, evidence
from exoheart.evidence import largest_dose
from exoheart.figures import numbers
from exoheart.heart.mechanisms import Interval
from exoheart.planning.words import estimate, number
from exoheart.prediction import (
    Prediction,
    RouteLedger,
    SourceCells,
    given_by,
    route_ledger,
    source_cells,
)
from exoheart.prediction.account import amounts
from exoheart.records.study import Arm, Study

FloatArray = npt.NDArray[np.float64]
#: Parts of a hundred below which a sentence gives no number.
_FEW = 0.01
_NEARLY_ALL = 99.0
#: Marks of a contradiction about the route, beside the names of the routes.
_ROUTE_MARKS = frozenset({"route", "routes"})


def ledgers(
    prediction: Prediction, arms: Sequence[Arm], published: Mapping[str, Any]
) -> dict[str, Any]:
    """Give the way of the dose of each arm, and what is published against it."""
    found = [one for arm in arms if (one := route_ledger(prediction, arm)) is not None]
    return {
        "sentence": _compared(found),
        "arms": [_ledger(one) for one in found],
        "contradictions": route_contradictions(prediction.study, published)
        if found
        else [],
    }


def _compared(found: Sequence[RouteLedger]) -> str:
    """Say of how many vesicles in a hundred cells of the heart get hold, by arm."""
    if not found:
        return ""
    parts = [
        f"{_of_hundred(one.in_heart)} by the {one.route} route ({one.arm})"
        for one in found
    ]
    return f"Of 100 vesicles, cells of the heart get {_and(parts)} (medians)."


def _ledger(one: RouteLedger) -> dict[str, Any]:
    return {
        "arm": one.arm,
        "route": one.route,
        "sentence": _followed(one),
        "in_heart": estimate(one.in_heart),
        "per_risk_cardiomyocyte": estimate(one.per_cardiomyocyte),
        "steps": [
            {
                "part": step.part,
                "vesicles_that": step.words,
                "share": estimate(step.share),
                "vesicles": estimate(step.vesicles),
            }
            for step in one.steps
        ],
    }


def _followed(one: RouteLedger) -> str:
    steps = [
        f"{_of_hundred(step.share)} {step.words}"
        for step in one.steps
        if step.part == "first"
    ]
    each = numbers.number(one.per_cardiomyocyte.median, 2)
    return (
        f"{one.arm}: of 100 vesicles {_and(steps)}; {_of_hundred(one.in_heart)} end in "
        f"cells of the heart. A cardiomyocyte of the area at risk takes up {each}."
    )


def _of_hundred(share: Interval) -> str:
    each = 100.0 * share.median
    if each < _FEW:
        return f"fewer than {_FEW}"
    # two digits would round what is just short of all up to all
    return numbers.number(each, 3 if each >= _NEARLY_ALL else 2)


def _and(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def route_contradictions(
    study: Study, published: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Give the published contradictions about the route that bear on a study.

    A contradiction is about the route if its id names one, or says ``route``.
    """
    marks = _ROUTE_MARKS | set(delivery.routes())
    about = {
        one.title
        for one in evidence.contradictions(study)
        if marks & set(one.id.split("_"))
    }
    return [dict(row) for row in published["contradictions"] if row["topic"] in about]


def source_cell_rows(
    prediction: Prediction, arms: Sequence[Arm]
) -> list[dict[str, Any]]:
    """Set each arm's vesicles beside the cells that would make them."""
    found = [source_cells(prediction, arm) for arm in arms]
    return [
        {
            "arm": one.arm,
            "product": one.product,
            "released_per_cell": estimate(one.released_per_cell),
            "uptake_share": estimate(one.uptake_share),
            "cells_matching": estimate(one.matching),
            "cells_kept": _maybe(one.kept),
            "cells_made": estimate(one.made),
            "released": _maybe(one.released),
            "released_ratio": _maybe(one.released_ratio),
            "sentence": _cells_words(one),
        }
        for one in found
        if one is not None
    ]


def _maybe(of: Interval | None) -> dict[str, Any] | None:
    return None if of is None else estimate(of)


def _cells_words(one: SourceCells) -> str:
    low, high = one.matching.low, one.matching.high
    needed = (
        f"{one.arm}: {numbers.number(one.matching.median, 2)} donor cells living in "
        f"the heart (90 % interval {numbers.interval([low, high])}) would bring as "
        "many vesicles to its cells as this dose. Making the dose took "
        f"{numbers.number(one.made.median, 2)} cells"
    )
    if one.kept is None or one.released_ratio is None:
        return f"{needed}."
    return (
        f"{needed}; that number of cells given the same way would leave "
        f"{numbers.percent(one.kept.median)} of them in the heart, which release "
        f"{numbers.number(one.released_ratio.median, 2)} times the vesicles of the "
        "dose there."
    )


def uptake(prediction: Prediction, arm: Arm) -> FloatArray:
    """Give the share of the dose that heart cells took up by the end, (outer,)."""
    last = {k: v[..., -1] for k, v in amounts(prediction, arm).items()}
    shares = delivery.reached_heart(last, given_by(prediction, arm)[..., -1])
    return np.asarray(np.nanmean(shares, axis=1))


def _per_risk_cardiomyocyte(prediction: Prediction, arm: Arm) -> FloatArray:
    """Give vesicles taken up by a cardiomyocyte at risk per 1e9 given, (outer,)."""
    taken = prediction.values(arm.name, "mechanism_cargo_taken_up_risk_cardiomyocyte")
    share = taken[..., -1] / given_by(prediction, arm)[..., -1]
    return np.asarray(np.maximum(np.nanmean(share, axis=1), 0.0))


def matched(prediction: Prediction, arms: Sequence[Arm]) -> dict[str, Any] | None:
    """Say which dose by another route brings as many vesicles into heart cells."""
    vesicles = [a for a in arms if (given_by(prediction, a)[..., -1] > 0.0).all()]
    into = [arm for arm in vesicles if arm.route == "intramyocardial"]
    others = [arm for arm in vesicles if arm.route != "intramyocardial"]
    pairs = [(o, i) for o in others for i in into if o.product == i.product]
    if not pairs or pairs[0][1].dose is None:
        return None
    other, reference = pairs[0]
    value, _, unit = pairs[0][1].dose.words.partition(" ")
    form = prediction.study.products[reference.product or ""].form
    largest = largest_dose(prediction.study.animal.species, unit, form)
    limit = None if largest is None else decision.Limit(largest.value, largest.words)

    def match(by: Callable[[Prediction, Arm], FloatArray]) -> decision.MatchedDose:
        wanted, given = (
            decision.RouteUptake(f"by the {one.route} route", by(prediction, one))
            for one in (reference, other)
        )
        return decision.matched_dose(given, wanted, float(value), unit, limit)

    found = match(uptake)
    sentences, content = [found.sentence], {"ratio": _ratio(found)}
    if (_per_risk_cardiomyocyte(prediction, reference) > 0.0).all():
        muscle = match(_per_risk_cardiomyocyte)
        content["ratio_risk_cardiomyocyte"] = _ratio(muscle)
        sentences.append(_muscle_words(found, muscle))
    return {"sentence": " ".join(sentences), **content}


def _ratio(found: decision.MatchedDose) -> dict[str, Any]:
    return {
        "median": number(found.ratio),
        "interval90": [number(end) for end in found.ratio_interval90],
    }


def _muscle_words(any_cell: decision.MatchedDose, muscle: decision.MatchedDose) -> str:
    """Say that equal uptake by all cells isn't equal uptake where it may matter."""
    low, high = (_times(end) for end in muscle.ratio_interval90)
    return (
        "This is not a dose of equal effect: for cardiomyocytes of the area at risk "
        f"alone the dose {muscle.route} would have to be {_times(muscle.ratio)} times "
        f"that {muscle.reference} (90 % interval {low} to {high}), against "
        f"{_times(any_cell.ratio)} times for all cells."
    )


def _times(ratio: float) -> str:
    if not np.isfinite(ratio):
        return "no finite number of"
    return f"{float(f'{ratio:.3g}'):,.6g}"
