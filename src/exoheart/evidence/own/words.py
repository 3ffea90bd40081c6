"""The free words of the flat layout, turned into those of the project's own tables.

Only what reads in one way is turned; anything else stays as written: a prediction
answers it as not predictable, with the words, and a study to keep is refused. Choices
that a reader could make otherwise are noted on the line. Times are read by
:mod:`exoheart.evidence.own.times`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from exoheart.evidence.own.lines import Line, Note
from exoheart.evidence.own.times import (
    dose_moment,
    names_anchor,
    occlusion_minutes,
    plain,
    reading_moment,
)
from exoheart.evidence.tables import RawRow
from exoheart.evidence.vocabulary import DIRECTIONS

Rules = tuple[tuple[str, str], ...]
#: Whole words for a species, after brackets, sex and age are taken off.
_SPECIES: Rules = (
    ("mouse", r"mouse|mice|murine"),
    ("rat", r"rats?"),
    ("pig", r"pigs?|mini-?pigs?|swine|porcine"),
    ("human", r"humans?|patients?"),
    ("dog", r"dogs?|canine"),
    ("sheep", r"sheep|ovine"),
)
_OF_ANIMALS = re.compile(r"\b(adult|male|female|juvenile|yorkshire|landrace)\b")
#: What a model of an infarct mentions; the first that is found counts.
_MODELS: Rules = (
    ("isolated heart", r"isolated|langendorff|ex vivo|global isch"),
    ("ameroid constriction", r"ameroid"),
    ("muscular dystrophy", r"dystroph"),
    ("heart failure", r"cardiomyopathy|heart failure"),
    ("none", r"^(normal heart|sham|healthy|no infarct)"),
    ("in vitro", r"in vitro|simulated|cell culture"),
    ("ischaemia-reperfusion", r"reperfus|\bi/r\b|\bi-r\b|transient"),
    ("permanent ligation", r"permanent"),
    ("permanent ligation?", r"ligat"),
    ("infarct, type not stated", r"infarct|\ba?mi\b"),
)
_CONDITIONED = re.compile(r"condition|hindlimb|\br?ipc\b|\bric\b(?! exo)")
CONTROL_WORDS = re.compile(
    r"\b(control|controls|vehicle|placebo|saline|pbs|untreated|standard care|"
    r"no treatment|no injection|medium|dmem|con|infarct only|infarcted|mi only|"
    r"mi model|dye)\b|^(a?mi|i/r)( group)?$"
)
FORMS: Rules = (
    (
        "medium without vesicles",
        r"(exosomes?|evs?|vesicles?)[ -](depleted|free)\b|"
        r"\b(without|depleted of|free of) (exosomes|evs|vesicles)\b",
    ),
    (
        "cells primed with vesicles",
        r"\b(exosome|ev|vesicle)s?[ -](primed|pre-?treated|pre-?conditioned)\b|"
        r"cells (primed|pre-?treated|pre-?conditioned) with (\w+[ -])?(exo|evs|vesic)",
    ),
    ("cells", r"\(cells|\bcells injected|cells are injected|cells,? not\b"),
    (
        "RNA",
        r"^(?!.*(exosom|vesic)).*(\b(naked|synthetic)\b.*rnas?\b|rnas? (alone|only)\b)",
    ),
    ("nanoparticles", r"nanoparticle|liposome"),
    ("virus", r"\baav\b|\bviral\b|\bvirus\b"),
    ("vesicles", r"exo(some)?s?\b|\bevs?\b|vesic|exosomal"),
    ("conditioned medium", r"(?<!un)(?<!non-)conditioned medi(um|a)\b|secretome"),
    ("gel", r"\bgel\b|collagen"),
)
#: Routes, where one word alone is found.
_ROUTES: Rules = (
    ("pericardial", r"pericardial"),
    ("patch", r"\bpatch\b|epicardial"),
    ("intramyocardial", r"intra-?myocardial|\bim\b"),
    ("intracoronary", r"intra-?coronary|\bic\b"),
    ("intravenous", r"intravenous|\biv\b|tail vein"),
    ("inhaled", r"inhal|nebuli"),
)
#: Donors by what is left of their name without brackets and without words for vesicles.
_DONORS: Rules = (
    ("CDC", r"cardiospheres?|cdcs?"),
    ("CPC", r"cardiac progenitors?|cpcs?"),
    ("MSC-AT", r"(adipose|fat)( tissue)? (mscs?|mesenchymal.*)|at-?mscs?|msc-at"),
    ("MSC-UC", r"wharton's jelly mscs?|(umbilical( cord)?|uc)[- ]?mscs?|msc-uc"),
    ("iPSC-MSC", r"h?ipscs?[- ]mscs?|imscs?"),
    ("MSC", r"(bone marrow |bm[- ]?)?(mscs?|mesenchymal( stem| stromal)?)"),
    ("iPSC", r"h?ipscs?|induced pluripotent( stem)?"),
    ("ESC", r"h?escs?|embryonic stem"),
    ("CD34", r"cd34\+?"),
    ("fibroblast", r"(dermal |skin )?fibroblasts?"),
    ("HEK293", r"hek-?293t?"),
)
_NOT_DONOR = re.compile(
    r"\b(exosomes?|exo|evs?|extracellular|vesicles?|derived|human|allogeneic|cells?|"
    r"im|ic|iv)\b"
)
_OUTCOMES: Rules = (
    ("ejection fraction", r"(lv)? ?(ef|ejection fraction)"),
    (
        "infarct size",
        r"(lv )?infarct (size|ratio)( ?/ ?area at risk)?|infarct size/aar",
    ),
    ("scar size", r"(lv )?scar size"),
    ("scar mass", r"scar mass|infarct mass"),
    ("end-diastolic volume", r"(lv ?)?(edv|end-diastolic volume)"),
    ("end-systolic volume", r"(lv ?)?(esv|end-systolic volume)"),
    ("fibrosis", r"(cardiac |lv )?(fibrosis|fibrotic)( area)?|lv collagen content"),
    ("capillary density", r"capillary density"),
    ("apoptosis", r"(cardiomyocyte )?apoptosis( rate)?"),
    ("macrophages", r"(cd68\+? )?macrophages( in (the )?infarct)?"),
    ("reparative share", r"reparative share"),
)
_METHODS: Rules = (
    ("echo", r"\becho"),
    ("CMR", r"\b(cmr|mri)\b"),
    ("LGE", r"\blge\b|late gadolinium"),
    ("TTC", r"\bttc\b"),
    ("histology", r"histolog"),
)
_NOT_OUTCOME = re.compile(
    r"\bby (cmr|mri|echo\w*|angiography|histology|ttc|tunel)\b|\bfrom baseline\b"
)


def found(text: str, rules: Rules, *, whole: bool = False) -> str:
    """Give the first name whose pattern is in `text` (or is all of it), else nothing.

    Examples
    --------
    >>> found("intramyocardial, open chest", _ROUTES)
    'intramyocardial'
    """
    test: Callable[[str, str], object] = re.fullmatch if whole else re.search
    return next((name for name, form in rules if test(form, text)), "")


def flat_line(row: RawRow) -> Line:
    """Turn a row of the flat layout into a line."""
    noted: dict[str, Note] = {}
    unreadable: dict[str, str] = {}
    model = _model(row, noted)
    form = _form(row)
    outcome, region, unit = outcome_words(
        row["outcome"], row["outcome_unit"], row["timepoint"]
    )
    n, n_comparator = _numbers(row)
    moment = dose_moment(row["time_of_dose"])
    reading = reading_moment(row["timepoint"])
    mean = _number(row["mean"])
    for name, words, read in (
        ("time of reading", row["timepoint"], reading.hours),
        ("time of dose", row["time_of_dose"], moment.hours),
        ("mean", row["mean"], mean),
    ):
        if words and read is None:
            unreadable[name] = words
        elif name != "mean" and words and not names_anchor(words):
            how = "not stated what it counts from"
            noted[name] = Note(("from the onset of the infarct",), how)
    dose, dose_unit, basis = _dose(row, unreadable)
    return Line(
        where=row.where(),
        study_id=row["study_id"],
        arm=row["arm"],
        comparator=_comparator(row, form),
        outcome_words=row["outcome"],
        at_words=row["timepoint"],
        species=_species(row["species"]),
        model=model,
        occlusion_min=_occlusion(row, model),
        retracted=bool(re.search(r"\bretracted\b", row["note"].lower())),
        form=form,
        donor=_donor(row),
        donor_species=_donor_species(row["donor_species"]),
        modification=_modification(row),
        isolation="",
        dose_value=dose,
        dose_unit=dose_unit,
        dose_basis=basis,
        route=_route(row),
        dose_words=plain(row["time_of_dose"]),
        dose_time_h=moment.hours,
        dose_anchor=moment.anchor,
        outcome=outcome,
        region=region,
        unit=unit,
        method=found(row["outcome"].lower(), _METHODS),
        at_h=reading.hours,
        at_anchor=reading.anchor or "occlusion",
        mean=mean,
        n=n,
        n_comparator=n_comparator,
        direction=_direction(row["direction"]),
        noted=noted,
        unreadable=unreadable,
    )


def _number(text: str) -> float | None:
    """Read one finite number; None for anything else."""
    match = re.fullmatch(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?", text.lower())
    return float(text) if match else None


def _direction(text: str) -> str:
    return text if text in DIRECTIONS else ""


def _species(text: str) -> str:
    short = " ".join(_OF_ANIMALS.sub(" ", plain(text).partition(",")[0]).split())
    return found(short, _SPECIES, whole=True) or text


def _donor_species(text: str) -> str:
    """Give the species before a comma; what comes behind it isn't one."""
    return found(plain(text).partition(",")[0], _SPECIES, whole=True)


def _model(row: RawRow, noted: dict[str, Note]) -> str:
    """Give the infarct model; a ligation without a word of reflow is permanent."""
    name = found(row["model"].lower(), _MODELS)
    if name == "permanent ligation?":
        how = f"{row['model']!r} says nothing of reperfusion"
        noted["infarct"] = Note(("permanent ligation",), how)
        return "permanent ligation"
    return name or row["model"]


def _occlusion(row: RawRow, model: str) -> float | None:
    """Read the minutes from the model, else from the arm."""
    if model != "ischaemia-reperfusion":
        return None
    known = occlusion_minutes(row["model"])
    return occlusion_minutes(row["arm"]) if known is None else known


def _form(row: RawRow) -> str:
    """Say what the arm was given: first by its name, then by its donor."""
    arm, donor = row["arm"].lower(), row["donor_cell"].lower()
    if CONTROL_WORDS.search(arm) and not found(arm, FORMS):
        return "control"
    if _CONDITIONED.search(arm) and not found(arm, FORMS):
        return "conditioning"
    return found(donor, FORMS) or found(arm, FORMS)


def _comparator(row: RawRow, form: str) -> str:
    """Give the comparator without brackets; of several, the control.

    A control's row names the treated arm that it is the partner of: left out.
    """
    if form == "control":
        return ""
    parts = [plain(part, lower=False) for part in row["comparator_arm"].split(";")]
    controls = [part for part in parts if CONTROL_WORDS.search(part.lower())]
    return (controls or parts)[0]


def _donor(row: RawRow) -> str:
    """Give the donor; an arm named after a donor counts above the donor's column."""
    for text in (row["arm"], row["donor_cell"]):
        short = re.sub(r"-(?=\s|$)", " ", _NOT_DONOR.sub(" ", plain(text)))
        short = " ".join(short.split())
        name = found(short, _DONORS, whole=True)
        if name:
            return name
    return row["donor_cell"]


def _modification(row: RawRow) -> str:
    text = row["modification"]
    return "" if text.lower() in {"none", "none stated"} else text


def _route(row: RawRow) -> str:
    """Give the route; words that name two routes are left as they are."""
    text = plain(row["route"])
    names = [name for name, form in _ROUTES if re.search(form, text)]
    return names[0] if len(names) == 1 else row["route"]


def _dose(row: RawRow, unreadable: dict[str, str]) -> tuple[float | None, str, str]:
    """Read a single dose: number, unit, what it counts."""
    if not row["dose_value"]:
        return None, "", ""
    value, raw = _number(row["dose_value"]), row["dose_unit"]
    unit = plain(raw).replace("μ", "u").replace("µ", "u")
    match = re.fullmatch(
        r"(ng|ug|mg|g|particles|vesicles|evs|exosomes|cells)(/kg|/g heart)?"
        r"( (exosomes?|evs?|vesicles?|proteins?|rnas?|hplc-purified|of))*",
        unit,
    )
    if value is None or match is None:
        unreadable["dose"] = f"{row['dose_value']} {raw}"
        return None, "", ""
    counted, per = match.group(1), match.group(2) or ""
    if counted == "cells":
        return value, f"cells{per}", "cells"
    if counted in {"ng", "ug", "mg", "g"}:
        words = "not stated" if "not stated" in raw.lower() else raw.lower()
        basis = next((b for b in ("protein", "RNA") if b.lower() in words), "")
        return value, f"{counted}{per}", basis or "not stated"
    return value, f"particles{per}", "particles"


def _numbers(row: RawRow) -> tuple[int | None, int | None]:
    """Read the animals of the arm and of its comparator."""
    text = row["n"].lower()
    pair = re.fullmatch(r"([1-9]\d{0,4}) vs\.? ([1-9]\d{0,4})", text)
    if pair:
        return int(pair.group(1)), int(pair.group(2))
    each = re.fullmatch(r"([1-9]\d{0,4})( per (arm|group))?( pigs| rats| mice)?", text)
    other = re.search(r"\(n ?= ?([1-9]\d{0,4})\)", row["comparator_arm"])
    n = int(each.group(1)) if each else None
    both = n if each and each.group(2) else None
    return n, int(other.group(1)) if other else both


def outcome_words(words: str, unit: str, at: str = "") -> tuple[str, str, str]:
    """Give outcome, region and unit in the words of the project's tables.

    `at` is the time of the reading, which may say that a value is relative.

    Examples
    --------
    >>> outcome_words("LVEF (CMR)", "%")
    ('ejection fraction', '', '%')
    """
    text, unit = words.lower(), unit.lower()
    short = " ".join(_NOT_OUTCOME.sub(" ", plain(text)).split())
    prefix, short = _prefixed(short)
    name = found(short, _OUTCOMES, whole=True)
    if not name:
        return words, "", plain(unit)
    relative = "relative" in unit or "relative" in at.lower()
    prefix = "relative change in " if relative else prefix
    return prefix + name, _region(f"{text} {unit}"), _unit(unit)


def _prefixed(text: str) -> tuple[str, str]:
    """Part ``change in X``, ``X change`` and their like from X."""
    for prefix, forms in _PREFIXES.items():
        for form in forms:
            match = re.fullmatch(form, text)
            if match:
                return prefix, match.group(1)
    return "", text


_PREFIXES: Mapping[str, tuple[str, ...]] = {
    "relative change in ": (r"(?:percentage|relative) change in (.+)",),
    "change in ": (r"change in (.+)", r"(.+?) change"),
    "difference in ": (r"difference in (.+)", r"(.+?) difference"),
}


def _region(text: str) -> str:
    if re.search(r"area at risk|\baar\b|risk area", text):
        return "area at risk"
    if re.search(r"of (the )?(lv|left ventric)", text):
        return "left ventricle"
    if re.search(r"infarct border|border zone|peri-?infarct", text):
        return "border"
    return ""


def _unit(text: str) -> str:
    """Give the unit without its denominator and remarks."""
    short = re.sub(r" of (the )?(lv|aar|area at risk|left ventric).*", "", plain(text))
    if short.startswith(("percentage point", "points")):
        return "points"
    return {"ul": "uL", "ml": "mL"}.get(short, short)
