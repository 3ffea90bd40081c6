"""The release table: what a maker tests before a lot is given, and what is known.

A plan has no measured lot, so nearly every line says so; it is a list of work to do,
not a certificate.
"""

from __future__ import annotations

from exoheart.records.product import Ledger, ReleaseTest, summarise

_UNMEASURED = "not measured"
_OPEN: tuple[tuple[str, str], ...] = (
    ("identity", "two or more vesicle proteins and a cell protein that must be absent"),
    ("size", "size distribution by a stated method"),
    ("particle count", "same counter and settings for every lot, with a medium blank"),
    ("purity ratio", "particles per microgram protein of the same vial"),
    ("residual donor DNA and medium protein", "quantitative assays with a limit"),
    ("sterility and mycoplasma", "compendial tests"),
    ("endotoxin", "compendial test, limit by dose and route"),
    ("potency", "assay tied to the claimed mechanism, against a reference lot"),
    ("stability", "potency at release and over the planned storage"),
)


def release_table(ledger: Ledger) -> tuple[ReleaseTest, ...]:
    """Give the release tests of a product and what is known of each today.

    Size and purity ratio show what the model assumes, and stay marked as not measured.
    """
    size = summarise("size", "nm", ledger.secretion.diameter_nm)
    ratio = summarise("ratio", "1", ledger.giga_per_ug * 1e9)
    assumed = {
        "size": f"{size.median:.0f} nm ({size.low:.0f} to {size.high:.0f})",
        "purity ratio": f"{ratio.median:.1e} per ug ({ratio.low:.0e} to "
        f"{ratio.high:.0e})",
    }
    return tuple(
        ReleaseTest(
            attribute,
            method,
            f"{_UNMEASURED}; the plan assumes {assumed[attribute]}"
            if attribute in assumed
            else _UNMEASURED,
            known=False,
        )
        for attribute, method in _OPEN
    )
