"""The release table: what a maker tests before a lot is given, and what is known.

A plan has no measured lot, so nearly every line says so; it is a list of work to do,
not a certificate.
"""

from __future__ import annotations

from collections.abc import Mapping

from exoheart.records.product import ReleaseTest, Supply, summarise

_UNMEASURED = "not measured"
_EVERY: tuple[tuple[str, str], ...] = (
    ("sterility and mycoplasma", "compendial tests"),
    ("endotoxin", "compendial test, limit by dose and route"),
    ("potency", "assay tied to the claimed mechanism, against a reference lot"),
    ("stability", "potency at release and over the planned storage"),
)
_VESICLES: tuple[tuple[str, str], ...] = (
    ("identity", "two or more vesicle proteins and a cell protein that must be absent"),
    ("size", "size distribution by a stated method"),
    ("particle count", "same counter and settings for every lot, with a medium blank"),
    ("purity ratio", "particles per microgram protein of the same vial"),
    ("residual donor DNA and medium protein", "quantitative assays with a limit"),
)
_OF_FORM: Mapping[str, tuple[tuple[str, str], ...]] = {
    "vesicles": _VESICLES,
    "conditioned medium": (
        *_VESICLES,
        ("soluble factors", "amount of each factor that is held to act"),
    ),
    "cells": (
        ("identity", "surface markers of the donor cell and some that must be absent"),
        ("cell count and viability", "living cells after thawing"),
        ("vesicles released", "particles per cell and day of the same lot"),
        ("genetic stability", "chromosomes at the last passage"),
        ("residual medium protein", "quantitative assay with a limit"),
    ),
    "RNA": (
        ("identity", "sequence or mass of both strands"),
        ("purity", "share of full-length product by chromatography"),
        ("content", "mass of RNA in a vial"),
    ),
}


def release_table(source: Supply) -> tuple[ReleaseTest, ...]:
    """Give the release tests of a product and what is known of each today.

    Size and purity ratio show what the model assumes, and stay marked as not measured.
    """
    assumed = _assumed(source)
    return tuple(
        ReleaseTest(
            attribute,
            method,
            f"{_UNMEASURED}; the plan assumes {assumed[attribute]}"
            if attribute in assumed
            else _UNMEASURED,
            known=False,
        )
        for attribute, method in (*_OF_FORM[source.product.form], *_EVERY)
    )


def _assumed(source: Supply) -> dict[str, str]:
    """Give what the model assumes of an attribute, in words."""
    if source.ledger is None:
        return {}
    size = summarise("size", "nm", source.secretion.diameter_nm)
    ratio = summarise("ratio", "1", source.ledger.giga_per_ug * 1e9)
    return {
        "size": f"{size.median:.0f} nm ({size.low:.0f} to {size.high:.0f})",
        "purity ratio": f"{ratio.median:.1e} per ug ({ratio.low:.0e} to "
        f"{ratio.high:.0e})",
    }
