"""The allocation list: who gets what, in permuted blocks, under a blinded code.

In: the study and a seed. Out: one row per animal, and the text of
``allocation.csv`` with stable bytes. The list names arm and code side by side: it is
for whoever prepares the syringes, and the reader of the endpoint sees codes only.
"""

from __future__ import annotations

import csv
import io
import math
from dataclasses import astuple, dataclass, fields

import numpy as np

from exoheart.engine.streams import uniforms
from exoheart.errors import InputError
from exoheart.records.study import Arm, Study


@dataclass(frozen=True, slots=True)
class Allocated:
    """One animal of the list; its fields are the columns of the file."""

    animal: int
    block: int
    arm: str
    code: str
    product: str
    dose: str
    route: str


def allocate(study: Study, seed: int, block_rounds: int) -> tuple[Allocated, ...]:
    """Allocate every animal of the study in permuted blocks.

    Each block holds the arms in the ratio of their n; the last one may be shorter.
    The same study and seed give the same list.

    Parameters
    ----------
    study
        `design.blocking` is the length of a block; it must be a multiple of the
        smallest block that holds the arms' ratio.
    seed
        Of the run.
    block_rounds
        How often the ratio is repeated in a block when the study gives none.

    Raises
    ------
    InputError
        `design.blocking` can't hold the arms' ratio.
    """
    numbers = [arm.n for arm in study.arms]
    rounds = math.gcd(*numbers)
    ratio = [number // rounds for number in numbers]
    per_block = _rounds_per_block(study, sum(ratio), block_rounds)
    one_round = [arm for arm, times in enumerate(ratio) for _ in range(times)]
    total = sum(numbers)
    order = uniforms(seed, "trial", "allocation|order", 0, total)
    codes = _codes(seed, total)
    rows: list[Allocated] = []
    for block, start in enumerate(range(0, rounds, per_block)):
        repeat = min(per_block, rounds - start)
        members = np.array(one_round * repeat)
        first = len(rows)
        shuffled = members[np.argsort(order[first : first + len(members)])]
        for arm in shuffled:
            row = len(rows)
            rows.append(_row(row + 1, block + 1, study.arms[arm], codes[row]))
    return tuple(rows)


def allocation_csv(rows: tuple[Allocated, ...]) -> str:
    """Give the list as CSV text: a header, one line an animal, newlines only."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([field.name for field in fields(Allocated)])
    writer.writerows(astuple(row) for row in rows)
    return text.getvalue()


def _rounds_per_block(study: Study, smallest: int, block_rounds: int) -> int:
    asked = study.design.blocking
    if asked is None:
        return max(1, block_rounds)
    if asked < smallest or asked % smallest:
        raise InputError(
            f"design.blocking = {asked}; the arms' ratio needs blocks of {smallest}, "
            f"{2 * smallest}, {3 * smallest}, ...; give one of these or leave it out"
        )
    return asked // smallest


def _codes(seed: int, total: int) -> list[str]:
    """Give each animal a number that says nothing of its arm or its turn."""
    digits = max(3, len(str(total)) + 1)
    first, last = 10 ** (digits - 1), 10**digits
    keys = uniforms(seed, "trial", "allocation|code", 0, last - first)
    return [str(first + int(place)) for place in np.argsort(keys)[:total]]


def _row(animal: int, block: int, arm: Arm, code: str) -> Allocated:
    return Allocated(
        animal=animal,
        block=block,
        arm=arm.name,
        code=code,
        product=arm.product or ("vehicle" if arm.route else "none"),
        dose=arm.dose.words if arm.dose else "0",
        route=arm.route or "untreated",
    )
