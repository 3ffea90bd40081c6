"""What an arm is compared with: a control, or another treatment.

One rule for all that reads directions or pools: what is better than cells is not yet
better than nothing. Read next: :mod:`exoheart.evidence.table1.effects`.
"""

from __future__ import annotations

import re

from exoheart.evidence.studies import OutcomeRecord, StudyRecord
from exoheart.evidence.vocabulary import FORMS_GIVEN

#: Forms that are no treatment.
NOT_TREATMENTS = ("control", "")
#: Forms that a comparator without rows of its own is known by; its name says them.
_NAMED = ("vesicles", "conditioned medium", "secretome", "cells")
_LACKING = re.compile(r"\b(without|no|free of)\b")


def treatment_compared(study: StudyRecord, row: OutcomeRecord) -> str:
    """Give the form of a row's comparator where that is a treatment, else nothing.

    The comparator's own rows decide; without any its name does, up to a word such as
    ``without``.

    Examples
    --------
    >>> from exoheart.evidence.studies import load_studies
    >>> mao = next(s for s in load_studies() if s.id == "Mao2021_MouseReperfusion")
    >>> treatment_compared(mao, mao.outcomes[0])
    'vesicles'
    """
    forms = {one.form for one in study.outcomes if one.arm == row.comparator}
    known = [form for form in FORMS_GIVEN if form in forms]
    if not forms:
        name = _LACKING.split(row.comparator)[0]
        known = [form for form in _NAMED if re.search(rf"\b{form}\b", name)]
    return next((form for form in known if form not in NOT_TREATMENTS), "")
