"""``product regulation``: the class of a study's products, and the way to it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from exoheart.cli import show
from exoheart.cli.options import Json, StudyPath

if TYPE_CHECKING:
    from exoheart.prediction.regulated import ProductClasses
    from exoheart.product.regulation import Rule
    from exoheart.records.making import Classification, Duty

_NO_ADVICE = (
    "A reading of published rules, many of them by way of secondary texts; not legal "
    "advice. What the study file can't tell is answered no on the way to a class."
)
_ANSWERS = {True: "yes", False: "no", None: "open"}


def regulation(study: StudyPath, json: Json = False) -> None:
    """Class the products of a study, rule by rule, with what follows."""
    from exoheart.prediction.regulated import classify_products
    from exoheart.study import load_study

    found = classify_products(load_study(study))
    if json:
        show.document({"products": [_document(one) for one in found]})
        show.note(f"{_NO_ADVICE}\n{show.DISCLAIMER}")
        return
    if not found:
        show.line("The study has no product, so there is nothing to class.")
    for one in found:
        _show(one)
    show.line(_NO_ADVICE)
    show.line(show.DISCLAIMER)


def _rules() -> dict[str, Rule]:
    """Give the shipped rules by id: what was read behind each, and its note."""
    from exoheart.product.regulation import shipped_rules

    return {rule.rule: rule for rule in shipped_rules()}


def _document(one: ProductClasses) -> dict[str, Any]:
    rules = _rules()
    return {
        "product": one.product,
        "changes": list(one.changes),
        "with_device": one.with_device,
        "classes": [
            {
                "jurisdiction": found.jurisdiction,
                "class": found.outcome,
                "checked": found.checked,
                "path": [
                    asdict(step) | {"note": rules[step.rule].note}
                    for step in found.path
                ],
            }
            for found in one.classes
        ],
        "duties": [asdict(duty) for duty in one.duties],
    }


def _show(one: ProductClasses) -> None:
    changes = ", ".join(one.changes) or "none"
    device = "yes" if one.with_device else "no"
    show.line(f"Product {one.product}: kinds of change {changes}; device {device}")
    show.table(
        "Class",
        ("Where", "Class", "Every text read"),
        [
            (each.jurisdiction, each.outcome, "yes" if each.checked else "NO")
            for each in one.classes
        ],
    )
    rules = _rules()
    for found in one.classes:
        if found.path:
            _show_path(found, rules)
    show.table(
        f"Then also ({len(one.duties)})",
        ("Rule", "Where", "Question", "Answer", "What follows", "Rests on", "Standing"),
        [_duty_cells(duty) for duty in one.duties],
    )


def _show_path(found: Classification, rules: dict[str, Rule]) -> None:
    show.table(
        f"The way in {found.jurisdiction}",
        ("Rule", "Question", "Answer", "Rests on", "Standing", "Note", "Source"),
        [
            (
                step.rule,
                step.question,
                _ANSWERS[step.answer],
                f"{step.instrument}, {step.locator}",
                step.standing,
                rules[step.rule].note,
                step.source,
            )
            for step in found.path
        ],
    )


def _duty_cells(duty: Duty) -> tuple[str, ...]:
    rests = f"{duty.instrument}, {duty.locator}".removesuffix(", ")
    return (
        duty.rule,
        duty.jurisdiction,
        duty.question,
        _ANSWERS[duty.answer],
        duty.sentence,
        rests,
        duty.standing,
    )
