"""Names of donors and conditionings that the tables know, and how to find them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from exoheart.errors import InputError, closest

#: Donor to the other names it goes by; the same list, with words, is in donors.csv.
DONORS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "CDC": ("cardiosphere-derived cell",),
        "CPC": ("cardiac progenitor cell",),
        "MSC": ("BM-MSC", "MSC-BM", "mesenchymal stromal cell"),
        "MSC-AT": ("AT-MSC", "adipose MSC"),
        "MSC-UC": ("UC-MSC", "umbilical cord MSC", "Wharton's jelly MSC"),
        "iPSC": ("iPS", "induced pluripotent stem cell"),
        "iPSC-MSC": ("iMSC",),
        "ESC": ("ES", "embryonic stem cell"),
        "CD34": ("CD34+", "haematopoietic progenitor cell"),
        "fibroblast": ("dermal fibroblast",),
        "HEK293": ("HEK", "HEK293T"),
    }
)

#: Conditioning to the last part of its parameter's id.
CONDITIONINGS: Mapping[str, str] = MappingProxyType(
    {
        "hypoxia 5%": "hypoxia_5",
        "hypoxia 1%": "hypoxia_1",
        "spheroid": "spheroid",
        "cytokine priming": "cytokine_priming",
        "spinner flask": "spinner_flask",
        "stirred tank": "stirred_tank",
        "vertical wheel": "vertical_wheel",
    }
)

#: Conditionings whose folds were measured one on top of the other.
MEASURED_TOGETHER: frozenset[frozenset[str]] = frozenset(
    {frozenset({"spheroid", "cytokine priming"})}
)


def canonical_donor(name: str) -> str:
    """Give the tables' name of a donor.

    Raises
    ------
    InputError
        Nobody goes by this name.

    Examples
    --------
    >>> canonical_donor("adipose MSC")
    'MSC-AT'
    """
    known = {name.lower(): donor for donor, names in _everybody() for name in names}
    try:
        return known[name.strip().lower()]
    except KeyError:
        every = [name for _, names in _everybody() for name in names]
        raise InputError(
            f"donor {name!r} is unknown; allowed: {', '.join(DONORS)}; nearest: "
            f"{closest(name, every) or 'none'}; use one of them"
        ) from None


def check_conditionings(names: Iterable[str]) -> tuple[str, ...]:
    """Give the conditionings in order, or say why they can't be used.

    Raises
    ------
    InputError
        One is unknown, given twice, or two were each measured against a control of
        their own, so that their product was never seen.
    """
    given = tuple(name.strip().replace(" %", "%") for name in names)
    for name in given:
        if name not in CONDITIONINGS:
            raise InputError(
                f"conditioning {name!r} is unknown; allowed: "
                f"{', '.join(CONDITIONINGS)}; nearest: "
                f"{closest(name, CONDITIONINGS) or 'none'}; use one of them"
            )
    if len(given) > 1 and frozenset(given) not in MEASURED_TOGETHER:
        pairs = "; ".join(" with ".join(sorted(each)) for each in MEASURED_TOGETHER)
        raise InputError(
            f"conditioning met {', '.join(given)}; allowed: one, or a pair measured "
            f"together ({pairs}); each fold was measured against its own control, so "
            "give one and override donor.secretion_rate with a measured rate"
        )
    if len(set(given)) < len(given):
        raise InputError(
            f"conditioning met {', '.join(given)}; allowed: each once; leave out the "
            "repetition"
        )
    return given


def row_id(quantity: str, donor: str) -> str:
    """Give the parameter id of a donor's quantity (``donor.diameter.MSC_AT``)."""
    return f"{quantity}.{donor.replace('-', '_')}"


def _everybody() -> list[tuple[str, tuple[str, ...]]]:
    return [(donor, (donor, *others)) for donor, others in DONORS.items()]
