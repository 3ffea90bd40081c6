"""What to pool and how, and the words that may be asked for.

Read next: :mod:`exoheart.evidence.pooling.pools`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from exoheart.errors import DataError, Fault, closest
from exoheart.evidence.meta.result import Method, Test
from exoheart.evidence.pooling.readings import PRIORS
from exoheart.evidence.query import SHORT
from exoheart.evidence.vocabulary import FORMS_GIVEN, OUTCOMES, STUDY_SPECIES

FORMS = tuple(form for form in FORMS_GIVEN if form and form != "control")
SPECIES = tuple(one for one in STUDY_SPECIES if one and one != "mixed")
METHODS: tuple[Method, ...] = ("FE", "DL", "PM", "REML", "ML")
#: Most words that a fault lists; more are looked up.
_LISTED = 20
_WHERE = "an outcome of the study tables; exoheart evidence show lists them"
TESTS: tuple[Test, ...] = ("z", "t", "knha")


@dataclass(frozen=True, slots=True)
class PoolChoices:
    """What to pool, and how.

    Parameters
    ----------
    form
        One of :data:`FORMS`.
    outcome, species
        Only these; None for all. An outcome may be a short form of the field (LVEF).
    prior
        One of :data:`PRIORS`, or ``all``.
    method, test
        Of :func:`exoheart.evidence.meta.fit`.
    all_times
        Keep every time of an arm, in a three-level fit (study, effect).
    sceptical_width
        Standard deviation of the sceptical prior; None for that of the tables.
    """

    form: str = "vesicles"
    outcome: str | None = None
    species: str | None = None
    prior: str = "all"
    method: Method = "REML"
    test: Test = "knha"
    all_times: bool = False
    sceptical_width: float | None = None


def check_choices(choices: PoolChoices) -> None:
    """Refuse words that no table knows, all of them at once.

    Raises
    ------
    DataError
        Lists every word with what is allowed and the nearest.
    """
    faults = []
    words: tuple[tuple[str, str | None, tuple[str, ...]], ...] = (
        ("--form", choices.form, FORMS),
        ("--species", choices.species, SPECIES),
        ("--prior", choices.prior, ("all", *PRIORS)),
        ("--method", choices.method, METHODS),
        ("--test", choices.test, TESTS),
    )
    for where, met, known in words:
        if met is not None and met not in known:
            near = closest(met, known)
            listed = ", ".join(known) if len(known) <= _LISTED else _WHERE
            faults.append(Fault(where, repr(met), listed, near))
    if choices.outcome is not None and not outcomes_meant(choices.outcome):
        near = closest(choices.outcome, [*OUTCOMES, *SHORT["outcome"]])
        faults.append(Fault("--outcome", repr(choices.outcome), _WHERE, near))
    if choices.all_times and choices.method not in {"REML", "ML"}:
        allowed = "REML or ML with every time: the fit has three levels"
        faults.append(Fault("--method", repr(choices.method), allowed))
    width = choices.sceptical_width
    if width is not None and not 0 < width < math.inf:
        allowed = "a number above 0, in the unit of the pool; nothing for the table's"
        faults.append(Fault("--sceptical-width", f"{width:g}", allowed))
    if faults:
        raise DataError("what to pool", faults)


def outcomes_meant(typed: str) -> tuple[str, ...]:
    """Give the outcomes that a word stands for, whatever its case; none if unknown.

    Examples
    --------
    >>> outcomes_meant("LVEF"), outcomes_meant("Infarct size")
    (('ejection fraction',), ('infarct size',))
    """
    word = typed.strip().lower()
    exact = tuple(one for one in OUTCOMES if one.lower() == word)
    return exact or tuple(SHORT["outcome"].get(word, ()))


def used_test(choices: PoolChoices) -> Test:
    """Give the test in use; a three-level fit has no Knapp-Hartung errors."""
    return "t" if choices.all_times and choices.test == "knha" else choices.test
