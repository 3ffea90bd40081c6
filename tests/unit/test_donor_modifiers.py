"""What can be done to a donor: every effect applied, no product of folds never seen."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from fnmatch import fnmatchcase
from importlib import resources

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exoheart.delivery.settings import LIGANDS
from exoheart.donor import (
    COLLECTED,
    DONORS,
    READS,
    Modifier,
    combination_faults,
    find_modifiers,
    secretion,
    shipped_modifiers,
    spellings,
)
from exoheart.donor.modifiers import KINDS, TARGETS, culture_of
from exoheart.donor.secretion import unused_keys
from exoheart.engine.streams import uniforms
from exoheart.errors import InputError
from exoheart.evidence import load_parameters, resolve
from exoheart.records.product import SIGNALS, FloatArray, Secretion
from exoheart.records.study import Product

OUTER = 256
PRODUCT = Product("p", "vesicles", "CDC", isolation=("ultrafiltration",))
ROWS = [r for r in load_parameters() if r.id.startswith(("donor.", "product."))]
PRIORS = resolve(ROWS, "pig")
ALL = tuple(shipped_modifiers().values())


def draws(layer: str, name: str) -> FloatArray:
    return uniforms(3, layer, name, 0, OUTER)


def planned(*modifiers: Modifier, **changed: object) -> Product:
    by_group = {
        group: tuple(m.name for m in modifiers if m.group == group)
        for group in ("conditioning", "engineering")
    }
    cells = any(m.kind == "primed cells" for m in modifiers)
    form = "cells" if cells else "vesicles"
    return replace(PRODUCT, form=form, **by_group, **changed)  # type: ignore[arg-type]


def made(*modifiers: Modifier, **changed: object) -> Secretion:
    return secretion(planned(*modifiers, **changed), PRIORS, draws)


def home(one: Modifier) -> str:
    """A donor that a modifier goes with."""
    return one.donors[0] if one.donors else "CDC"


def test_the_table_uses_the_words_that_the_code_knows():
    """Group, kind, target, donors and ligands are known; rows exist and are read."""
    for one in ALL:
        assert one.kind in KINDS, one.name
        assert set(one.donors) <= set(DONORS), one.name
        assert set(one.measured_with) <= set(shipped_modifiers()), one.name
        assert one.words, one.name
        for effect in one.effects:
            family, _, name = effect.target.partition(".")
            known = {"ligand": LIGANDS, "share": SIGNALS}.get(family, ())
            assert effect.target in TARGETS or name in known, effect
            assert bool(effect.row) == (family != "ligand"), effect
            if effect.row:
                assert effect.row in PRIORS
                assert any(fnmatchcase(effect.row, pattern) for pattern in READS)


def test_ids_of_the_donor_are_plain_words():
    """Letters, digits, points and underscores: an id can be typed in an override."""
    odd = [id_ for id_ in PRIORS if not re.fullmatch(r"[A-Za-z0-9_.]+", id_)]
    assert odd == []


def test_no_fold_of_the_tables_is_left_unused():
    """Every row of a modifier's kind belongs to a modifier."""
    named = {e.row for one in ALL for e in one.effects}
    families = {row.rsplit(".", 1)[0] for row in named if row}
    rows = {id_ for id_ in PRIORS if id_.rsplit(".", 1)[0] in families}
    assert rows == {row for row in named if row}


def test_sources_of_donors_and_modifiers_stand_in_the_bibliography():
    data = resources.files("exoheart") / "data"
    bibliography = (data / "sources.bib").read_text("utf-8")
    for table in ("donors.csv", "modifiers.csv"):
        for row in csv.DictReader((data / table).read_text("utf-8").splitlines()):
            for key in filter(None, row["source"].split(";")):
                assert f"{{{key}," in bibliography, key
                assert row["locator"], row


def test_every_spelling_names_one_modifier():
    """No alias is the name or alias of another."""
    for group in ("conditioning", "engineering"):
        own = [one for one in ALL if one.group == group]
        names = [s.lower() for one in own for s in (one.name, *one.aliases)]
        assert len(names) == len(set(names))
        assert len(spellings(group)) == len(names)


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_each_modifier_changes_its_own_numbers_and_no_other(one: Modifier):
    """Every effect moves its number, and all that it doesn't name stays bit for bit."""
    donor = home(one)
    form = "cells" if one.kind == "primed cells" else "vesicles"
    plain = secretion(replace(PRODUCT, donor=donor, form=form), PRIORS, draws)
    after = made(one, donor=donor)
    targets = {effect.target for effect in one.effects}
    of_exosomes = any(t.startswith("exosomes.") for t in targets)
    moved = {
        "vesicles_per_cell_day": "secretion" in targets or of_exosomes,
        "per_collection": "secretion" in targets,
        "exosome_share": of_exosomes,
        "copies_per_vesicle": bool(targets & {"cargo", "copies"}),
        "kept": "kept" in targets,
        "drug_per_vesicle": "drug" in targets,
        "protein_fg": False,
        "diameter_nm": False,
        "growth_fold": False,
    }
    for field, moves in moved.items():
        before, now = getattr(plain, field), getattr(after, field)
        if field == "per_collection" and donor not in COLLECTED:
            assert now is None
        elif field == "vesicles_per_cell_day" and donor in COLLECTED:
            assert not now.any()
        else:
            assert np.array_equal(before, now) != moves, field
    for signal in SIGNALS:
        same = np.array_equal(plain.shares[signal], after.shares[signal])
        assert same != (f"share.{signal}" in targets), signal
    assert after.changes == {one.kind}
    assert any(one.words.rstrip(".") in note for note in after.notes)
    ligands = {t for t in targets if t.startswith("ligand.")}
    assert (f"ligand.{after.ligand}" in ligands) == bool(ligands)
    assert [f.row for f in after.factors] == [e.row for e in one.effects if e.row]


def test_a_culture_without_a_rate_changes_what_the_cells_stand_in_alone():
    out = made(*find_modifiers(["hollow fibre"], "conditioning"))
    assert (out.unused, out.culture, out.factors) == ((), "bioreactor", ())
    assert np.array_equal(out.vesicles_per_cell_day, made().vesicles_per_cell_day)


def test_less_fusion_takes_exosomes_and_leaves_the_rest():
    """Rab27A: exosomes fall to the share drawn, other vesicles stay."""
    plain = made()
    out = made(*find_modifiers(["Rab27A knock-down"], "engineering"))
    left = out.factors[0].fold
    before = plain.vesicles_per_cell_day * plain.exosome_share
    after = out.vesicles_per_cell_day * out.exosome_share
    assert after == pytest.approx(before * left, rel=1e-12)
    others = plain.vesicles_per_cell_day * (1 - plain.exosome_share)
    assert out.vesicles_per_cell_day - after == pytest.approx(others, rel=1e-9)
    assert np.median(out.vesicles_per_cell_day / plain.vesicles_per_cell_day) > 0.7


def test_loaded_copies_replace_the_donors_own_and_a_knock_out_lowers_them():
    loaded = made(*find_modifiers(["miR-146a mimic"], "engineering"))
    assert np.array_equal(loaded.copies_per_vesicle, loaded.factors[0].fold)
    gone = made(*find_modifiers(["miR-146a knock-out"], "engineering"))
    assert np.median(gone.copies_per_vesicle / made().copies_per_vesicle) < 0.05


def test_losses_of_two_steps_multiply():
    """A loaded vesicle that is then coupled to a ligand was lost twice."""
    both = made(*find_modifiers(["drug loading", "adhesion molecule"], "engineering"))
    steps = [f.fold for f in both.factors if f.target == "kept"]
    assert len(steps) == 2
    assert np.array_equal(both.kept, steps[0] * steps[1])


@pytest.mark.parametrize(
    ("donor", "conditioning", "engineering", "words"),
    [
        ("CDC", ("GW4869",), ("Rab27A knock-down",), "yield of vesicles"),
        ("CDC", ("spinner flask", "hollow fibre"), (), "yield of vesicles"),
        ("CDC", (), ("RNA loading", "miR-181b loading"), "strength of a sig"),
        ("CDC", (), ("RNA loading", "miR-146a mimic"), "copies of the cargo"),
        ("CDC", (), ("siRNA loading", "drug loading"), "molecules per vesicle"),
        ("CDC", ("hypoxia 1%",), ("GATA4 overexpression",), "strength of a sig"),
        ("CDC", (), ("adhesion molecule", "cardiomyocyte peptide"), "one ligand"),
        ("plasma", ("spheroid",), (), "collected, not grown"),
        ("plasma", (), ("Rab27A knock-down",), "collected, not grown"),
        ("MSC", ("remote ischaemic preconditioning",), (), "it goes with: plasma"),
        ("CDC", (), ("priming with vesicles",), "done to cells that are given"),
    ],
)
def test_what_was_never_measured_together_is_refused(
    donor, conditioning, engineering, words
):
    asked = replace(
        PRODUCT, donor=donor, conditioning=conditioning, engineering=engineering
    )
    with pytest.raises(InputError, match=words):
        secretion(asked, PRIORS, draws)


def test_no_finding_counts_as_copies_and_as_a_share():
    """Share and copies multiply to a signal's drive: a modifier changes one of them."""
    for one in ALL:
        targets = {effect.target for effect in one.effects}
        copies = targets & {"cargo", "copies"}
        assert not (copies and any(t.startswith("share") for t in targets)), one.name


@pytest.mark.parametrize("form", ["cells", "conditioned medium"])
@pytest.mark.parametrize(
    "name",
    [one.name for one in ALL if one.kind in ("RNA loaded", "drug loaded", "surface")],
)
def test_what_is_done_to_vesicles_is_refused_for_other_forms(form, name):
    """Cells and whole medium can't be loaded or coupled; the message says what can."""
    asked = replace(PRODUCT, form=form, engineering=(name,), isolation=())
    with pytest.raises(InputError, match="form = 'vesicles'") as refused:
        secretion(asked, PRIORS, draws)
    surface = shipped_modifiers()[name].kind == "surface"
    to_cells = surface and form == "cells"
    assert ("arm.delivery.ligand" in str(refused.value)) == to_cells


@pytest.mark.parametrize("form", ["vesicles", "conditioned medium", "cells"])
def test_engineered_cells_may_be_given_or_make_vesicles_or_medium(form):
    asked = replace(PRODUCT, form=form, engineering=("GATA4 overexpression",))
    out = secretion(asked, PRIORS, draws)
    assert out.changes == {"cells modified"}


def test_what_changes_no_number_is_known_without_a_draw():
    """Passage of a line, medium of what isn't grown."""
    for changed, listed in (
        ({"donor": "HEK293", "donor_state": {"passage": 9}}, ["donor_state.passage"]),
        ({"conditioning": ("hollow fiber",)}, []),
        ({"donor": "perfused-heart", "medium": "serum"}, ["medium"]),
        ({"form": "cells", "medium": "serum"}, ["medium"]),
        ({"donor_state": {"age": 60.0}, "medium": "serum"}, []),
    ):
        product = replace(PRODUCT, **changed)  # type: ignore[arg-type]
        assert list(unused_keys(product)) == [f"product.p.{key}" for key in listed]
        assert secretion(product, PRIORS, draws).unused == unused_keys(product)


def test_particles_of_the_medium_are_noted_where_they_are_counted():
    """Nothing is counted of given cells, so serum leaves no note and no particles."""
    vesicles = replace(PRODUCT, medium="serum")
    cells = replace(vesicles, form="cells", isolation=())
    counted, given_ = (secretion(p, PRIORS, draws) for p in (vesicles, cells))
    assert counted.background is not None
    assert given_.background is None
    noted = [any("counter" in n for n in out.notes) for out in (counted, given_)]
    assert noted == [True, False]


@pytest.mark.parametrize(
    ("state", "noted"),
    [
        ({"age": 70.0}, False),
        ({"age": 70.0, "passage": 8}, False),
        ({"age": 70.0, "disease": "none"}, False),
        ({"age": 70.0, "disease": "diabetes"}, True),
        ({"disease": "diabetes", "senescent": 0.2}, True),
    ],
)
def test_a_product_of_states_is_called_an_assumption(state, noted):
    """Two states that change vesicles multiply, and the notes say so."""
    out = secretion(replace(PRODUCT, donor_state=state), PRIORS, draws)
    assert any("multiply (assumed)" in note for note in out.notes) == noted


def test_starvation_in_full_serum_is_refused():
    asked = replace(PRODUCT, conditioning=("serum starvation",), medium="serum")
    with pytest.raises(InputError, match="serum starvation in medium with serum"):
        secretion(asked, PRIORS, draws)


def test_no_cells_are_given_of_what_holds_none():
    asked = replace(PRODUCT, donor="plasma", form="cells", isolation=())
    with pytest.raises(InputError, match="cells of plasma"):
        secretion(asked, PRIORS, draws)


some = st.lists(st.sampled_from(ALL), min_size=1, max_size=4, unique=True)


@settings(max_examples=80, deadline=None)
@given(chosen=some, extra=st.sampled_from(ALL), donor=st.sampled_from(list(DONORS)))
def test_refusals_ignore_order_and_never_shrink(chosen, extra, donor):
    """The order of modifiers leaves no trace, and one more never mends a refusal."""
    faults = combination_faults(chosen, donor)
    back = combination_faults(chosen[::-1], donor)
    assert len(faults) == len(back)
    assert len(combination_faults([*chosen, extra], donor)) >= len(faults)
    if extra in chosen:
        assert combination_faults([*chosen, extra], donor)


@settings(max_examples=80, deadline=None)
@given(chosen=some, donor=st.sampled_from(list(DONORS)))
def test_what_is_allowed_changes_each_number_once_and_stays_possible(chosen, donor):
    """No two folds on one number, unless measured on top; shares stay in [0, 1]."""
    if combination_faults(chosen, donor):
        return
    targets = [
        (e.target, one) for one in chosen for e in one.effects if e.target != "kept"
    ]
    for place, (target, one) in enumerate(targets):
        for other_target, other in targets[:place]:
            on_top = one.name in other.measured_with or other.name in one.measured_with
            assert on_top or target != other_target
    out = made(*chosen, donor=donor) if _one_form(chosen) else None
    if out is None:
        return
    amount = out.vesicles_per_cell_day
    if out.per_collection is not None:
        amount = out.per_collection
    assert np.all(np.isfinite(amount) & (amount > 0))
    assert np.all((out.exosome_share >= 0) & (out.exosome_share <= 1))
    assert all(np.all((s >= 0) & (s <= 1)) for s in out.shares.values())
    assert np.all(out.copies_per_vesicle >= 0)


def _one_form(chosen: list[Modifier]) -> bool:
    """Priming is for cells, loading and surfaces for vesicles: either works alone."""
    return len({one.kind == "primed cells" for one in chosen}) == 1


@pytest.mark.parametrize(
    ("name", "culture"),
    [
        ("hypoxia 5%", "flask"),
        ("stirred tank", "stirred_tank"),
        ("spinner flask", "bioreactor"),
        ("vertical wheel", "bioreactor"),
        ("hollow fibre", "bioreactor"),
        ("spheroid", "bioreactor"),
    ],
)
def test_a_conditioning_says_what_the_cells_are_kept_in(
    name: str, culture: str
) -> None:
    """Cultures that go by volume are named by the table."""
    assert culture_of(find_modifiers((name,), "conditioning")) == culture
