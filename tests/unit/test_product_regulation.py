"""Regulation: walks that end, duties that follow, and what was read behind them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exoheart.donor.modifiers import KINDS
from exoheart.errors import DataError, InputError
from exoheart.prediction.regulated import classify_products, product_changes
from exoheart.product.regulation import (
    UNREAD,
    classify,
    duties,
    jurisdictions,
    read_rules,
    shipped_rules,
)
from exoheart.product.regulation_facts import RECOMBINANT, product_facts
from exoheart.records.study import Product
from exoheart.study import parse_study, template

RULES = shipped_rules()
VESICLES = Product("p", "vesicles", "CDC")
FORMS = ("vesicles", "conditioned medium", "cells", "RNA")


def outcome(product: Product, where: str = "EU", *changes: str, device=False) -> str:
    found = classify(
        product, where, RULES, with_device=device, changes=frozenset(changes)
    )
    return found.outcome


def test_every_rule_is_there_and_says_what_it_rests_on() -> None:
    """Each id once; what was read has a source, what was not says so."""
    assert len({rule.rule for rule in RULES}) == len(RULES) == 61
    for rule in RULES:
        assert rule.source or not rule.verified, rule.rule
        assert (rule.standing == UNREAD) == (not rule.verified)


def test_every_question_of_a_walk_has_an_answer() -> None:
    known = product_facts(VESICLES, with_device=False, changes=frozenset())
    assert {rule.question_key for rule in RULES if rule.role == "walk"} <= set(known)


@pytest.mark.parametrize("where", jurisdictions(RULES))
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("change", [*KINDS, RECOMBINANT])
def test_every_walk_ends_in_a_class(where: str, form: str, change: str) -> None:
    """No product is sent to a rule that isn't there, whatever was done to it."""
    product = replace(VESICLES, form=form)
    for device in (False, True):
        found = outcome(product, where, change, device=device)
        assert found
        assert not found.startswith("->")


@pytest.mark.parametrize(
    ("product", "where", "changes", "words"),
    [
        (VESICLES, "EU", (), "biological medicinal product, not an ATMP"),
        (VESICLES, "EU", ("cells modified",), "case by case"),
        (VESICLES, "EU", ("RNA loaded",), "usually outside gene therapy"),
        (VESICLES, "EU", ("drug loaded",), "class of the loaded drug"),
        (VESICLES, "EU", (RECOMBINANT,), "gene therapy medicinal product (ATMP)"),
        (VESICLES, "US", (), "biological product under section 351"),
        (VESICLES, "US", ("drug loaded",), "combination product"),
        (VESICLES, "UK", (), "biological medicinal product"),
        (VESICLES, "Japan", (), "pharmaceutical"),
        (replace(VESICLES, form="cells"), "EU", (), "somatic cell therapy"),
        (replace(VESICLES, form="cells"), "US", (), "biological product under"),
        (replace(VESICLES, form="cells"), "UK", (), "one of three ATMP classes"),
        (replace(VESICLES, form="cells"), "Japan", (), "regenerative medical product"),
        (replace(VESICLES, form="RNA"), "EU", (), "chemical or other"),
        (replace(VESICLES, form="RNA"), "US", (), "not covered"),
    ],
)
def test_the_class_follows_form_and_kind_of_change(
    product: Product, where: str, changes: tuple[str, ...], words: str
) -> None:
    assert outcome(product, where, *changes).startswith(words)


@pytest.mark.parametrize(
    ("product", "where", "standing"),
    [
        (VESICLES, "EU", f"{UNREAD} (EU09)"),
        (VESICLES, "UK", "rests on the legal text, in a reproduction (UK01)"),
        (VESICLES, "Japan", "rests on news (JP02)"),
        (replace(VESICLES, form="RNA"), "US", "no rule reaches it"),
    ],
)
def test_a_class_stands_no_firmer_than_its_weakest_rule(
    product: Product, where: str, standing: str
) -> None:
    """Japan's second rule is one view in the trade press, whatever the first is."""
    assert classify(product, where, RULES).standing == standing


def test_a_device_makes_a_combination() -> None:
    assert "joined to a device" in outcome(VESICLES, device=True)
    assert outcome(VESICLES, "US", device=True).startswith("combination product")
    cells = replace(VESICLES, form="cells")
    assert outcome(cells, device=True).startswith("combined ATMP")


def test_free_words_of_the_study_decide_nothing() -> None:
    """Only kinds of change do, so a name can't be mistaken for a class."""
    named = replace(VESICLES, engineering=("loaded vector mRNA siRNA",))
    assert outcome(named) == outcome(VESICLES)


def owed(product: Product, where: str, *changes: str) -> dict[str, bool | None]:
    found = classify(product, where, RULES, changes=frozenset(changes))
    listed = duties(product, found, RULES, changes=frozenset(changes))
    return {duty.rule: duty.answer for duty in listed}


def test_duties_follow_the_class() -> None:
    """An ATMP goes the central way; another biological has its own guideline."""
    cells = owed(replace(VESICLES, form="cells"), "EU")
    assert cells["EU21"] is cells["EU22"] is True
    assert cells["EU14"] is None
    assert "EU20" not in cells
    plain = owed(VESICLES, "EU")
    assert plain["EU20"] is True
    assert plain["EU14"] is False
    assert not {"EU10", "EU17", "EU21", "EU22"} & set(plain)


def test_a_class_in_doubt_goes_to_the_committee() -> None:
    changed = owed(VESICLES, "EU", "cells modified")
    assert changed["EU10"] is changed["EU17"] is True
    assert changed["EU20"] is None


def test_an_open_duty_gives_both_ways() -> None:
    found = classify(VESICLES, "US", RULES)
    phase = {duty.rule: duty for duty in duties(VESICLES, found, RULES)}["US16"]
    assert phase.answer is None
    assert phase.sentence.startswith("if yes: ")
    assert "; if no: " in phase.sentence


def test_jurisdictions_without_a_walk_have_duties_and_no_class() -> None:
    assert [duty.rule for duty in duties(VESICLES, "Australia", RULES)] == ["AU01"]
    with pytest.raises(InputError, match="EU, US, UK, Japan"):
        classify(VESICLES, "Australia", RULES)


def test_animal_cells_owe_nothing_to_the_rules_on_human_donation() -> None:
    pig = owed(replace(VESICLES, donor_species="pig"), "EU")
    assert pig["EU18"] is False
    assert owed(VESICLES, "EU")["EU18"] is True


def test_what_is_collected_was_never_cultured() -> None:
    """Plasma and perfused hearts are no manipulated cells; every grown donor is."""
    for donor, grown in (("plasma", False), ("perfused-heart", False), ("CDC", True)):
        assert owed(replace(VESICLES, donor=donor), "EU")["EU15"] is grown


def test_a_study_is_classed_with_its_device_and_changes() -> None:
    """A gel makes the unit; kinds of change come from the donor's own table."""
    text = template("pig").replace('zone = "border"', 'gel_release_half_time = "3 d"')
    (one,) = classify_products(parse_study(text))
    assert one.with_device
    assert one.changes == ()
    assert {each.jurisdiction for each in one.classes} == set(jurisdictions(RULES))
    assert {duty.jurisdiction for duty in one.duties} >= {"EU", "Australia", "Korea"}
    spheroid = replace(VESICLES, conditioning=("spheroid",))
    assert product_changes(spheroid) == {"culture"}


ROW = {
    **{"rule": "A1", "jurisdiction": "A", "question_key": "treats_disease"},
    **{"question": "?", "if_yes": "a class", "if_no": "a class", "instrument": ""},
    **{"locator": "", "source": "", "verified": "no", "role": "walk"},
}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([ROW | {"if_no": "-> A9"}], "later rule"),
        ([ROW, ROW | {"rule": "A2", "if_yes": "-> A1"}], "later rule"),
        ([ROW | {"if_no": "-> B1"}, ROW | {"rule": "B1", "jurisdiction": "B"}], "A1"),
        ([ROW | {"role": "duty", "if_yes": "-> A2"}, ROW | {"rule": "A2"}], "A2"),
        ([ROW | {"role": "stroll"}], "walk, duty"),
        ([ROW | {"verified": "yes", "read": "hearsay"}], "agency page"),
    ],
)
def test_rules_that_lead_astray_are_refused(rows: list, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read_rules(rows)
