"""What can be measured: one record per quantity and region, from one table.

``data/endpoints.csv`` is the only list of legal endpoints; the study file's reader
uses the same table. Read next: :mod:`exoheart.outcome.measurement`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Literal, cast

from exoheart.errors import InputError, closest

Better = Literal["lower", "higher", "none"]
ErrorKind = Literal["sd", "cv"]
#: Rows behind a scar that shrinks: share lost, time.
SHRINKAGE = ("outcome.scar_shrinkage", "outcome.scar_shrinkage_time")
#: Rows behind an early reading that is too large: excess at reflow, time.
OEDEMA = ("outcome.early_excess", "outcome.early_excess_time")
#: All of them, with the unit that :mod:`exoheart.outcome.measurement` wants.
READINGS: Mapping[str, str] = MappingProxyType(
    dict(zip((*SHRINKAGE, *OEDEMA), ("1", "hour") * 2, strict=True))
)


@dataclass(frozen=True, slots=True)
class Measure:
    """One quantity of one region, as it can be asked for.

    Parameters
    ----------
    quantity, of
        As in a study file; `of` is empty where the quantity has no region.
    unit
        Of the value; a difference of percentages is in points.
    better
        Which way is good for the animal.
    methods
        How it can be measured; the first is not special.
    default_method
        Used where the study file names none.
    observable
        Id of the model's noise-free value, in `unit`.
    error
        ``sd`` where a method's error is in `unit`, ``cv`` where it is a share of the
        value.
    low, high
        Ends of the scale in `unit`; infinite where there is none.
    shrinks
        Methods that see a scar shrink with time.
    swells
        Methods that read the oedema of the first days as infarct.
    """

    quantity: str
    of: str
    unit: str
    better: Better
    methods: tuple[str, ...]
    default_method: str
    observable: str
    error: ErrorKind
    low: float
    high: float
    shrinks: tuple[str, ...]
    swells: tuple[str, ...]

    def reads(self, method: str) -> tuple[str, ...]:
        """Give the parameters that turn the truth into what a method reads."""
        shrinkage = SHRINKAGE if method in self.shrinks else ()
        return shrinkage + (OEDEMA if method in self.swells else ())

    def error_id(self, method: str) -> str:
        """Give the id of the parameter that holds the error of a method.

        Raises
        ------
        InputError
            The method doesn't measure this quantity.

        Examples
        --------
        >>> measure("infarct size", "area at risk").error_id("TTC")
        'outcome.sd_infarct_area_at_risk.TTC'
        """
        if method not in self.methods:
            raise InputError(
                f"method {method!r} doesn't measure {self.quantity!r}; allowed: "
                f"{', '.join(self.methods)}; nearest: "
                f"{closest(method, self.methods) or 'none'}"
            )
        stem = self.observable.removeprefix("outcome_")
        return f"outcome.{self.error}_{stem}.{method}"


def _names(cell: str) -> tuple[str, ...]:
    return tuple(name for name in cell.split(";") if name)


@lru_cache(maxsize=1)
def measures() -> tuple[Measure, ...]:
    """Give every legal endpoint, in the order of the table."""
    table = resources.files("exoheart") / "data" / "endpoints.csv"
    rows = csv.DictReader(table.read_text("utf-8").splitlines())
    return tuple(
        Measure(
            quantity=row["quantity"],
            of=row["of"],
            unit=row["unit"],
            better=cast("Better", row["better"]),
            methods=_names(row["methods"]),
            default_method=row["default_method"],
            observable=row["observable"],
            error=cast("ErrorKind", row["error"]),
            low=float(row["low"] or "-inf"),
            high=float(row["high"] or "inf"),
            shrinks=_names(row["shrinks"]),
            swells=_names(row["swells"]),
        )
        for row in rows
    )


def measure(quantity: str, of: str | None = None) -> Measure:
    """Give the record of a quantity and region.

    Raises
    ------
    InputError
        There is no such endpoint.

    Examples
    --------
    >>> measure("ejection fraction").unit
    '%'
    """
    for known in measures():
        if (known.quantity, known.of) == (quantity, of or ""):
            return known
    names = {f"{m.quantity} of {m.of}" if m.of else m.quantity for m in measures()}
    asked = f"{quantity} of {of}" if of else quantity
    raise InputError(
        f"endpoint {asked!r} is unknown; allowed: {', '.join(sorted(names))}; "
        f"nearest: {closest(asked, names) or 'none'}"
    )
