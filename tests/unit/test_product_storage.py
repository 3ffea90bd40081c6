"""Storage: potency only falls, counts go their own way, each against what is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exoheart.engine.streams import uniforms
from exoheart.errors import InputError
from exoheart.evidence.priors import resolve
from exoheart.evidence.tables import load_parameters
from exoheart.product.storage import (
    storage_class,
    storage_counted,
    storage_kept,
    storage_notes,
)
from exoheart.records.product import FloatArray
from exoheart.records.study import Storage

OUTER = 64
PRIORS = resolve([r for r in load_parameters() if r.id.startswith("product.")], "pig")


def draws(layer: str, name: str) -> FloatArray:
    return uniforms(23, layer, name, 0, OUTER)


def kept(storage: Storage) -> FloatArray:
    return storage_kept(storage, PRIORS, draws)


def counted(storage: Storage) -> FloatArray:
    return storage_counted(storage, PRIORS, draws)


STORAGES = st.builds(
    Storage,
    temperature_c=st.sampled_from([-196.0, -80.0, -20.0, 4.0, 22.0]),
    duration_h=st.floats(0, 20_000),
    freeze_thaw=st.integers(0, 5),
    tube=st.sampled_from(["ordinary", "low-binding"]),
    buffer=st.sampled_from(["saline", "saline with sugar", "conditioned medium"]),
    lyophilised=st.booleans(),
)


@settings(max_examples=100, deadline=None)
@given(STORAGES, st.floats(0, 5_000))
def test_potency_is_a_share_that_never_grows_with_time(
    storage: Storage, more: float
) -> None:
    """Whole vesicles stay within [0, 1]; waiting longer or thawing more keeps fewer."""
    now = kept(storage)
    later = kept(replace(storage, duration_h=storage.duration_h + more))
    thawed = kept(replace(storage, freeze_thaw=storage.freeze_thaw + 1))
    assert np.all((now >= 0) & (now <= 1))
    assert np.all(later <= now)
    assert np.all(thawed <= now)


@settings(max_examples=60, deadline=None)
@given(STORAGES)
def test_protection_never_harms(storage: Storage) -> None:
    """Low-binding tubes, sugar and conditioned medium never keep fewer vesicles."""
    plain = replace(storage, tube="ordinary", buffer="saline")
    for better in (
        replace(plain, tube="low-binding"),
        replace(plain, buffer="saline with sugar"),
        replace(plain, buffer="conditioned medium"),
    ):
        assert np.all(kept(better) >= kept(plain))


@pytest.mark.parametrize(
    ("storage", "low", "high"),
    [
        (Storage(4.0, 48.0), 0.45, 0.53),  # 51 % lost
        (Storage(4.0, 48.0, tube="low-binding"), 0.79, 0.82),  # 18 to 21 % lost
        (Storage(4.0, 48.0, buffer="conditioned medium"), 0.82, 0.88),  # 15 % lost
    ],
)
def test_two_days_in_the_refrigerator_lose_what_was_measured(
    storage: Storage, low: float, high: float
) -> None:
    """Evtushenko2020: losses in 48 h at 4 degC by tube and by what is in it."""
    assert low <= np.median(kept(storage)) <= high


def test_counts_may_rise_while_vesicles_break() -> None:
    """After three cycles some draws count more than before; no draw is more whole."""
    frozen = Storage(-80.0, 720.0, freeze_thaw=3)
    assert np.any(counted(frozen) > 1.0)
    assert np.any(counted(frozen) < 1.0)
    assert np.all(kept(frozen) < 1.0)


def test_what_sticks_to_the_wall_is_lost_to_the_counter_too() -> None:
    """Liquid and never thawed, count and potency fall together."""
    liquid = Storage(4.0, 48.0)
    np.testing.assert_array_equal(counted(liquid), kept(liquid))


def test_waiting_frozen_or_dry_takes_nothing_off_the_count() -> None:
    """Pieces of broken vesicles still count (assumed)."""
    frozen = Storage(-80.0, 8760.0)
    np.testing.assert_array_equal(counted(frozen), np.ones(OUTER))
    short, long = (counted(Storage(22.0, t, lyophilised=True)) for t in (1.0, 9e3))
    np.testing.assert_array_equal(short, long)


def test_a_dry_product_keeps_better_warm_and_best_cold() -> None:
    """Over half a year: dry at 22 degC beats liquid, and colder beats warmer."""
    dry = [kept(Storage(t, 4380.0, lyophilised=True)) for t in (22.0, 4.0, -20.0)]
    assert np.median(dry[0]) > np.median(kept(Storage(22.0, 4380.0)))
    assert np.all(dry[0] < dry[1])
    assert np.all(dry[1] < dry[2])
    # drying alone keeps 0.85 (recalled), a beta of mean 8 / 9.8
    assert np.mean(kept(Storage(22.0, 0.0, lyophilised=True))) == pytest.approx(
        8 / 9.8, abs=0.04
    )


@pytest.mark.parametrize(
    ("storage", "words"),
    [
        (Storage(-196.0, 1.0, lyophilised=True), "liquid nitrogen"),
        (Storage(22.0, 1.0, 2, lyophilised=True), "nothing to freeze"),
        (Storage(-80.0, 1.0, 1, tube="low-binding"), "while the product is liquid"),
        (Storage(4.0, 72.0), "measured for 48 h"),
    ],
)
def test_what_is_odd_is_noted_and_not_refused(storage: Storage, words: str) -> None:
    """The share is still given."""
    assert any(words in note for note in storage_notes(storage))
    assert np.all(np.isfinite(kept(storage)))


def test_negative_times_are_refused_for_both() -> None:
    """Neither potency nor count can be asked for a time before filling."""
    for of in (kept, counted):
        with pytest.raises(InputError, match="zero or more"):
            of(Storage(4.0, -1.0))


def test_the_refrigerator_loses_what_was_measured_and_then_no_more() -> None:
    """51 % are lost in 48 h at 4 degC (Evtushenko2020); after 7 days nothing more."""
    left = {hours: kept(Storage(4.0, hours)) for hours in (48.0, 168.0, 1000.0)}
    assert np.median(left[48.0]) == pytest.approx(0.49, abs=0.02)
    assert np.array_equal(left[168.0], left[1000.0])


def test_colder_is_never_worse() -> None:
    """Median losses over 30 days grow from deep frozen to the bench."""
    left = [np.median(kept(Storage(at, 720.0))) for at in (-80.0, -20.0, 4.0, 25.0)]
    assert left == sorted(left, reverse=True)


@pytest.mark.parametrize("temperature", [-300.0, 60.0, float("nan")])
def test_impossible_storage_is_refused(temperature: float) -> None:
    """A temperature outside the classes is an error, not a guess."""
    with pytest.raises(InputError, match="storage temperature"):
        storage_class(temperature)
