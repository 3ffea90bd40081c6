"""How near the donor of a product is to the one treated.

Asked by timing, regulation and immunology; rests on the study file alone.
"""

from __future__ import annotations

from typing import Literal

from exoheart.records.study import Product

Kinship = Literal["autologous", "allogeneic", "xenogeneic"]


def is_own(product: Product) -> bool:
    """Whether the study file says that donor and recipient are the same.

    Examples
    --------
    >>> is_own(Product("p", "vesicles", "MSC", donor_state={"autologous": True}))
    True
    """
    given = product.donor_state.get("autologous", False)
    return given.strip().lower() == "true" if isinstance(given, str) else bool(given)


def kinship(product: Product, recipient_species: str) -> Kinship:
    """Say how near the donor is to a recipient of this species.

    Examples
    --------
    >>> kinship(Product("p", "vesicles", "CDC"), "pig")
    'xenogeneic'
    """
    if product.donor_species != recipient_species:
        return "xenogeneic"
    return "autologous" if is_own(product) else "allogeneic"
