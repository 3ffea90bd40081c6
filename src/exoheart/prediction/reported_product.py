"""What a study file and its instrument files state of the products given.

Beside :mod:`exoheart.prediction.reported`. A field counts as stated only where every
product that an arm is given states it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from exoheart.prediction.stated import Stated
from exoheart.product.reporting import ReportedField
from exoheart.records.instrument import MeasuredSample
from exoheart.records.study import Product, Study

#: Forms that hold vesicles to be reported on.
FORMS_WITH_VESICLES = ("vesicles", "conditioned medium")
_GRADIENT = "gradient"
_CAMERA = "Camera Level"
Origin = Literal["study file", "instrument file"]
Read = Callable[[Product], str]


def used_products(study: Study) -> tuple[Product, ...]:
    """Give the products that an arm is given, in the order of the file."""
    used = {arm.product for arm in study.arms}
    return tuple(one for name, one in study.products.items() if name in used)


def product_fields(study: Study, stated: Stated) -> dict[str, ReportedField]:
    """Give the fields of the products, by key."""
    products = used_products(study)
    found = {}
    for key, (lead, origin, read) in _readers(stated).items():
        texts = {product.name: read(product) for product in products}
        if not texts or not all(texts.values()):
            continue
        several = len(set(texts.values())) > 1
        words = (
            "; ".join(f"{name}: {text}" for name, text in texts.items())
            if several
            else next(iter(texts.values()))
        )
        sentence = f"{lead}: {words}." if lead else ""
        found[key] = ReportedField(words, sentence, origin)
    return found


def _readers(stated: Stated) -> dict[str, tuple[str, Origin, Read]]:
    """Give for each field the head of its sentence, its origin and its reader."""

    def said(*keys: str) -> Callable[[Product], bool]:
        return lambda product: stated.has("product", product.name, *keys)

    def where(test: Callable[[Product], bool], read: Read) -> Read:
        return lambda product: read(product) if test(product) else ""

    file: Origin = "study file"
    counted: Origin = "instrument file"
    return {
        "form": ("What is given", file, where(said("form"), lambda p: p.form)),
        "donor": ("Donor", file, lambda p: _donor(p, stated)),
        "medium": ("Medium of the donor cells", file, where(said("medium"), _medium)),
        "conditioning": ("Conditioning", file, lambda p: ", ".join(p.conditioning)),
        "engineering": ("Engineering", file, lambda p: ", ".join(p.engineering)),
        "isolation": (
            "Steps of separation",
            file,
            lambda p: ", then ".join(p.isolation),
        ),
        "density gradient": ("", file, _gradient),
        "storage": ("Storage", file, lambda p: _storage(p, stated)),
        "buffer": (
            "Buffer",
            file,
            where(said("storage", "buffer"), lambda p: p.storage.buffer),
        ),
        "tube": (
            "Tubes",
            file,
            where(said("storage", "tube"), lambda p: p.storage.tube),
        ),
        "counter": ("Particles were counted with", counted, _of_sample(_counter)),
        "captures": ("Settings of the count", counted, _of_sample(_captures)),
        "particle count": ("Particle count", counted, _of_sample(_count)),
        "size": ("Mean diameter", counted, _of_sample(_size)),
        "protein": ("Protein of the same vial", counted, _of_sample(_protein)),
        "purity ratio": ("Particles per protein", counted, _of_sample(_ratio)),
    }


def _donor(product: Product, stated: Stated) -> str:
    species = stated.has("product", product.name, "donor_species")
    of = f"{product.donor_species} " if species else ""
    state = ", ".join(f"{key} {value}" for key, value in product.donor_state.items())
    return f"{of}{product.donor}" + (f" ({state})" if state else "")


def _medium(product: Product) -> str:
    return product.medium


def _gradient(product: Product) -> str:
    steps = [step for step in product.isolation if _GRADIENT in step]
    return ", ".join(steps)


def _storage(product: Product, stated: Stated) -> str:
    """Say what of storage the file states; nothing without a temperature and a time."""
    keys = ("temperature", "duration")
    if not all(stated.has("product", product.name, "storage", key) for key in keys):
        return ""
    own = product.storage
    words = f"{own.temperature_c:g} degC for {own.duration_h / 24:g} days"
    if stated.has("product", product.name, "storage", "freeze_thaw"):
        words += f", freeze-thaw cycles {own.freeze_thaw}"
    return words + (", lyophilised" if own.lyophilised else "")


def _of_sample(read: Callable[[MeasuredSample], str]) -> Read:
    return lambda p: read(p.measured) if p.measured is not None else ""


def _counter(sample: MeasuredSample) -> str:
    return f"{sample.reading.instrument} ({sample.reading.file})"


def _captures(sample: MeasuredSample) -> str:
    levels = dict.fromkeys(
        each.settings[_CAMERA]
        for each in sample.reading.captures
        if _CAMERA in each.settings
    )
    camera = f", camera level {', '.join(levels)}" if levels else ""
    number = len(sample.reading.captures)
    return f"{number} captures, dilution {sample.dilution:g}{camera}"


def _count(sample: MeasuredSample) -> str:
    error = "" if sample.cv is None else f" (standard error {sample.cv:.1%})"
    return f"{sample.per_ml:.3g} particles per mL{error}"


def _size(sample: MeasuredSample) -> str:
    return f"{sample.mean_nm:.0f} nm"


def _protein(sample: MeasuredSample) -> str:
    content = sample.protein_ug_per_ml
    return "" if content is None else f"{content:.3g} ug/mL"


def _ratio(sample: MeasuredSample) -> str:
    content = sample.protein_ug_per_ml
    return "" if content is None else f"{sample.per_ml / content:.2g} particles per ug"
