"""Counter-based random streams: number k of a stream is the same for everybody.

A stream is named by (seed, layer, name), a number in it by its index. Whoever asks for
index k gets the same number, whatever block, worker or order it is asked in, and a new
parameter or a new arm shifts nobody else's draw.

References
----------
Salmon2011 (Philox, the generator behind it).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

_WORDS = 4  # 64-bit words that Philox4x64 makes from one counter


def uniforms(
    seed: int, layer: str, name: str, first: int, count: int
) -> npt.NDArray[np.float64]:
    """Give numbers `first` to ``first + count - 1`` of a stream, in (0, 1).

    Parameters
    ----------
    seed
        Seed of the run, zero or more.
    layer, name
        What is drawn (``"animal"``, ``"heart.clock_animal"``).
    first, count
        Which part of the stream.

    Returns
    -------
    ndarray, shape (count,)
        Never exactly 0 or 1, so that every quantile function is finite.

    Examples
    --------
    >>> whole = uniforms(0, "animal", "x", 0, 8)
    >>> bool((uniforms(0, "animal", "x", 3, 2) == whole[3:5]).all())
    True
    """
    return _between(random_words(seed, layer, name, first, count))


def uniform_rows(
    seed: int, streams: Sequence[tuple[str, str]], first: int, count: int
) -> npt.NDArray[np.float64]:
    """Give the same part of many streams, each a row as :func:`uniforms` gives it.

    One generator is set to one stream after another, which is much quicker than one
    generator each where `count` is small.

    Parameters
    ----------
    seed
        Seed of the run, zero or more.
    streams
        Layer and name of each.
    first, count
        Which part of the streams.

    Returns
    -------
    ndarray, shape (stream, count)

    Examples
    --------
    >>> rows = uniform_rows(0, [("animal", "x"), ("lot", "y")], 3, 2)
    >>> bool((rows[1] == uniforms(0, "lot", "y", 3, 2)).all())
    True
    """
    words = np.empty((len(streams), count), dtype=np.uint64)
    bits = np.random.Philox(key=0)
    state, counter = bits.state, np.array([first, 0, 0, 0], dtype=np.uint64)
    for row, (layer, name) in enumerate(streams):
        state["state"] = {"counter": counter, "key": _words_of(seed, layer, name)}
        bits.state = state
        words[row] = bits.random_raw(_WORDS * count)[::_WORDS]
    return _between(words)


def _between(words: npt.NDArray[np.uint64]) -> npt.NDArray[np.float64]:
    """Turn words into numbers in (0, 1)."""
    steps = (words >> np.uint64(12)).astype(np.float64)  # 52 bits: the half is exact
    return np.asarray((steps + 0.5) * 2.0**-52)


def generator(seed: int, layer: str, name: str) -> np.random.Generator:
    """Give a NumPy generator of its own for a named purpose (resampling, shuffles)."""
    return np.random.Generator(np.random.Philox(key=_key(seed, layer, name)))


def random_words(
    seed: int, layer: str, name: str, first: int, count: int
) -> npt.NDArray[np.uint64]:
    """Give one 64-bit word for each index, shape (count,)."""
    bits = np.random.Philox(key=_key(seed, layer, name), counter=first)
    return np.asarray(bits.random_raw(_WORDS * count)[::_WORDS], dtype=np.uint64)


def _key(seed: int, layer: str, name: str) -> int:
    """Turn the stream's name into Philox's 128-bit key."""
    return int.from_bytes(_digest(seed, layer, name), "little")


@lru_cache(maxsize=8192)
def _words_of(seed: int, layer: str, name: str) -> npt.NDArray[np.uint64]:
    """Give the key as its two words; not to be written to."""
    words = np.frombuffer(_digest(seed, layer, name), dtype="<u8").astype(np.uint64)
    words.flags.writeable = False
    return words


def _digest(seed: int, layer: str, name: str) -> bytes:
    text = f"{seed}\x1f{layer}\x1f{name}".encode()
    return hashlib.blake2b(text, digest_size=16).digest()
