"""How the products of a study are classed: rules, changes and device, put together.

Donor says which kinds of change were made, product walks the rules. Nothing is
simulated. Read next: :mod:`exoheart.product.regulation`.
"""

from __future__ import annotations

from dataclasses import dataclass

from exoheart.donor import find_modifiers
from exoheart.product.regulation import (
    Rule,
    classify,
    duties,
    jurisdictions,
    shipped_rules,
)
from exoheart.product.regulation_facts import in_device
from exoheart.records.making import Classification, Duty
from exoheart.records.study import Product, Study


@dataclass(frozen=True, slots=True)
class ProductClasses:
    """One product's classes and duties.

    Parameters
    ----------
    product
        Name in the study file.
    changes
        Kinds of change made to donor cells or vesicles, sorted.
    with_device
        Whether an arm gives it in a patch or a gel.
    classes
        One for each jurisdiction that has rules to walk.
    duties
        By jurisdiction, those without a walk included.
    """

    product: str
    changes: tuple[str, ...]
    with_device: bool
    classes: tuple[Classification, ...]
    duties: tuple[Duty, ...]


def product_changes(product: Product) -> frozenset[str]:
    """Give the kinds of change that conditioning and engineering make.

    Synthetic RNA saw no donor, so nothing was done to one.

    Raises
    ------
    InputError
        One is unknown.
    """
    if product.form == "RNA":
        return frozenset()
    made = (
        *find_modifiers(product.conditioning, "conditioning"),
        *find_modifiers(product.engineering, "engineering"),
    )
    return frozenset(one.kind for one in made)


def classify_products(
    study: Study, rules: tuple[Rule, ...] | None = None
) -> tuple[ProductClasses, ...]:
    """Class every product of a study wherever the rules reach.

    Parameters
    ----------
    study
        As read.
    rules
        The rules; None for those shipped.
    """
    known = shipped_rules() if rules is None else rules
    return tuple(_classes(study, one, known) for one in study.products.values())


def _classes(study: Study, one: Product, rules: tuple[Rule, ...]) -> ProductClasses:
    changes = product_changes(one)
    device = in_device(arm for arm in study.arms if arm.product == one.name)
    classes = tuple(
        classify(one, where, rules, with_device=device, changes=changes)
        for where in jurisdictions(rules)
    )
    known = {found.jurisdiction: found for found in classes}
    places = dict.fromkeys(rule.jurisdiction for rule in rules)
    owed = tuple(
        duty
        for where in places
        for duty in duties(
            one, known.get(where, where), rules, with_device=device, changes=changes
        )
    )
    return ProductClasses(one.name, tuple(sorted(changes)), device, classes, owed)
