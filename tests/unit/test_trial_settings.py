"""The trial's rows in the parameter tables."""

import csv
from dataclasses import replace
from importlib import resources

import numpy as np
import pytest

from exoheart.errors import InputError
from exoheart.records.distribution import parse_distribution
from exoheart.records.prior import Prior, Priors
from exoheart.records.study import Design
from exoheart.trial import trial_settings
from exoheart.trial.toy import Toy, toy_study


def _rows():
    table = resources.files("exoheart") / "data" / "parameters" / "trial.csv"
    return list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))


def _priors(species="pig"):
    found = {}
    for row in _rows():
        if row["species"] in {species, "all"}:
            value = float(row["value"])
            form = parse_distribution(row["distribution"] or f"fixed(value={value})")
            found.setdefault(
                row["id"],
                Prior(
                    row["id"],
                    value,
                    row["unit"],
                    form,
                    row["spread_kind"],
                    row["kind"],
                    row["species"],
                ),
            )
    return Priors(found)


def test_attrition_is_drawn_once_an_outer_draw_and_stays_a_share():
    settings = trial_settings(toy_study(Toy()), _priors(), 0, 64)
    assert settings.attrition.shape == (64,)
    assert (settings.attrition > 0).all()
    assert (settings.attrition < 1).all()
    assert np.unique(settings.attrition).size == 64


def test_the_studys_own_attrition_replaces_the_table():
    study = replace(toy_study(Toy()), design=Design(attrition=0.3))
    settings = trial_settings(study, Priors({**_priors()}), 0, 4)
    assert settings.attrition.tolist() == [0.3] * 4


def test_a_missing_row_is_named():
    with pytest.raises(InputError, match=r"trial\.attrition"):
        trial_settings(toy_study(Toy()), Priors({}), 0, 4)


@pytest.mark.parametrize("species", ["mouse", "rat", "pig", "human", "dog"])
def test_every_species_has_an_attrition_whose_mean_is_its_value(species):
    rows = [
        row
        for row in _rows()
        if row["id"] == "trial.attrition" and row["species"] == species
    ]
    assert rows
    for row in rows:
        form = parse_distribution(row["distribution"])
        p = (np.arange(4_000) + 0.5) / 4_000
        mean = float(form.quantile(p).mean())
        assert mean == pytest.approx(float(row["value"]), rel=0.01)
