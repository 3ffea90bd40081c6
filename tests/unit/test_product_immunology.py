"""Immunology: each topic once, unknown where nobody knows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exoheart.product.immunology import risk_flags
from exoheart.product.kinship import kinship
from exoheart.records.making import RiskFlag
from exoheart.records.study import Product

VESICLES = Product("p", "vesicles", "CDC")


def flags(species: str = "human", **changed: object) -> dict[str, RiskFlag]:
    listed = risk_flags(replace(VESICLES, **changed), species)
    assert len({flag.topic for flag in listed}) == len(listed)
    return {flag.topic: flag for flag in listed}


@pytest.mark.parametrize("donor", ["dendritic", "dendritic cell", "B-cell", "DC"])
def test_donors_that_present_antigens_are_known_to(donor: str) -> None:
    assert flags(donor=donor)["MHC of the donor"].standing == "known"
    assert flags(donor="MSC")["MHC of the donor"].standing == "assumed"


@pytest.mark.parametrize("donor", ["iPSC", "iPSC-MSC", "ESC"])
def test_tumours_are_known_of_pluripotent_cells_and_unknown_of_their_vesicles(
    donor: str,
) -> None:
    assert flags(donor=donor, form="cells")["tumours"].standing == "known"
    assert flags(donor=donor)["tumours"].standing == "unknown"


def test_a_production_line_carries_an_unknown_risk() -> None:
    assert flags(donor="HEK293")["tumours"].standing == "unknown"


@pytest.mark.parametrize("donor", ["MSC", "CDC", "CD34", "fibroblast", "MSC-UC"])
def test_other_donors_raise_no_flag_of_tumours(donor: str) -> None:
    assert "tumours" not in flags(donor=donor)


def test_sensitised_recipients_and_complement_are_unknown() -> None:
    found = flags()
    assert found["sensitised recipient"].standing == "unknown"
    assert found["complement"].standing == "unknown"


def test_exposure_falls_in_macaques_and_is_borrowed_elsewhere() -> None:
    pig, human = flags("pig"), flags("human", donor_species="pig")
    topic = "antibodies on repeated doses"
    assert pig[topic].standing == human[topic].standing == "known"
    assert "borrowed" in pig[topic].sentence
    assert "borrowed" not in human[topic].sentence
    assert flags()[topic].standing == "unknown"  # allogeneic: three patients


def test_own_vesicles_meet_no_foreign_antibodies() -> None:
    own = {"autologous": True}
    assert kinship(replace(VESICLES, donor_state=own), "human") == "autologous"
    found = flags(donor_state=own)
    assert "autologous use" in found
    assert "sensitised recipient" not in found


@pytest.mark.parametrize("medium", ["serum", "depleted serum", "platelet lysate"])
def test_protein_of_the_medium_counts_where_there_is_some(medium: str) -> None:
    assert flags(medium=medium)["protein of the medium"].standing == "unknown"
    assert "protein of the medium" not in flags()


@pytest.mark.parametrize("donor", ["plasma", "perfused-heart"])
def test_what_is_collected_never_grew_in_a_medium(donor: str) -> None:
    """Serum in the study file of a donor that isn't grown brings no bovine protein."""
    assert "protein of the medium" not in flags(donor=donor, medium="serum")
    assert "protein of the medium" not in flags(form="RNA", medium="serum")


def test_rna_has_no_donor_to_be_foreign() -> None:
    assert set(flags(form="RNA")) == {"sensing of RNA", "complement"}


def test_what_is_known_has_a_source() -> None:
    for donor in ("CDC", "iPSC", "dendritic"):
        for form in ("vesicles", "cells", "RNA"):
            for species in ("pig", "human"):
                for flag in flags(species, donor=donor, form=form).values():
                    assert flag.source or flag.standing != "known"
