"""Regulatory class of a product: yes/no rules kept as data, walked one by one.

Beside the make plan. A class comes with the way that led to it; rules that don't branch
follow as duties. Each rule says what was read behind it. Research use only: no legal
advice.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from exoheart.errors import DataError, Fault, InputError
from exoheart.product.regulation_facts import facts_of_class, product_facts
from exoheart.records.making import Classification, Duty, RuleStep
from exoheart.records.study import Product

UNREAD = "not checked against the legal text"
#: What may be read behind a rule, the strongest first, and how a class is said to rest
#: on it. A summary in an abstract or in the news can't carry a class as an act does.
READINGS: Mapping[str, str] = MappingProxyType(
    {
        "reproduction of the legal text": "the legal text, in a reproduction",
        "agency page": "an agency's page",
        "statement": "a statement of societies",
        "secondary text": "a secondary text",
        "abstract": "an abstract",
        "news": "news",
        "title and date in a copy": "a title alone",
        "": "a text not named",
    }
)
_STRENGTH = tuple(READINGS)
_ROLES = ("walk", "duty")
_SYNTHESISED = (
    "not covered: the rules kept here are for products of cells, and this RNA is "
    "synthesised; take advice"
)
#: Forms that a jurisdiction's rules of the table don't reach, and what is said instead.
_UNCOVERED: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("US", "RNA"): _SYNTHESISED,
        ("UK", "RNA"): _SYNTHESISED,
        ("Japan", "RNA"): _SYNTHESISED,
    }
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One yes/no rule.

    Of a rule to be walked an outcome is ``-> RULE`` (go on there) or the class itself;
    of a duty it is what follows, or nothing. `read` says what was read behind it,
    `verified` whether that carries it.
    """

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
    role: str = "walk"
    read: str = ""
    note: str = ""

    @property
    def standing(self) -> str:
        """What was read behind the rule, in words."""
        if not self.verified:
            return UNREAD
        return f"read: {self.read}" if self.read else "text read"


def read_rules(rows: Iterable[Mapping[str, str]]) -> tuple[Rule, ...]:
    """Turn table rows into rules.

    Raises
    ------
    DataError
        A rule leads to one that isn't there, or back to an earlier one; a duty leads
        anywhere; a role or what was read is unknown.
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
            role=row.get("role", "walk"),
            read=row.get("read", ""),
            note=row.get("note", ""),
        )
        for row in rows
    )
    faults = [*_wrong_ways(rules), *_wrong_words(rules)]
    if faults:
        raise DataError("regulation rules", faults)
    return rules


def _wrong_ways(rules: tuple[Rule, ...]) -> list[Fault]:
    """List outcomes that lead nowhere, back, or out of a jurisdiction's walk."""
    order = {
        (rule.jurisdiction, rule.rule): index
        for index, rule in enumerate(rules)
        if rule.role == "walk"
    }
    own = [(rule.jurisdiction, rule.rule) for rule in rules]
    return [
        Fault(rule.rule, outcome, "a later rule of the same walk, or a class")
        for here, rule in zip(own, rules, strict=True)
        for outcome in (rule.if_yes, rule.if_no)
        if (target := _next(outcome))
        and order.get((rule.jurisdiction, target), -1) <= order.get(here, len(rules))
    ]


def _wrong_words(rules: tuple[Rule, ...]) -> list[Fault]:
    """List roles and readings that aren't of the table's own words."""
    roles = [
        Fault(rule.rule, f"role {rule.role!r}", ", ".join(_ROLES))
        for rule in rules
        if rule.role not in _ROLES
    ]
    return roles + [
        Fault(rule.rule, f"read {rule.read!r}", ", ".join(filter(None, READINGS)))
        for rule in rules
        if rule.verified and rule.read not in READINGS
    ]


def shipped_rules() -> tuple[Rule, ...]:
    """Read the rules that ship with the program."""
    table = resources.files("exoheart") / "data" / "regulation.csv"
    return read_rules(csv.DictReader(table.read_text("utf-8").splitlines()))


def jurisdictions(rules: tuple[Rule, ...]) -> tuple[str, ...]:
    """Give the jurisdictions that have rules to walk, in the order of the table."""
    return tuple(dict.fromkeys(r.jurisdiction for r in rules if r.role == "walk"))


def classify(
    product: Product,
    jurisdiction: str,
    rules: tuple[Rule, ...],
    *,
    with_device: bool = False,
    changes: frozenset[str] = frozenset(),
) -> Classification:
    """Give the class of a product in one jurisdiction, and the way to it.

    Where the rules don't reach a form, that is said and the way is empty.

    Parameters
    ----------
    product
        As planned.
    jurisdiction
        As in the table (``EU``, ``US``, ``UK``, ``Japan``).
    rules
        The rules, in order.
    with_device
        True for a product in a patch, gel or other device as one unit.
    changes
        Kinds of change made to donor cells or vesicles, as
        :class:`exoheart.records.product.Secretion` holds them, or
        :data:`exoheart.product.regulation_facts.RECOMBINANT`.

    Raises
    ------
    InputError
        No rule for this jurisdiction.
    """
    _require_walk(jurisdiction, rules)
    uncovered = _UNCOVERED.get((jurisdiction, product.form))
    if uncovered is not None:
        none = "no rule reaches it"
        return Classification(jurisdiction, uncovered, (), False, none)
    own = {
        rule.rule: rule
        for rule in rules
        if rule.jurisdiction == jurisdiction and rule.role == "walk"
    }
    facts = product_facts(product, with_device=with_device, changes=changes)
    path: list[RuleStep] = []
    rule: Rule | None = next(iter(own.values()))
    outcome = ""
    while rule is not None:
        answer = bool(facts[rule.question_key])
        outcome = rule.if_yes if answer else rule.if_no
        path.append(_step(rule, answer))
        rule = own.get(_next(outcome))
    checked = all(step.verified for step in path)
    standing = _weakest([own[step.rule] for step in path])
    return Classification(jurisdiction, outcome, tuple(path), checked, standing)


def _weakest(way: list[Rule]) -> str:
    """Say what the weakest rules of a way rest on, and which they are."""
    unread = [rule.rule for rule in way if not rule.verified]
    if unread:
        return f"{UNREAD} ({', '.join(unread)})"
    lowest = max((rule.read for rule in way), key=_STRENGTH.index)
    names = ", ".join(rule.rule for rule in way if rule.read == lowest)
    return f"rests on {READINGS[lowest]} ({names})"


def duties(
    product: Product,
    found: Classification | str,
    rules: tuple[Rule, ...],
    *,
    with_device: bool = False,
    changes: frozenset[str] = frozenset(),
) -> tuple[Duty, ...]:
    """Give what follows for a product beside its class: "then also".

    Parameters
    ----------
    product, rules, with_device, changes
        As for :func:`classify`.
    found
        Its class there, or the name of a jurisdiction that has duties alone.

    Returns
    -------
    tuple of Duty
        In the order of the table. Rules that the study file answers with "nothing
        follows" are left out; those it can't answer are open and give both ways.
    """
    where = found if isinstance(found, str) else found.jurisdiction
    facts: dict[str, bool | None] = {
        **product_facts(product, with_device=with_device, changes=changes),
        **({} if isinstance(found, str) else facts_of_class(found, product)),
    }
    listed = (
        _duty(rule, facts.get(rule.question_key))
        for rule in rules
        if rule.jurisdiction == where and rule.role == "duty"
    )
    return tuple(duty for duty in listed if duty.sentence)


def _require_walk(jurisdiction: str, rules: tuple[Rule, ...]) -> None:
    known = jurisdictions(rules)
    if jurisdiction not in known:
        raise InputError(
            f"jurisdiction met {jurisdiction!r}; allowed: {', '.join(known)}; name "
            "one of them"
        )


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
        standing=rule.standing,
    )


def _duty(rule: Rule, answer: bool | None) -> Duty:
    """Say what follows from a rule; both ways where its question is open."""
    if answer is None:
        ways = (("if yes", rule.if_yes), ("if no", rule.if_no))
        sentence = "; ".join(f"{when}: {what}" for when, what in ways if what)
    else:
        sentence = rule.if_yes if answer else rule.if_no
    return Duty(
        rule=rule.rule,
        jurisdiction=rule.jurisdiction,
        question=rule.question,
        answer=answer,
        sentence=sentence,
        instrument=rule.instrument,
        locator=rule.locator,
        source=rule.source,
        standing=rule.standing,
    )
