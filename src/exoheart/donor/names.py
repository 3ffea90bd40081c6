"""Names of the donors that the tables know, and how to find them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from exoheart.donor.table import shipped_donors
from exoheart.errors import InputError, closest

#: Donor to the other names it goes by, in the order of the table of donors.
DONORS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {name: one.aliases for name, one in shipped_donors().items()}
)
#: Forms of which particles are counted, the medium's own among them.
COUNTED_FORMS = ("vesicles", "conditioned medium")
#: Donors that are collected as they are; all others are grown.
COLLECTED = frozenset(n for n, one in shipped_donors().items() if not one.grown)
#: Laboratory lines, which come from people whatever is treated.
HUMAN_LINES = frozenset(
    name for name, one in shipped_donors().items() if one.family == "production line"
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


def row_id(quantity: str, donor: str) -> str:
    """Give the parameter id of a donor's quantity (``donor.diameter.MSC_AT``)."""
    return f"{quantity}.{donor.replace('-', '_')}"


def _everybody() -> list[tuple[str, tuple[str, ...]]]:
    return [(donor, (donor, *others)) for donor, others in DONORS.items()]
