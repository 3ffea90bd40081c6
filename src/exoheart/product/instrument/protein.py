"""Protein of a counted vial, as a user writes it."""

from __future__ import annotations

import math

from exoheart.errors import InputError, UnitError

#: What a protein content may be.
CONTENT = "a mass above zero per volume, such as '0.4 mg/mL'"


def protein_content(text: object) -> float:
    """Read a protein content [ug/mL].

    Parameters
    ----------
    text
        A number with a unit of mass per volume.

    Returns
    -------
    float
        Above zero [ug/mL].

    Raises
    ------
    InputError
        It is no such number.

    Examples
    --------
    >>> protein_content("0.4 mg/mL")
    400.0
    """
    from exoheart import units

    try:
        number, unit = units.split(str(text))
        value = number * units.factor(unit, "ug/mL")
    except UnitError:
        value = math.nan
    if not 0.0 < value < math.inf:
        raise InputError(f"met {text!r}; allowed: {CONTENT}")
    return value
