"""Random streams: one number per index, whoever asks and however it is asked."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from exoheart.engine.streams import (
    generator,
    random_words,
    uniform_rows,
    uniforms,
)

SEED = 11


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1000])
def test_index_k_is_the_same_for_every_blocking(size):
    whole = uniforms(SEED, "animal", "heart.clock_animal", 0, 1000)
    parts = [
        uniforms(SEED, "animal", "heart.clock_animal", first, min(size, 1000 - first))
        for first in range(0, 1000, size)
    ]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


@pytest.mark.parametrize(("first", "count"), [(0, 1), (5, 16), (2**40, 3), (7, 0)])
def test_many_streams_at_once_give_each_its_own_numbers(first, count):
    """Repeated names too: no stream goes on where another one stopped."""
    streams = [("animal", "a"), ("parameter", "a"), ("animal", "b"), ("animal", "a")]
    rows = uniform_rows(SEED, streams, first, count)
    assert rows.shape == (4, count)
    for row, (layer, name) in zip(rows, streams, strict=True):
        np.testing.assert_array_equal(row, uniforms(SEED, layer, name, first, count))


def test_no_streams_give_no_rows():
    assert uniform_rows(SEED, [], 0, 5).shape == (0, 5)


def test_an_index_far_along_needs_nothing_before_it():
    far = 2**40
    few, more = (uniforms(SEED, "animal", "x", far - k, k + 3)[k:] for k in (0, 5))
    np.testing.assert_array_equal(few, more)


def test_another_seed_layer_or_name_gives_other_numbers():
    streams = {
        key: uniforms(*key, 0, 200).tobytes()
        for key in [
            (0, "animal", "a.b"),
            (1, "animal", "a.b"),
            (0, "parameter", "a.b"),
            (0, "animal", "a.c"),
            # parts of a name mustn't run into each other
            (0, "animala", ".b"),
            (0, "anim", "ala.b"),
            (1, "0animal", "a.b"),
        ]
    }
    assert len(set(streams.values())) == len(streams)


def test_no_numbers_asked_none_given():
    assert uniforms(SEED, "animal", "x", 5, 0).shape == (0,)


@pytest.mark.parametrize("name", ["heart.clock_animal", "a", "variation.delivery_x"])
def test_numbers_are_uniform(name):
    """Kolmogorov-Smirnov on 50,000; fails by chance once in 10,000 names."""
    numbers = uniforms(SEED, "animal", name, 0, 50_000)
    assert stats.kstest(numbers, "uniform").pvalue > 1e-4
    assert np.diff(np.sort(numbers)).max() < 1e-3


def test_neighbours_and_streams_are_not_correlated():
    """Within 4 standard errors of zero."""
    one, other = (uniforms(SEED, "animal", name, 0, 40_000) for name in "ab")
    for first, second in ((one, other), (one[1:], one[:-1])):
        seen = np.corrcoef(first, second)[0, 1]
        assert abs(seen) < 4 / np.sqrt(len(first))


def test_numbers_are_never_zero_or_one(monkeypatch):
    """The lowest and the highest word give finite normal quantiles."""
    ends = np.array([0, 2**64 - 1], dtype=np.uint64)
    monkeypatch.setattr("exoheart.engine.streams.random_words", lambda *_: ends)
    low, high = uniforms(SEED, "animal", "x", 0, 2)
    assert 0.0 < low < 1e-15
    assert 1 - 1e-15 < high < 1.0
    assert np.isfinite(stats.norm.ppf([low, high])).all()


def test_numbers_are_those_that_were_published_with_a_seed():
    """Philox4x64-10 under BLAKE2b keys: a change here changes every result."""
    words = random_words(0, "animal", "x", 0, 3)
    again = np.random.Generator(
        np.random.Philox(key=int.from_bytes(_digest("0\x1fanimal\x1fx"), "little"))
    )
    assert words[0] == again.bit_generator.random_raw(1)
    np.testing.assert_array_equal(words, random_words(0, "animal", "x", 0, 3))


def _digest(text: str) -> bytes:
    import hashlib

    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def test_a_generator_has_a_stream_of_its_own_name():
    first, again, other = (
        generator(SEED, "shuffle", name).random(4) for name in ("a", "a", "b")
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
