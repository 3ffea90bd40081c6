"""The allocation list."""

import csv
import io
from collections import Counter
from dataclasses import replace

import pytest

from exoheart.errors import InputError
from exoheart.records.study import Design
from exoheart.trial import allocate, allocation_csv
from exoheart.trial.toy import Toy, toy_study


def _study(numbers=(6, 6, 6), blocking=None):
    study = toy_study(Toy(effects=(-1.0,) * (len(numbers) - 1)))
    arms = tuple(replace(arm, n=n) for arm, n in zip(study.arms, numbers, strict=True))
    return replace(study, arms=arms, design=Design(blocking=blocking))


@pytest.mark.parametrize("numbers", [(6, 6, 6), (4, 8), (7, 6), (5, 5)])
def test_every_arm_gets_its_animals_and_every_block_the_arms_ratio(numbers):
    rows = allocate(_study(numbers), 0, 2)
    names = [arm.name for arm in _study(numbers).arms]
    total = Counter(row.arm for row in rows)
    assert [total[name] for name in names] == list(numbers)
    for block in {row.block for row in rows}:
        inside = Counter(row.arm for row in rows if row.block == block)
        ratios = {inside[name] / n for name, n in zip(names, numbers, strict=True)}
        assert len(ratios) == 1


def test_the_last_block_may_be_shorter_and_blocks_have_the_length_asked_for():
    sizes = Counter(row.block for row in allocate(_study((5, 5), 4), 0, 2))
    assert list(sizes.values()) == [4, 4, 2]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others():
    texts = [allocation_csv(allocate(_study(), seed, 2)) for seed in (0, 0, 1)]
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]


def test_every_order_of_a_block_of_two_is_met_about_equally_often():
    firsts = Counter(
        row.arm
        for seed in range(400)
        for row in allocate(_study((1, 1)), seed, 1)
        if row.animal == 1
    )
    assert abs(firsts["control"] - 200) < 4 * 10  # 4 binomial standard errors


def test_codes_are_unique_and_say_nothing_of_the_arm():
    rows = allocate(_study((30, 30)), 3, 2)
    assert len({row.code for row in rows}) == 60
    control = [int(row.code) for row in rows if row.arm == "control"]
    treated = [int(row.code) for row in rows if row.arm != "control"]
    assert min(control) < max(treated)
    assert min(treated) < max(control)
    assert [row.code for row in rows] != sorted(row.code for row in rows)


def test_blocks_that_cannot_hold_the_ratio_are_refused_with_those_that_can():
    with pytest.raises(InputError, match="blocks of 3, 6, 9"):
        allocate(_study(blocking=4), 0, 2)


def test_the_file_has_its_columns_and_survives_commas_in_names():
    study = _study((2, 2))
    odd = replace(study.arms[1], name='CDC, "high"')
    text = allocation_csv(allocate(replace(study, arms=(study.arms[0], odd)), 0, 1))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == [
        *("animal", "block", "arm", "code", "product", "dose", "route")
    ]
    assert {row["arm"] for row in rows} == {"control", 'CDC, "high"'}
    assert "\r" not in text
    assert {row["product"] for row in rows} == {"vehicle", "toy"}
