"""A user's value replaces the shipped one: in its unit, marked, inside its bounds."""

from __future__ import annotations

import dataclasses
import math
from types import MappingProxyType

import numpy as np
import pytest

from exoheart.records.distribution import Distribution
from exoheart.records.override import Override
from exoheart.records.prior import Prior, Priors
from exoheart.study import parse_study, priors_for, template
from exoheart.study.names import ParameterName, shipped_names
from exoheart.study.overrides import distribution_of, override_fault, unit_factor

SHARE = ParameterName("all", "1", 0.0, 1.0)
RATE = ParameterName("all", "1/hour", 0.0)
CAPPED = ParameterName("all", "1", 0.0, 5.0)


def _override(median: float, gsd: float | None, unit: str = "1") -> Override:
    return Override("a.b", median, gsd, unit, "own assay")


def test_a_rate_is_lognormal_in_the_unit_of_the_table() -> None:
    drawn = distribution_of(_override(24.0, 2.0, "1/day"), RATE)
    assert drawn.form == "lognormal"
    assert drawn.arguments == pytest.approx((1.0, 2.0))


def test_without_a_spread_a_value_is_fixed() -> None:
    assert distribution_of(_override(3.0, None), RATE).form == "fixed"
    assert distribution_of(_override(3.0, 1.0), RATE).form == "fixed"


def test_a_share_keeps_its_median_and_stays_a_share() -> None:
    drawn = distribution_of(_override(0.05, 2.0), SHARE)
    values = drawn.quantile(np.array([1e-9, 0.5, 1 - 1e-9]))
    assert values[1] == pytest.approx(0.05)
    assert values[0] > 0
    assert values[2] < 1
    odds = values / (1 - values)
    upper = drawn.quantile(np.array([0.8413447460685429]))  # one SD above
    assert upper / (1 - upper) / odds[1] == pytest.approx(2.0)


def test_another_bounded_quantity_is_truncated_at_its_bounds() -> None:
    drawn = distribution_of(_override(4.0, 3.0), CAPPED)
    assert drawn.form == "truncated_lognormal"
    assert drawn.support()[1] == 5.0


@pytest.mark.parametrize("median", [-0.1, 1.5])
def test_a_median_outside_the_physical_bounds_is_refused(median: float) -> None:
    name = "uptake.endosomal_escape_fraction"
    override = Override(name, median, None, "1", "own assay")
    fault = override_fault("here", override, shipped_names(), "pig")
    assert fault is not None
    assert "0 to 1" in fault.allowed


def test_a_parameter_of_another_species_is_refused() -> None:
    names = dataclasses.replace(
        shipped_names(), parameters={"a.b": (ParameterName("rat", "1"),)}
    )
    fault = override_fault("here", _override(1.0, None), names, "pig")
    assert fault is not None
    assert "rat only" in fault.allowed


@pytest.mark.parametrize(
    "unit", ["mL/", "(", "mg^g", "1/0", "'", "-", "", "$", "mL mL", "10**400", "{"]
)
def test_an_unreadable_unit_gives_no_factor_and_no_crash(unit: str) -> None:
    assert unit_factor(unit, "mL/min/g") is None


def test_priors_carry_the_override_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "uptake.endosomal_escape_fraction"
    shipped = Prior(
        id=name,
        value=0.02,
        unit="1",
        distribution=Distribution("loguniform", (0.0005, 0.3)),
        spread_kind="judgement",
        kind="assumed",
        species="all",
    )
    other = dataclasses.replace(shipped, id="mechanism.fusion_share")
    table = Priors(MappingProxyType({name: shipped, other.id: other}))
    monkeypatch.setattr("exoheart.study.load.resolve", lambda *_: table)
    line = (
        f'"{name}" = {{ median = 0.05, gsd = 2.0, unit = "1", source = "own assay" }}'
    )
    priors = priors_for(parse_study(f"{template('pig')}\n[override]\n{line}\n"))
    changed = priors[name]
    assert (changed.overridden, changed.kind) == (True, "measured")
    assert (changed.source, changed.value) == ("own assay", 0.05)
    assert changed.distribution.arguments == pytest.approx((0.05, math.log(2.0)))
    assert priors[other.id] is other


def test_the_shipped_tables_give_priors_for_every_species() -> None:
    for like in ("pig", "mouse"):
        priors = priors_for(parse_study(template(like)))
        assert len(priors) > 100
        assert not any(prior.overridden for prior in priors.values())
