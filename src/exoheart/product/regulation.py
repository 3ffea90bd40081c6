"""Regulatory class of a product: yes/no rules kept as data, walked one by one.

Beside the make plan. A class comes with the way that led to it, and each rule says
whether a text behind it was read. Research use only: no legal advice.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from exoheart.errors import DataError, Fault, InputError
from exoheart.records.product import Classification, RuleStep
from exoheart.records.study import Product

#: Forms that a jurisdiction's rules of the table don't reach, and what is said instead.
_UNCOVERED: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("US", "RNA"): "not covered: the rules kept here are for products of cells, "
        "and this RNA is synthesised; take advice"
    }
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One yes/no rule; an outcome is ``-> RULE`` (go on there) or the class itself."""

    rule: str
    jurisdiction: str
    question_key: str
    question: str
    if_yes: str
    if_no: str
    instrument: str
    locator: str
    source: str
    verified: bool


def read_rules(rows: Iterable[Mapping[str, str]]) -> tuple[Rule, ...]:
    """Turn table rows into rules.

    Raises
    ------
    DataError
        A rule leads to one that isn't there, or back to an earlier one.
    """
    rules = tuple(
        Rule(
            rule=row["rule"],
            jurisdiction=row["jurisdiction"],
            question_key=row["question_key"],
            question=row["question"],
            if_yes=row["if_yes"],
            if_no=row["if_no"],
            instrument=row["instrument"],
            locator=row["locator"],
            source=row["source"],
            verified=row["verified"] == "yes",
        )
        for row in rows
    )
    order = {rule.rule: index for index, rule in enumerate(rules)}
    faults = [
        Fault(rule.rule, outcome, "a later rule of the table, or a class")
        for rule in rules
        for outcome in (rule.if_yes, rule.if_no)
        if (target := _next(outcome)) and order.get(target, -1) <= order[rule.rule]
    ]
    if faults:
        raise DataError("regulation rules", faults)
    return rules


def shipped_rules() -> tuple[Rule, ...]:
    """Read the rules that ship with the program."""
    table = resources.files("exoheart") / "data" / "regulation.csv"
    return read_rules(csv.DictReader(table.read_text("utf-8").splitlines()))


def classify(
    product: Product,
    jurisdiction: str,
    rules: tuple[Rule, ...],
    *,
    with_device: bool = False,
) -> Classification:
    """Give the class of a product in one jurisdiction, and the way to it.

    Where the rules don't reach a form, that is said and the way is empty.

    Parameters
    ----------
    product
        As planned.
    jurisdiction
        As in the table (``EU``, ``US``).
    rules
        The rules, in order.
    with_device
        True for a product in a patch, gel or other device as one unit.

    Raises
    ------
    InputError
        No rule for this jurisdiction.
    """
    own = {rule.rule: rule for rule in rules if rule.jurisdiction == jurisdiction}
    if not own:
        known = sorted({rule.jurisdiction for rule in rules})
        raise InputError(
            f"jurisdiction met {jurisdiction!r}; allowed: {', '.join(known)}; name "
            "one of them"
        )
    uncovered = _UNCOVERED.get((jurisdiction, product.form))
    if uncovered is not None:
        return Classification(jurisdiction, uncovered, (), checked=False)
    facts = _facts(product, with_device)
    path: list[RuleStep] = []
    rule: Rule | None = next(iter(own.values()))
    outcome = ""
    while rule is not None:
        answer = facts[rule.question_key]
        outcome = rule.if_yes if answer else rule.if_no
        path.append(_step(rule, answer))
        rule = own.get(_next(outcome))
    checked = all(step.verified for step in path)
    return Classification(jurisdiction, outcome, tuple(path), checked)


def _next(outcome: str) -> str:
    """Give the rule that an outcome leads to, or nothing if it is a class."""
    return outcome.removeprefix("->").strip() if outcome.startswith("->") else ""


def _step(rule: Rule, answer: bool) -> RuleStep:
    return RuleStep(
        rule=rule.rule,
        question=rule.question,
        answer=answer,
        instrument=rule.instrument,
        locator=rule.locator,
        source=rule.source,
        verified=rule.verified,
    )


def _facts(product: Product, with_device: bool) -> dict[str, bool]:
    """Answer every question of the table from the study file.

    Words of `engineering` decide on loading and modification; what can't be told from
    the file is answered no, which the path shows.
    """
    words = " ".join(product.engineering).lower()
    loaded = any(word in words for word in ("load", "mimic", "sirna", "synthetic"))
    return {
        "treats_disease": True,
        "biological_source": product.form != "RNA",
        "contains_cells": product.form == "cells",
        "cells_manipulated": product.form == "cells",
        "cells_minimally_manipulated_homologous": False,
        "recombinant_nucleic_acid_active": "vector" in words or "mrna" in words,
        "synthetic_rna_cargo": product.form == "RNA" or loaded,
        "parent_cells_modified": bool(words) and not loaded,
        "combined_with_device": with_device,
    }
