"""Asking the published outcomes: filters in the field's words, combinations checked.

In: studies, and what a user typed. Out: the rows that meet every filter. Short forms
that the field uses (LVEF, MVD, IM) are understood; a word that nothing in the tables
has is refused with the nearest, and a combination without a row names the nearest
combination that has some.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType

from exoheart.errors import Fault, InputError, closest
from exoheart.evidence.own.store import own_folder
from exoheart.evidence.plan_terms import DONOR_FAMILIES, donor_family
from exoheart.evidence.studies import OutcomeRecord, StudyRecord
from exoheart.evidence.vocabulary import (
    FORMS_GIVEN,
    MODELS,
    OUTCOMES,
    ROUTES,
    STUDY_SPECIES,
    USES,
    VERIFICATIONS,
)

Found = tuple[StudyRecord, OutcomeRecord]

#: Filter -> what the field says for it, in lower case -> the words of the tables.
SHORT: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "species": {
            "mice": ("mouse",),
            "murine": ("mouse",),
            "rats": ("rat",),
            "swine": ("pig",),
            "porcine": ("pig",),
            "patient": ("human",),
            "patients": ("human",),
            "canine": ("dog",),
            "ovine": ("sheep",),
        },
        "route": {
            "im": ("intramyocardial",),
            "ic": ("intracoronary",),
            "iv": ("intravenous",),
            "ipc": ("pericardial",),
            "intrapericardial": ("pericardial",),
            "tail vein": ("intravenous",),
            "inhalation": ("inhaled",),
        },
        "outcome": {
            "lvef": ("ejection fraction",),
            "ef": ("ejection fraction",),
            "dlvef": ("change in ejection fraction", "difference in ejection fraction"),
            "fs": ("fractional shortening",),
            "fac": ("fractional area change",),
            "is": ("infarct size",),
            "infarct": ("infarct size",),
            "ss": ("scar size",),
            "edv": ("end-diastolic volume",),
            "lvedv": ("end-diastolic volume",),
            "esv": ("end-systolic volume",),
            "lvesv": ("end-systolic volume",),
            "dlvesv": ("change in end-systolic volume",),
            "sv": ("stroke volume",),
            "co": ("cardiac output",),
            "mvd": ("vessel density", "capillary density"),
            "cd": ("capillary density",),
            "collagen": ("fibrosis",),
            "tunel": ("apoptosis", "relative change in apoptosis"),
            "sae": ("serious adverse events",),
            "bnp": ("NT-proBNP",),
            "retention": ("retention in heart",),
        },
        "form": {
            "ev": ("vesicles",),
            "evs": ("vesicles",),
            "exosome": ("vesicles",),
            "exosomes": ("vesicles",),
            "vesicle": ("vesicles",),
            "cm": ("conditioned medium",),
            "cell": ("cells",),
        },
        "model": {
            "ir": ("ischaemia-reperfusion",),
            "i/r": ("ischaemia-reperfusion",),
            "ischemia-reperfusion": ("ischaemia-reperfusion",),
            "reperfused": ("ischaemia-reperfusion",),
            "ligation": ("permanent ligation",),
            "pl": ("permanent ligation",),
            "ameroid": ("ameroid constriction",),
            "langendorff": ("isolated heart",),
        },
        "donor": {
            "mesenchymal": ("MSC",),
            "cardiosphere": ("CDC",),
            "ips": ("iPSC",),
            "es": ("ESC",),
        },
        "verification": {
            "fulltext": ("full text",),
            "table": ("table page",),
            "figure": ("figure page",),
        },
    }
)

#: Short forms as the field writes them; the others are words.
_WRITTEN: Mapping[str, str] = MappingProxyType(
    {
        name.lower(): name
        for name in (
            *("IM", "IC", "IV", "IPC", "LVEF", "EF", "dLVEF", "FS", "FAC", "IS", "SS"),
            *("EDV", "LVEDV", "ESV", "LVESV", "dLVESV", "SV", "CO", "MVD", "CD"),
            *("TUNEL", "SAE", "BNP", "EV", "EVs", "CM", "IR", "I/R", "PL", "iPS", "ES"),
        )
    }
)


@dataclass(frozen=True, slots=True)
class Query:
    """Which rows are asked for; what is None asks nothing.

    `donor` is a donor of the tables or a family of donors (MSC holds MSC-AT and
    MSC-UC), `outcome` an outcome or, after ``family:``, all of a family, `study` an id
    or its beginning. `after_year` leaves out that year, all before, and studies without
    one. `own` asks for the user's own studies only.
    """

    species: str | None = None
    route: str | None = None
    outcome: str | None = None
    donor: str | None = None
    form: str | None = None
    study: str | None = None
    model: str | None = None
    use: str | None = None
    verification: str | None = None
    after_year: int | None = None
    own: bool = False


_READ: Mapping[str, Callable[[Found], str]] = MappingProxyType(
    {
        "species": lambda pair: pair[0].species,
        "route": lambda pair: pair[1].route,
        "outcome": lambda pair: pair[1].outcome,
        "donor": lambda pair: pair[1].donor,
        "form": lambda pair: pair[1].form,
        "study": lambda pair: pair[0].id,
        "model": lambda pair: pair[0].model,
        "use": lambda pair: pair[0].use,
        "verification": lambda pair: pair[1].verification,
    }
)
_VOCABULARY: Mapping[str, Iterable[str]] = MappingProxyType(
    {
        "species": STUDY_SPECIES,
        "route": ROUTES,
        "outcome": tuple(OUTCOMES),
        "form": FORMS_GIVEN,
        "model": MODELS,
        "use": USES,
        "verification": VERIFICATIONS,
        "donor": DONOR_FAMILIES,
    }
)
FAMILY = "family:"
NOT_SAID = "not said"


@dataclass(frozen=True, slots=True)
class _Filter:
    """One filter: its name, what was typed, and the words of the tables it takes."""

    name: str
    typed: str
    allows: Callable[[Found], bool]


def select(studies: Iterable[StudyRecord], query: Query) -> list[Found]:
    """Give the outcomes that meet every filter, in the order of the studies.

    Parameters
    ----------
    studies
        From :func:`exoheart.evidence.studies.load_studies`.
    query
        What is asked for.

    Raises
    ------
    InputError
        Words that nothing in the tables has (all of them at once, each with the
        nearest), a combination that no row meets (with the nearest that some do), or
        own studies where there are none.

    Examples
    --------
    >>> from exoheart.evidence.studies import load_studies
    >>> asked = Query(species="swine", route="IM", outcome="IS")
    >>> {study.species for study, row in select(load_studies(), asked)}
    {'pig'}
    """
    found: list[Found] = [(study, row) for study in studies for row in study.outcomes]
    filters = _filters(found, query)
    if query.own and not any(study.own for study, _ in found):
        raise InputError(
            f"you have no own studies in {own_folder()}; exoheart evidence add "
            "FILE.csv brings them in"
        )
    kept = [pair for pair in found if all(one.allows(pair) for one in filters)]
    if not kept and filters:
        raise InputError(_empty(found, filters))
    return kept


def _filters(found: Sequence[Found], query: Query) -> list[_Filter]:
    """Turn a query into filters; every unknown word is told of."""
    made: list[_Filter] = []
    faults: list[Fault] = []
    for one in fields(query):
        typed = getattr(query, one.name)
        if one.name in _READ and typed is not None:
            words = _words(one.name, typed, found)
            if isinstance(words, Fault):
                faults.append(words)
            else:
                made.append(_named(one.name, typed, words))
    if faults:
        raise InputError("\n".join(str(fault) for fault in faults))
    if query.after_year is not None:
        year = query.after_year
        made.append(_Filter("after-year", str(year), lambda p: (p[0].year or 0) > year))
    if query.own:
        made.append(_Filter("own", "yes", lambda pair: pair[0].own))
    return made


def _named(name: str, typed: str, words: frozenset[str]) -> _Filter:
    read = _READ[name]
    return _Filter(name, typed, lambda pair: read(pair) in words)


def _words(name: str, typed: str, found: Sequence[Found]) -> frozenset[str] | Fault:
    """Give the words of the tables that a typed word stands for, or its fault."""
    held = {_READ[name](pair) for pair in found} - {""}
    known = held | set(_VOCABULARY.get(name, ())) - {""}
    exact = {word for word in known if word.lower() == typed.strip().lower()}
    meant = exact or set(SHORT.get(name, {}).get(typed.strip().lower(), ()))
    if name == "donor":
        families = {word for word in meant if word in DONOR_FAMILIES}
        meant |= {word for word in held if donor_family(word) in families}
    if name == "outcome" and typed.startswith(FAMILY):
        family = typed.removeprefix(FAMILY).strip().lower()
        meant = {word for word in known if OUTCOMES.get(word) == family}
        known = {f"{FAMILY}{one}" for one in OUTCOMES.values()}
    if name == "study":
        meant |= {word for word in held if word.lower().startswith(typed.lower())}
    return frozenset(meant) if meant else _unknown(name, typed, known)


def _unknown(name: str, typed: str, known: Iterable[str]) -> Fault:
    words = sorted(known)
    near = _nearest(typed, words, SHORT.get(name, {}))
    listed = "the id of a study, or its beginning" if name == "study" else ""
    return Fault(f"--{name}", repr(typed), listed or ", ".join(words), near)


def _nearest(typed: str, words: Iterable[str], short: Iterable[str]) -> str | None:
    """Give the closest word or short form; letters in another order come first."""
    names = {one.lower(): one for one in words}
    names |= {one: _WRITTEN.get(one, one) for one in short}
    letters = sorted(typed.strip().lower())
    swapped = [shown for one, shown in names.items() if sorted(one) == letters]
    return swapped[0] if swapped else closest(typed.strip(), names.values())


def _empty(found: Sequence[Found], filters: Sequence[_Filter]) -> str:
    """Say that no row meets all filters, and which combination comes nearest."""
    asked = ", ".join(f"{one.name} {one.typed}" for one in filters)
    text = f"met no row with {asked}; allowed: a combination that has rows"
    met = [sum(one.allows(pair) for one in filters) for pair in found]
    most = max(met, default=0)
    near = Counter(
        _combination(pair, filters)
        for pair, count in zip(found, met, strict=True)
        if count == most
    )
    if not near or most == 0:
        return f"{text}; ask for less"
    silent = {words: any(NOT_SAID in one for one in words) for words in near}
    words, rows = min(near.items(), key=lambda item: (silent[item[0]], -item[1], item))
    noun = "row" if rows == 1 else "rows"
    return f"{text}; nearest: {', '.join(words)} ({rows} {noun})"


def _combination(pair: Found, filters: Iterable[_Filter]) -> tuple[str, ...]:
    """Name what a row has for each filter, those that it doesn't meet in its words."""
    named = []
    for one in filters:
        if one.allows(pair):
            named.append(f"{one.name} {one.typed}")
        elif one.name in _READ:
            named.append(f"{one.name} {_READ[one.name](pair) or NOT_SAID}")
        else:
            named.append(f"without {one.name}")
    return tuple(named)
