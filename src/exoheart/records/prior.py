"""What is known of a number, with its source: one :class:`Prior` per parameter.

`study.py` builds :class:`Priors` for one study from the tables of
:mod:`exoheart.evidence` and the study's own overrides; the stages draw from them.
The spread of a row says at which layer it is drawn: see :data:`LAYER_OF_SPREAD`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from exoheart.errors import UnknownParameterError, closest
from exoheart.records.correlation import Correlation
from exoheart.records.distribution import Distribution

Kind = Literal["measured", "derived", "fitted", "assumed", "borrowed"]
Layer = Literal["parameter", "laboratory", "lot", "animal", "measurement"]

#: The layer at which a row is drawn, by what its spread means.
LAYER_OF_SPREAD: Mapping[str, Layer] = MappingProxyType(
    {
        "none": "parameter",
        "judgement": "parameter",
        "standard error": "parameter",
        "between studies": "parameter",
        "between laboratories": "laboratory",
        "between lots": "lot",
        "between animals": "animal",
        "between readings": "measurement",
    }
)


@dataclass(frozen=True, slots=True)
class Prior:
    """One parameter of one species: value, distribution, unit and where it is from.

    Parameters
    ----------
    id
        ``stage.quantity``.
    value
        Central value, in `unit`.
    unit
        As in the table; the model text says into which unit it is turned.
    distribution
        In `unit`.
    spread_kind
        What the spread means; a key of :data:`LAYER_OF_SPREAD`.
    kind
        measured, derived, fitted, assumed or borrowed.
    species
        Species of the row that was chosen (``all`` where it holds for every species).
    source
        Key in ``sources.bib``; empty for assumed values.
    locator
        Where in the source.
    note
        Why, what would replace it.
    overridden
        True where the user's study file replaced the shipped value.
    bounds
        Physical bounds, in `unit`; a share has (0, 1).
    """

    id: str
    value: float
    unit: str
    distribution: Distribution
    spread_kind: str
    kind: Kind
    species: str
    source: str = ""
    locator: str = ""
    note: str = ""
    overridden: bool = False
    bounds: tuple[float, float] = (-math.inf, math.inf)

    @property
    def layer(self) -> Layer:
        """The layer at which it is drawn."""
        return LAYER_OF_SPREAD[self.spread_kind]


@dataclass(frozen=True, slots=True)
class Priors(Mapping[str, Prior]):
    """All parameters of one study, by id.

    Parameters
    ----------
    rows
        By id.
    correlation
        Between parameters that were fitted together; a parameter that the user has
        overridden is no longer among them.
    """

    rows: Mapping[str, Prior]
    correlation: Correlation = field(default_factory=Correlation, compare=False)

    def __getitem__(self, name: str) -> Prior:
        try:
            return self.rows[name]
        except KeyError:
            raise UnknownParameterError(
                f"parameter {name!r} has no value for this study; nearest known: "
                f"{closest(name, self.rows) or 'none'}; add a row to data/parameters "
                "or an [override]"
            ) from None

    def get(  # type: ignore[override]
        self, name: str, default: Prior | None = None
    ) -> Prior | None:
        """Give a parameter or `default`; cheap, since no error has to be worded."""
        return self.rows.get(name, default)

    def __contains__(self, name: object) -> bool:
        return name in self.rows

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)
