"""``product regulation``: the class of a study's products, and the way to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from exoheart.cli import show
from exoheart.cli.options import Json, StudyPath

if TYPE_CHECKING:
    from exoheart.prediction.regulated import ProductClasses
    from exoheart.product.regulation import Rule
    from exoheart.records.making import Duty, RuleStep

_NO_ADVICE = (
    "A reading of published rules, many of them by way of secondary texts; not legal "
    "advice. What the study file can't tell is answered no on the way to a class."
)
_ANSWERS = {True: "yes", False: "no", None: "open"}


def regulation(study: StudyPath, json: Json = False) -> None:
    """Class the products of a study, rule by rule, with what follows."""
    from exoheart.prediction.regulated import classify_products
    from exoheart.study import load_study
    from exoheart.version import VERSION

    found = classify_products(load_study(study))
    if json:
        products = [_document(one) for one in found]
        show.document({"products": products, "version": VERSION})
        show.note(f"{_NO_ADVICE}\n{show.DISCLAIMER}")
        return
    if not found:
        show.line("The study has no product, so there is nothing to class.")
    for one in found:
        _show_classes(one)
    for one in found:
        _show_ways(one)
    if found:
        _show_sources(found)
    show.line()
    show.block(_NO_ADVICE)
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
                "standing": found.standing,
                "path": [
                    asdict(step) | {"note": rules[step.rule].note}
                    for step in found.path
                ],
            }
            for found in one.classes
        ],
        "duties": [asdict(duty) for duty in one.duties],
    }


def _show_classes(one: ProductClasses) -> None:
    """Show the classes of one product, each with what its way rests on."""
    changes = ", ".join(one.changes) or "none"
    device = "yes" if one.with_device else "no"
    show.line()
    show.block(f"Product {one.product}: kinds of change {changes}; device {device}")
    for found in one.classes:
        show.block(
            f"{found.jurisdiction}: {found.outcome}",
            [("standing", found.standing)],
            indent=2,
        )


def _show_ways(one: ProductClasses) -> None:
    """Show the rules walked and what follows, in short lines."""
    rules = _rules()
    for found in one.classes:
        if found.path:
            show.line()
            show.line(f"Product {one.product}: the way in {found.jurisdiction}")
        for step in found.path:
            _show_rule(step, [("note", rules[step.rule].note)])
    if one.duties:
        show.line()
        show.line(f"Product {one.product}: then also ({len(one.duties)})")
    for duty in one.duties:
        _show_rule(duty, [("follows", duty.sentence)], f" ({duty.jurisdiction})")


def _show_rule(
    rule: RuleStep | Duty, more: list[tuple[str, str]], where: str = ""
) -> None:
    rests = f"{rule.instrument}, {rule.locator}".removesuffix(", ")
    show.block(
        f"{rule.rule}{where}: {rule.question} {_ANSWERS[rule.answer].upper()}",
        [*more, ("rests on", f"{rests}; {rule.standing}" if rests else rule.standing)],
        indent=2,
    )


def _show_sources(found: Sequence[ProductClasses]) -> None:
    """List every source once, with the rules that rest on it."""
    shown: list[RuleStep | Duty] = []
    for one in found:
        shown += [step for each in one.classes for step in each.path]
        shown += one.duties
    held: dict[str, dict[str, None]] = {}
    for rule in shown:
        if rule.source:
            held.setdefault(rule.source, {})[rule.rule] = None
    show.line()
    show.line(f"Sources ({len(held)})")
    for source, rules in held.items():
        show.block(f"{', '.join(rules)}: {source}", indent=2)
