"""From the tables to one prior per parameter: which row counts for this animal.

Takes the rows of :func:`exoheart.evidence.load_parameters` and gives
:class:`exoheart.records.prior.Priors`, which the stages draw from.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from exoheart.errors import DataError, Fault
from exoheart.evidence.tables import ParameterRow
from exoheart.records.correlation import Correlation
from exoheart.records.prior import Prior, Priors


def prior_of(row: ParameterRow) -> Prior:
    """Give what is known of one parameter, as its table row says it."""
    return Prior(
        id=row.id,
        value=row.value,
        unit=row.unit,
        distribution=row.distribution,
        spread_kind=row.spread_kind,
        kind=row.kind,
        species=row.species,
        source=row.source,
        locator=row.locator,
        note=row.note,
        bounds=(
            -math.inf if row.bound_low is None else row.bound_low,
            math.inf if row.bound_high is None else row.bound_high,
        ),
    )


def resolve(
    rows: Iterable[ParameterRow],
    species: str,
    choices: Mapping[tuple[str, str], str] | None = None,
    correlation: Correlation | None = None,
) -> Priors:
    """Choose one row for each parameter of one species.

    A row of the species beats a row for `all`; a fitted row beats the prior that it
    was fitted from; where several rows of the same species are left, `choices` names
    the source that counts.

    Parameters
    ----------
    rows
        Rows of the parameter tables.
    species
        The animal treated.
    choices
        (id, species of the row) -> source.
    correlation
        Of fitted rows, by name (``id`` or ``id@species``).

    Returns
    -------
    Priors
        By id; a parameter that has no row for this species is absent.

    Raises
    ------
    DataError
        Two or more rows are left and no choice is made between them; all such
        parameters are listed.

    Examples
    --------
    >>> from exoheart.evidence.tables import load_parameters, load_choices
    >>> priors = resolve(load_parameters(), "pig", load_choices())
    """
    specific: dict[str, list[ParameterRow]] = {}
    general: dict[str, list[ParameterRow]] = {}
    for row in rows:
        if row.species in {species, "all"}:
            group = specific if row.species == species else general
            group.setdefault(row.id, []).append(row)
    chosen: dict[str, Prior] = {}
    faults: list[Fault] = []
    for name, candidates in {**general, **specific}.items():
        counts = _pick(candidates, choices or {})
        if counts is None:
            faults.append(_undecided(candidates))
        else:
            chosen[name] = prior_of(counts)
    if faults:
        raise DataError("parameter tables", faults)
    return Priors(chosen, _for_species(correlation or Correlation(), chosen))


def _for_species(correlation: Correlation, chosen: Mapping[str, Prior]) -> Correlation:
    """Give the correlations among the fitted rows that count for this species."""
    fitted = {
        prior.id if prior.species == "all" else f"{prior.id}@{prior.species}"
        for prior in chosen.values()
        if prior.kind == "fitted"
    }
    kept = correlation.only(fitted)
    return Correlation(tuple(name.split("@")[0] for name in kept.ids), kept.matrix)


def _pick(
    candidates: list[ParameterRow], choices: Mapping[tuple[str, str], str]
) -> ParameterRow | None:
    """Give the row that counts, or None where nothing decides."""
    if len(candidates) == 1:
        return candidates[0]
    fitted = [row for row in candidates if row.kind == "fitted"]
    if len(fitted) == 1:
        return fitted[0]
    wanted = choices.get((candidates[0].id, candidates[0].species))
    found = [row for row in candidates if row.source == wanted]
    return found[0] if wanted is not None and len(found) == 1 else None


def _undecided(candidates: list[ParameterRow]) -> Fault:
    row = candidates[0]
    sources = ", ".join(repr(other.source) for other in candidates)
    return Fault(
        f"{row.file} row {row.row}",
        f"{len(candidates)} rows of {row.id!r} for {row.species!r}: {sources}",
        "one row, or a line in parameters/choices.csv that names one source",
    )
