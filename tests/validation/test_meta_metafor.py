"""Meta-analysis against the R package metafor, on public data sets.

``metafor/reference.R`` made the data and the results beside it, at full precision with
iterations tightened; ``metafor/sources.csv`` names the papers that the data come from.
Neither R nor the network is needed here. Everything must agree to 1e-6, relative; what
is smaller than 1e-3 to 1e-9, absolute, since metafor's steps end near 0 and not on it.
"""

from __future__ import annotations

import csv
import json
import math
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from exoheart.evidence.meta import fit, fit_correlated
from exoheart.evidence.meta.bias import (
    egger,
    pet_peese,
    selection_model,
    trim_and_fill,
)
from exoheart.evidence.meta.effects import MEASURES
from exoheart.evidence.meta.sensitivity import (
    cumulative,
    influence,
    leave_one_out,
    subgroups,
)

FOLDER = Path(__file__).parent / "metafor"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
RELATIVE, ABSOLUTE = 1e-6, 1e-9


@lru_cache
def columns(name):
    """Columns of a table: numbers where all cells are, else words."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    table = {key: [row[key] for row in rows] for key in rows[0]}
    for key, cells in table.items():
        if key not in {"study", "cluster"}:
            try:
                table[key] = [float(cell) for cell in cells]
            except ValueError:
                continue
    return table


def cases(*kinds):
    """Every case of these kinds, in all data sets, with a name to show."""
    found = []
    for name in NAMES:
        held = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))["cases"]
        for case in held:
            if case["kind"] in kinds:
                options = "-".join(str(one) for one in case["options"].values())
                found.append(pytest.param(name, case, id=f"{name}-{options}"))
    return found


def differences(met, expected, where=""):
    """Every place where a value is not the expected one."""
    if isinstance(expected, list):
        met = list(met)
        if len(met) != len(expected):
            return [f"{where}: {len(met)} values, not {len(expected)}"]
        pairs = enumerate(zip(met, expected, strict=True))
        return [d for i, (a, b) in pairs for d in differences(a, b, f"{where}[{i}]")]
    if expected is None or isinstance(expected, str | bool):
        return [] if met == expected else [f"{where}: {met!r}, not {expected!r}"]
    if met is None:
        return [f"{where}: None, not {expected}"]
    within = max(RELATIVE * abs(expected), ABSOLUTE)
    close = math.isfinite(met) and abs(met - expected) <= within
    return [] if close else [f"{where}: {met!r}, not {expected!r}"]


def compare(met, expected):
    """Demand that every expected value is met."""
    found = [
        d for key, one in expected.items() for d in differences(met[key], one, key)
    ]
    assert found == []


def options_of(table, case, *names):
    """Keyword arguments of a case."""
    options = {key: case["options"][key] for key in names if key in case["options"]}
    if case["options"].get("moderators"):
        options["moderators"] = {
            key: table[key] for key in case["options"]["moderators"]
        }
    return options


def fitted(found):
    """A fit as the reference holds one."""
    rows = found.coefficients
    return {
        **{key: getattr(found, key) for key in found.__dataclass_fields__},
        "names": [one.name for one in rows],
        "coefficients": [one.estimate for one in rows],
        "errors": [one.se for one in rows],
        "p_values": [one.p for one in rows],
        "lower": [one.ci95[0] for one in rows],
        "upper": [one.ci95[1] for one in rows],
    }


def test_there_are_ten_data_sets_or_more_and_each_names_its_paper():
    with (FOLDER / "sources.csv").open(encoding="utf-8", newline="") as file:
        sourced = {row["file"]: row["doi"] for row in csv.DictReader(file)}
    tables = {path.stem for path in FOLDER.glob("*.csv")} - {"sources"}
    assert set(sourced) == tables
    assert all(sourced.values())
    assert len(NAMES) >= 10


@pytest.mark.parametrize(("name", "case"), cases("fit"))
def test_a_fit_is_that_of_metafor(name, case):
    """Effects, errors, tests, intervals, tau2, I2, H2, Q, R2 and weights."""
    table = columns(name)
    options = options_of(table, case, "method", "test", "cluster_model")
    if "cluster_model" in options:
        options["cluster"] = table["cluster"]
    compare(fitted(fit(table["yi"], table["vi"], **options)), case["expected"])


@pytest.mark.parametrize(("name", "case"), cases("correlated"))
def test_a_fit_of_correlated_effects_is_that_of_metafor(name, case):
    table = columns(name)
    matrix = np.loadtxt(FOLDER / f"{name}_covariance.csv", delimiter=",")
    options = options_of(table, case, "method", "test")
    if case["options"]["clustered"]:
        options["cluster"] = table["cluster"]
    expected = {
        key: value
        for key, value in case["expected"].items()
        if not (case["options"]["method"] == "FE" and key in {"i2", "h2"})
    }
    compare(fitted(fit_correlated(table["yi"], matrix, **options)), expected)


@pytest.mark.parametrize(("name", "case"), cases("escalc"))
def test_effect_sizes_are_those_of_escalc(name, case):
    means = columns(f"{name}_means")
    groups = [np.array(means[key]) for key in ("m1", "sd1", "n1", "m2", "sd2", "n2")]
    options = dict(case["options"])
    yi, vi = MEASURES[options.pop("measure")](*groups, **options)
    compare({"yi": yi, "vi": vi}, case["expected"])


@pytest.mark.parametrize(("name", "case"), cases("egger"))
def test_the_regression_test_is_that_of_regtest(name, case):
    table = columns(name)
    options = options_of(table, case, "model", "method", "test")
    found = egger(table["yi"], table["vi"], **options)
    limit = [found.limit.estimate, *found.limit.ci95]
    met = {"statistic": found.statistic, "p": found.p, "df": found.df, "limit": limit}
    compare(met, case["expected"])


@pytest.mark.parametrize(("name", "case"), cases("pet_peese"))
def test_pet_and_peese_are_weighted_regressions(name, case):
    table = columns(name)
    found = pet_peese(table["yi"], table["vi"])
    lines = {
        "pet": (found.pet, found.pet_slope),
        "peese": (found.peese, found.peese_slope),
    }
    for key, rows in lines.items():
        met = {
            "estimate": [one.estimate for one in rows],
            "se": [one.se for one in rows],
            "p": [one.p for one in rows],
            "lower": [one.ci95[0] for one in rows],
            "upper": [one.ci95[1] for one in rows],
        }
        compare(met, case["expected"][key])


@pytest.mark.parametrize(("name", "case"), cases("trim_and_fill"))
def test_trim_and_fill_is_that_of_trimfill(name, case):
    """The number that lacks, its error, the side, what is put in and the new fit."""
    table = columns(name)
    options = options_of(table, case, "method", "estimator", "side")
    found = trim_and_fill(table["yi"], table["vi"], **options)
    met = {key: getattr(found, key) for key in ("k0", "k0_se", "k0_p", "side")}
    for key in ("estimate", "se", "tau2", "yi", "vi"):
        met[key] = getattr(found.fit, key)
    compare(met, case["expected"])


@pytest.mark.parametrize(("name", "case"), cases("selection"))
def test_the_selection_model_is_that_of_selmodel(name, case):
    table = columns(name)
    options = options_of(table, case, "alternative")
    found = selection_model(table["yi"], table["vi"], **options)
    compare({key: getattr(found, key) for key in case["expected"]}, case["expected"])


@pytest.mark.parametrize(("name", "case"), cases("influence"))
def test_diagnostics_are_those_of_influence(name, case):
    table = columns(name)
    options = options_of(table, case, "method", "test")
    found = influence(table["yi"], table["vi"], **options)
    met = {
        key: [getattr(one, key) for one in found]
        for key in case["expected"]
        if key != "dfbetas"
    }
    met["dfbetas"] = zip(*(one.dfbetas for one in found), strict=True)
    compare(met, case["expected"])


@pytest.mark.parametrize(("name", "case"), cases("leave_one_out"))
def test_leaving_one_out_is_leave1out(name, case):
    table = columns(name)
    options = options_of(table, case, "method")
    fits = [one.fit for one in leave_one_out(table["yi"], table["vi"], **options)]
    met = {key: [getattr(one, key) for one in fits] for key in case["expected"]}
    compare(met, case["expected"])


@pytest.mark.parametrize(("name", "case"), cases("cumulative"))
def test_adding_one_by_one_is_cumul(name, case):
    table = columns(name)
    options = options_of(table, case, "method")
    order = table[case["options"]["order"]]
    steps = cumulative(table["yi"], table["vi"], order=order, **options)
    met = {
        key: [getattr(one, key) for one in steps] for key in ("estimate", "se", "tau2")
    }
    met["lower"] = [one.ci95[0] for one in steps]
    met["upper"] = [one.ci95[1] for one in steps]
    compare(met, case["expected"])


@pytest.mark.parametrize(("name", "case"), cases("subgroups"))
def test_subgroups_are_separate_fits_and_a_regression_of_them(name, case):
    table = columns(name)
    groups = table[case["options"]["group"]]
    options = options_of(table, case, "method")
    found = subgroups(table["yi"], table["vi"], groups, **options)
    met = {
        key: [getattr(one, key) for _, one in found.fits] for key in ("estimate", "se")
    }
    met["tau2"] = [one.tau2 for _, one in found.fits]
    met |= {"groups": [group for group, _ in found.fits]}
    met |= {"q": found.q, "df": found.df, "p": found.p}
    compare(met, case["expected"])
