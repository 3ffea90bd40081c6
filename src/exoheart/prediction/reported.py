"""What a study file states for its report: fields in words, and the sheet they fill.

Nothing is simulated. A value that the file leaves to a default isn't stated, so it
stays a blank. Read next: :mod:`exoheart.product.reporting` (how items are filled).
"""

from __future__ import annotations

from exoheart.errors import InputError, closest
from exoheart.prediction.reported_product import (
    FORMS_WITH_VESICLES,
    contradictions,
    product_fields,
    used_products,
)
from exoheart.prediction.stated import Stated, joined, plain
from exoheart.product.lot import Lot
from exoheart.product.reporting import (
    ReportedField,
    ReportingSheet,
    lot_conditions,
    lot_fields,
    reporting_sheet,
)
from exoheart.product.written import rewritten
from exoheart.records.study import Arm, Study

Fields = dict[str, ReportedField]
#: Words by which a donor is a fluid of the body.
_BLOOD = ("plasma", "platelet", "serum", "blood")


def reporting(study: Study, lot: Lot | None = None) -> ReportingSheet:
    """Fill the reporting items from a study file, and from a lot where there is one.

    Parameters
    ----------
    study
        As read; its counted samples stand for the instrument files.
    lot
        A lot of one of its products.

    Raises
    ------
    InputError
        The lot is of a product that the study doesn't have, or of another form.
    """
    _require_product(study, lot)
    fields = study_fields(study)
    conditions = study_conditions(study)
    own: dict[str, str] = {}
    if lot is not None:
        fields = fields | {
            key: field for key, field in lot_fields(lot).items() if key not in fields
        }
        conditions = conditions | lot_conditions(lot)
        own = dict(lot.reporting)
    found = () if lot is None else contradictions(study, lot, fields)
    return reporting_sheet(fields, own, conditions, contradictions=found)


def _require_product(study: Study, lot: Lot | None) -> None:
    if lot is None:
        return
    product = study.products.get(lot.product)
    if product is None:
        known = ", ".join(study.products) or "none, the study has no product"
        raise InputError(
            f"lot.product: met {lot.product!r}; allowed: {known}; nearest: "
            f"{closest(lot.product, study.products) or 'none'}; name a product of the "
            "study file"
        )
    if product.form != lot.form:
        raise InputError(
            f"lot.form: met {lot.form!r}; allowed: {product.form!r}, as the study file "
            "has it; mend one of them"
        )


def study_conditions(study: Study) -> frozenset[str]:
    """Say which conditional items a study makes apply."""
    found = set()
    for product in used_products(study):
        if product.form in FORMS_WITH_VESICLES:
            found.add("vesicles")
        if any("ultracentrifugation" in step for step in product.isolation):
            found.add("ultracentrifugation")
        if any(word in product.donor.lower() for word in _BLOOD):
            found.add("blood")
    return frozenset(found)


def study_fields(study: Study) -> Fields:
    """Give what a study file states, by field, in the order of a methods section."""
    stated = Stated(study)
    return {
        **_question(study),
        **_animals(study, stated),
        **_groups(study),
        **product_fields(study, stated),
        **_treatment(study),
        **_outcomes(study, stated),
        **_design(study, stated),
    }


def _field(words: str, sentence: str) -> ReportedField:
    return ReportedField(words, sentence, "study file")


def _question(study: Study) -> Fields:
    if not study.question:
        return {}
    return {"question": _field(study.question, f"The question: {study.question}")}


def _animals(study: Study, stated: Stated) -> Fields:
    animal = study.animal
    found = {
        "species": _field(
            animal.species, f"The species treated is the {animal.species}."
        )
    }
    if stated.has("animal", "sex"):
        found["sex"] = _field(animal.sex, f"The sex is {animal.sex}.")
    if stated.has("animal", "body_mass"):
        mass = f"{animal.body_mass_kg:g} kg"
        found["body mass"] = _field(mass, f"The body mass is {mass}.")
    infarct = animal.infarct
    if infarct.model == "none":
        words = "sham operation"
        found["infarct"] = _field(words, f"No infarct is made ({words}).")
        return found
    hours = infarct.occlusion_h
    length = f", {hours * 60:g} min of occlusion" if hours is not None else ""
    words = f"{infarct.model}{length}"
    found["infarct"] = _field(words, f"The infarct is made by {words}.")
    return found


def _groups(study: Study) -> Fields:
    """Give groups, controls and numbers.

    The schema of a study says that `n` counts animals; that the animal is the unit of
    the experiment is for the author to say.
    """
    groups = "; ".join(_group(study, arm) for arm in study.arms)
    controls = [arm.name for arm in study.arms if arm.control]
    counts = ", ".join(f"{arm.name} {arm.n}" for arm in study.arms)
    total = sum(arm.n for arm in study.arms)
    found = {
        "groups": _field(groups, f"The groups are: {groups}."),
        "what n counts": _field("n counts animals", ""),
        "animals per group": _field(
            f"{counts}; {total} in all",
            f"Animals planned in each group: {counts}; {total} in all.",
        ),
    }
    if controls:
        found["controls"] = _field(", ".join(controls), "")
    return found


def _group(study: Study, arm: Arm) -> str:
    if arm.control:
        return f"{arm.name} (control, {arm.route or 'untreated'})"
    control = study.control_of(arm)
    return f"{arm.name} (against {control.name})" if control else arm.name


def _treatment(study: Study) -> Fields:
    """Dose, route and timing of every treated arm."""
    treated = [arm for arm in study.arms if arm.product and arm.dose]
    if not treated:
        return {}
    doses = joined(treated, lambda arm: rewritten(arm.dose.words) if arm.dose else "")
    routes = joined(treated, lambda arm: arm.route or "")
    times = joined(treated, _timing)
    found = {
        "dose": _field(doses, _said("The dose is", doses)),
        "route": _field(routes, _said("The route is", routes)),
        "timing": _field(times, _said("Treatment is given", times)),
    }
    amounts: dict[tuple[str, str], set[float]] = {}
    for arm in treated:
        if arm.dose:
            key = (arm.product or "", f"{arm.dose.basis} {arm.dose.per}")
            amounts.setdefault(key, set()).add(arm.dose.value)
    several = max(len(values) for values in amounts.values())
    if several > 1:
        found["several doses"] = _field(f"{several} doses of one product", "")
    return found


def _said(lead: str, words: str) -> str:
    """Join lead and words; a list of arms follows a colon."""
    return f"{lead}: {words}." if "; " in words else f"{lead} {words}."


def _timing(arm: Arm) -> str:
    at = arm.at.words if arm.at else ""
    over = f", over {arm.over_h:g} h" if arm.over_h else ""
    again = f", {arm.times} times every {arm.every_h:g} h" if arm.times > 1 else ""
    return f"{at}{over}{again}"


def _outcomes(study: Study, stated: Stated) -> Fields:
    """Endpoints, the primary one, and whether one is read at several times."""
    listed = []
    for number, endpoint in enumerate(study.endpoints):
        by = f" by {endpoint.method}" if stated.of("endpoint", number, "method") else ""
        listed.append(f"{endpoint.label}{by}")
    words = "; ".join(listed)
    found = {"endpoints": _field(words, f"The outcomes are: {words}.")} if words else {}
    primary = next((each for each in study.endpoints if each.primary), None)
    if primary is not None:
        found["primary outcome"] = _field(
            primary.label, f"The primary outcome is {primary.label}."
        )
    moments: dict[tuple[str, str | None], set[str]] = {}
    for each in study.endpoints:
        moments.setdefault((each.quantity, each.of), set()).add(each.at.words)
    several = max((len(found_) for found_ in moments.values()), default=0)
    if several > 1:
        found["several times"] = _field(f"one outcome at {several} times", "")
    return found


def _design(study: Study, stated: Stated) -> Fields:
    """Analysis, allocation, and the effect that the numbers are asked for."""
    design = study.design
    found: Fields = {}
    if stated.has("design", "blocking"):
        words = f"random, in blocks of {design.blocking}"
        found["allocation"] = _field(words, f"Allocation is planned {words}.")
    if stated.has("design", "analysis"):
        level = (
            f", two-sided alpha {design.alpha:g}"
            if stated.has("design", "alpha")
            else ""
        )
        words = f"{plain(design.analysis)}{level}"
        found["analysis"] = _field(
            words, f"Each treated group is compared with its control by {words}."
        )
    if design.effect is not None:
        power = f", power {design.power:g}" if stated.has("design", "power") else ""
        words = f"{design.effect:g} in the primary outcome{power}"
        found["effect aimed for"] = _field(words, f"The effect aimed for is {words}.")
    if stated.has("design", "attrition"):
        words = f"{design.attrition:.0%} of animals"
        found["attrition"] = _field(words, f"Losses expected: {words}.")
    return found
