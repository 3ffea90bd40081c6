"""A user's values in the place of shipped ones: checked, and turned into priors.

Part of :mod:`exoheart.study`.
"""

from __future__ import annotations

import math
import re

from exoheart import units
from exoheart.errors import Fault, UnitError, closest
from exoheart.records.distribution import Distribution
from exoheart.records.override import Override
from exoheart.records.prior import Prior
from exoheart.study.names import Names, ParameterName

_UNIT = re.compile(
    r"(1|%|[A-Za-zµμ_]+(\*\*-?\d|\^-?\d)?)([*/][A-Za-zµμ_]+(\*\*-?\d|\^-?\d)?)*"
)
_LEAST_SHARE = 1e-12


def unit_factor(unit: str, to: str) -> float | None:
    """Give what turns `unit` into `to`, or None where nothing does."""
    if unit.strip() == to:
        return 1.0
    if not _UNIT.fullmatch(unit.strip()):
        return None
    try:
        return units.factor(unit.strip(), to)
    except UnitError:
        return None


def distribution_of(override: Override, row: ParameterName) -> Distribution:
    """Give what is drawn for an override, in the unit of the table's row.

    A value with a spread is lognormal. Where the quantity has an upper bound that
    would reach past it: a share (0 to 1) is then logit-normal with the same spread
    of its odds, anything else is truncated at the bounds.

    Raises
    ------
    InputError
        The distribution can't be; :func:`override_fault` says so beforehand.
    """
    scale = unit_factor(override.unit, row.unit) or 1.0
    median = override.median * scale
    if override.gsd is None or override.gsd == 1.0:
        return Distribution("fixed", (median,))
    if (row.low, row.high) == (0.0, 1.0):
        return Distribution("logitnormal", (median, math.log(override.gsd)))
    if math.isfinite(row.high) or row.low > 0:
        low = max(row.low, median * _LEAST_SHARE)
        high = min(row.high, median / _LEAST_SHARE)
        arguments = (median, override.gsd, low, high)
        return Distribution("truncated_lognormal", arguments)
    return Distribution("lognormal", (median, override.gsd))


def override_fault(
    where: str, override: Override, names: Names, species: str
) -> Fault | None:
    """Give what is wrong with an override for this species, or None."""
    if override.id not in names.parameters:
        return Fault(
            where,
            f"unknown parameter {override.id!r}",
            "the id of a shipped parameter (see: exoheart parameters)",
            closest(override.id, names.parameters),
        )
    row = names.parameter(override.id, species)
    if row is None:
        known = ", ".join(r.species for r in names.parameters[override.id])
        return Fault(where, f"species {species}", f"this parameter is for {known} only")
    scale = unit_factor(override.unit, row.unit)
    if scale is None:
        return Fault(
            f"{where}.unit", repr(override.unit), f"a unit that turns into {row.unit!r}"
        )
    return _value_fault(f"{where}.median", override, row, override.median * scale)


def _value_fault(
    where: str, override: Override, row: ParameterName, median: float
) -> Fault | None:
    spread = override.gsd is not None and override.gsd > 1.0
    edge = median in (row.low, row.high)
    if not row.low <= median <= row.high or (spread and edge):
        unit = "" if row.unit == "1" else f" {row.unit}"
        allowed = f"a value from {row.low:g} to {row.high:g}{unit}"
        allowed += ", the ends only without gsd" if edge else ""
        return Fault(where, f"{median:g}{unit}", allowed)
    if spread and median <= 0:
        return Fault(where, f"{median:g} with gsd", "a value above zero, or no gsd")
    return None


def overridden(prior: Prior, override: Override, row: ParameterName) -> Prior:
    """Give the prior with the user's value in it, in the unit of the table's row."""
    distribution = distribution_of(override, row)
    fixed = distribution.form == "fixed"
    kept = prior.spread_kind if prior.spread_kind != "none" else "judgement"
    return Prior(
        id=prior.id,
        value=override.median * (unit_factor(override.unit, row.unit) or 1.0),
        unit=row.unit,
        distribution=distribution,
        spread_kind="none" if fixed else kept,
        kind="measured",
        species=prior.species,
        source=override.source,
        note=f"the user's value: {override.median:g} {override.unit}",
        overridden=True,
    )
