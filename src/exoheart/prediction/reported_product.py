"""What a study file and its instrument files state of the products given.

Beside :mod:`exoheart.prediction.reported`. A field counts as stated only where every
product that an arm is given states it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Literal

from exoheart.prediction.stated import Stated
from exoheart.product.lot import Lot
from exoheart.product.reporting import ReportedField
from exoheart.product.written import written
from exoheart.records.instrument import MeasuredSample
from exoheart.records.study import Product, Study

#: Forms that hold vesicles to be reported on.
FORMS_WITH_VESICLES = ("vesicles", "conditioned medium")
_GRADIENT = "gradient"
_CAMERA = "Camera Level"
#: Of a count with a very small error.
_MOST_DIGITS = 5
#: Two values of one vial further apart than this ratio contradict one another.
_ALIKE = 1.1
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
        joint = ":" if several and not lead.endswith(":") else ""
        sentence = f"{lead}{joint} {words}." if lead else ""
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
        "form": ("The product given is", file, where(said("form"), lambda p: p.form)),
        "donor": ("Donor:", file, lambda p: _donor(p, stated)),
        "medium": ("Medium of the donor cells:", file, where(said("medium"), _medium)),
        "conditioning": ("Conditioning:", file, lambda p: ", ".join(p.conditioning)),
        "engineering": ("Engineering:", file, lambda p: ", ".join(p.engineering)),
        "isolation": (
            "Steps of separation:",
            file,
            lambda p: ", then ".join(p.isolation),
        ),
        "density gradient": ("", file, _gradient),
        "storage": ("Storage:", file, lambda p: _storage(p, stated)),
        "buffer": (
            "Buffer:",
            file,
            where(said("storage", "buffer"), lambda p: p.storage.buffer),
        ),
        "tube": (
            "Tubes:",
            file,
            where(said("storage", "tube"), lambda p: p.storage.tube),
        ),
        "counter": ("Particles were counted with", counted, _of_sample(_counter)),
        "captures": ("Settings of the count:", counted, _of_sample(_captures)),
        "dilution": ("The sample counted was", counted, _of_sample(_dilution)),
        "particle count": ("Particle count:", counted, _of_sample(_count)),
        "size": ("Mean diameter:", counted, _of_sample(_size)),
        "protein": ("Protein of the same vial:", counted, _of_sample(_protein)),
        "purity ratio": ("Particles per protein:", counted, _of_sample(_ratio)),
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
    return f"{number} capture{'' if number == 1 else 's'}{camera}"


def _dilution(sample: MeasuredSample) -> str:
    """Say how much it was diluted, and which file says so."""
    where = "in the study" if sample.reading.dilution is None else "in the file"
    if sample.dilution == 1:
        return f"not diluted, as stated {where}"
    return f"diluted {written(sample.dilution)}-fold as stated {where}"


def _count(sample: MeasuredSample) -> str:
    """Say the count with the digits that its error leaves, as ``product nta`` does."""
    if not sample.cv:
        return f"{written(sample.per_ml, digits=3)} particles per mL"
    shown = math.floor(math.log10(sample.per_ml))
    lost = math.floor(math.log10(sample.cv * sample.per_ml))
    digits = min(max(shown - lost, 0) + 2, _MOST_DIGITS)
    count = written(sample.per_ml, digits=digits)
    return f"{count} particles per mL (standard error {sample.cv:.1%})"


def _size(sample: MeasuredSample) -> str:
    return f"{sample.mean_nm:.0f} nm"


def _protein(sample: MeasuredSample) -> str:
    content = sample.protein_ug_per_ml
    return "" if content is None else written(content, "ug/mL", digits=3)


def _ratio(sample: MeasuredSample) -> str:
    content = sample.protein_ug_per_ml
    if content is None:
        return ""
    return f"{written(sample.per_ml / content, digits=2)} particles per ug"


def contradictions(
    study: Study, lot: Lot, fields: Mapping[str, ReportedField]
) -> tuple[str, ...]:
    """Say where a lot and the counter of the same product differ, and which is used.

    A difference of a tenth or less is left to the error of a count.

    Parameters
    ----------
    study, lot
        As read.
    fields
        What fills the sheet, by key.
    """
    sample = study.products[lot.product].measured
    if sample is None:
        return ()
    content = sample.protein_ug_per_ml
    counted = {
        "size": (sample.mean_nm, _size(sample)),
        "particle count": (sample.per_ml, _count(sample)),
        "purity ratio": (sample.per_ml / content if content else None, _ratio(sample)),
    }
    found = []
    for test in lot.tests:
        value, words = counted.get(test.test, (None, ""))
        if value is None or test.number is None or _alike(value, test.number):
            continue
        own = written(float(test.value or 0.0), test.unit)
        lot_used = fields[test.test].origin == "lot file"
        used = "the lot file's" if lot_used else "the counter's"
        found.append(
            f"{test.test}: the lot file says {own}, the counter "
            f"({sample.reading.file}) {words}; {used} is used, mend the other"
        )
    return tuple(found)


def _alike(one: float, other: float) -> bool:
    return max(one, other) <= _ALIKE * min(one, other)
