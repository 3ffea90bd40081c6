"""The tables of contrasts: complete, about known claims, and faults all named."""

from __future__ import annotations

import shutil

import pytest

from exoheart.errors import DataError
from exoheart.evidence.claims.tables import load_claims
from exoheart.evidence.tables import data_folder
from exoheart.reviewing.quantities import QUANTITIES
from exoheart.reviewing.runs import moment
from exoheart.reviewing.tables import (
    load_contrasts,
    load_flips,
    scenario,
    scenario_names,
)

CONTRASTS = load_contrasts()


def test_every_contrast_reads_a_known_quantity_of_a_known_claim():
    claims = {claim.id for claim in load_claims()}
    assert {one.claim for one in CONTRASTS} <= claims
    assert {one.quantity for one in CONTRASTS} <= set(QUANTITIES)
    assert set(load_flips()) <= {one.claim for one in CONTRASTS}


def test_every_scenario_and_arm_is_read():
    """What nothing reads is not kept."""
    read = {(arm.scenario, arm.arm) for one in CONTRASTS for arm in one.arms}
    assert {name for name, _ in read} == set(scenario_names())
    for name in scenario_names():
        arms = {arm.name for arm in scenario(name).arms}
        controls = {arm.name for arm in scenario(name).arms if arm.control}
        assert arms - controls <= {arm for of, arm in read if of == name}


@pytest.mark.parametrize("one", CONTRASTS, ids=lambda one: one.claim)
def test_every_moment_can_be_read(one):
    assert all(moment(arm.at).offset_h > 0 for arm in one.arms)


def test_all_faults_of_the_table_are_named(tmp_path):
    shutil.copytree(data_folder() / "claims", tmp_path / "claims")
    path = tmp_path / "claims" / "contrasts.csv"
    lines = path.read_text("utf-8").splitlines()
    at = "infarct size,1 h after occlusion"
    lines[1:] = [
        f"C053,mouse_vein,MSC vesicle,vehicle,,{at},less,,no,x",
        f"C053,mouse_vain,MSC vesicles,vehicle,,{at},less,,no,x",
        f"C053,mouse_vein,MSC vesicles,,,{at},lesser,,no,x",
        f"C053,mouse_vein,MSC vesicles,,,{at},above,,maybe,x",
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    with pytest.raises(DataError) as caught:
        load_contrasts(tmp_path)
    told = str(caught.value)
    for met in ("MSC vesicle", "mouse_vain", "lesser", "threshold", "maybe"):
        assert met in told
