"""Reducing an ensemble: flat memory, the same bits, resumable, nobody is dropped."""

from __future__ import annotations

import threading
import tracemalloc
from dataclasses import dataclass, field

import numpy as np
import pytest

from exoheart.engine import checkpoint
from exoheart.engine.account import MOST_SENTENCES
from exoheart.engine.associations import Associations, Column
from exoheart.engine.endpoints import Endpoints
from exoheart.engine.members import Action, Block
from exoheart.engine.moments import Moments
from exoheart.engine.quantiles import Quantiles
from exoheart.engine.reduce import Settings, reduce
from exoheart.engine.solution import Outcomes, Status
from exoheart.engine.streams import uniforms
from exoheart.errors import InputError, SolveError

TIMES = np.array([0.0, 1.0, 4.0])
OUTPUTS = [(1, 0), (2, 1)]
TOTAL = 5000


@dataclass
class Draws:
    """Members with a rate and an amount each, made where they are used."""

    total: int = TOTAL
    seed: int = 0

    def __len__(self):
        return self.total

    def block(self, first, count):
        rate = uniforms(self.seed, "member", "rate", first, count)
        amount = 1.0 + uniforms(self.seed, "member", "amount", first, count)
        return Block(
            np.column_stack([rate, amount]),
            amount[:, None],
            (Action(0, 1.0, "add", "amount", 0.5),),
            np.tile(TIMES, (count, 1)),
        )


@dataclass
class Decay:
    """Exponential decay in closed form; the slowest members fail, the next fall back.

    `stop_at` raises at that call; `held` are the blocks handed out at one time.
    """

    rtol: str = "1e-06"
    fails: float = 0.02
    stop_at: int = -1
    error: type[BaseException] = KeyboardInterrupt
    calls: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def identity(self):
        return {"model": "decay", "rtol": self.rtol}

    def solve(self, block):
        with self.lock:
            self.calls += 1
            if self.calls == self.stop_at:
                raise self.error
        rate, amount = block.parameters.T
        left = amount[:, None] * np.exp(-rate[:, None] * block.sample_times)
        values = np.stack([left, -1.0 - left], axis=2)
        failed, slow = rate < self.fails, rate < 2 * self.fails
        values[failed] = np.nan
        status = np.where(failed, Status.FAILED, np.where(slow, 1, 0))
        messages = {int(k): f"rate {rate[k]:.6f}" for k in np.flatnonzero(slow)}
        return values, Outcomes(status, np.full(len(rate), 3), messages)


def reducers():
    return (
        Quantiles(len(TIMES), 2),
        Moments(len(TIMES), 2),
        Associations([Column("rate", 0), Column("amount", 1, True)], OUTPUTS),
        Endpoints(OUTPUTS),
    )


def bits(made):
    return [
        [(name, array.dtype.str, array.shape, array.tobytes())]
        for reducer in made
        for name, array in reducer.state().items()
    ]


def whole(**how):
    made = reducers()
    return reduce(Decay(), Draws(), made, Settings(**how)), bits(made)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("block", [64, 192, 1024])
def test_threads_and_blocks_leave_no_trace(workers, block):
    assert whole(workers=workers, block=block) == whole(block=5000)


def test_a_block_size_is_rounded_up_to_whole_leaves():
    assert whole(block=100) == whole(block=128)


def test_every_member_is_accounted_for():
    rate = Draws().block(0, TOTAL).parameters[:, 0]
    result, _ = whole()
    assert result.counts == {
        Status.SOLVED: np.sum(rate >= 0.04),
        Status.SOLVED_BY_FALLBACK: np.sum((rate >= 0.02) & (rate < 0.04)),
        Status.FAILED: np.sum(rate < 0.02),
    }
    assert (result.members, result.steps) == (TOTAL, 3 * TOTAL)
    assert result.failed == result.counts[Status.FAILED]
    slow = np.flatnonzero(rate < 0.04)
    assert result.sentences == tuple((int(k), f"rate {rate[k]:.6f}") for k in slow)
    assert result.more_sentences == 0


def test_sentences_beyond_the_first_thousand_are_counted():
    solver, slow = Decay(fails=0.3), Draws().block(0, TOTAL).parameters[:, 0] < 0.6
    one = reduce(solver, Draws(), (), Settings(block=64, workers=2))
    assert len(one.sentences) == MOST_SENTENCES
    assert one.sentences[-1][0] == np.flatnonzero(slow)[MOST_SENTENCES - 1]
    assert one.more_sentences == slow.sum() - MOST_SENTENCES
    assert one == reduce(solver, Draws(), (), Settings(block=2048))


@pytest.mark.parametrize(
    "goes_on", [{"block": 192}, {"block": 1024}, {"block": 64, "workers": 2}]
)
@pytest.mark.parametrize("begins", [{"block": 192}, {"block": 192, "workers": 2}])
@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_an_interrupted_run_goes_on_to_the_same_bits(tmp_path, begins, goes_on, error):
    path = tmp_path / "run.npz"
    with pytest.raises(error):
        reduce(
            Decay(stop_at=14, error=error),
            Draws(),
            reducers(),
            Settings(checkpoint=path, **begins),
        )
    made, solver = reducers(), Decay()
    result = reduce(solver, Draws(), made, Settings(checkpoint=path, **goes_on))
    assert (result, bits(made)) == whole()
    assert 0 < solver.calls * goes_on["block"] < TOTAL + goes_on["block"] - 8 * 192
    assert [file.name for file in tmp_path.iterdir()] == ["run.npz"]


def test_a_finished_run_is_not_solved_again(tmp_path):
    settings = Settings(checkpoint=tmp_path / "run.npz")
    made, again, solver = reducers(), reducers(), Decay()
    one = reduce(Decay(), Draws(), made, settings)
    assert reduce(solver, Draws(), again, settings) == one
    assert solver.calls == 0
    assert bits(again) == bits(made)


def test_a_run_cut_short_inside_a_reducer_keeps_the_earlier_checkpoint(tmp_path):
    class Stops(Moments):
        def add(self, first, block, values):
            if first == 1920:
                raise KeyboardInterrupt
            super().add(first, block, values)

    path, draws, shape = tmp_path / "run.npz", Draws(), (len(TIMES), 2)
    settings = Settings(block=192, checkpoint=path, every_s=0.0)
    with pytest.raises(KeyboardInterrupt):
        reduce(Decay(), draws, (Moments(*shape), Stops(*shape)), settings)
    made = Moments(*shape), Moments(*shape)
    solver = Decay()
    reduce(solver, draws, made, settings)
    assert 0 < solver.calls < 20
    assert made[0].tally.members == TOTAL
    assert bits(made[:1]) == bits(made[1:])


def test_a_checkpoint_is_written_on_the_way(tmp_path):
    path, seen = tmp_path / "run.npz", []
    settings = Settings(block=1024, checkpoint=path, every_s=0.0)

    def look(done, total):
        saved = np.load(path)["done"].sum()
        seen.append((done, total, int(saved)))

    reduce(Decay(), Draws(), reducers(), settings, look)
    assert [done for done, _, _ in seen] == [1024, 2048, 3072, 4096, 5000]
    assert {total for _, total, _ in seen} == {TOTAL}
    assert [saved for _, _, saved in seen] == [16, 32, 48, 64, 79]


def interrupted(path):
    settings = Settings(block=192, checkpoint=path)
    with pytest.raises(KeyboardInterrupt):
        reduce(Decay(stop_at=14), Draws(), reducers(), settings)


def test_a_checkpoint_of_something_else_names_all_that_differs(tmp_path):
    path = tmp_path / "run.npz"
    interrupted(path)
    other = (Quantiles(len(TIMES), 2, bits=7), *reducers()[1:3])
    with pytest.raises(InputError) as raised:
        reduce(Decay("1e-08"), Draws(400, 1), other, Settings(checkpoint=path))
    text = str(raised.value)
    assert "rtol: met 1e-06; allowed: 1e-08" in text
    assert "members: met 5000; allowed: 400" in text
    assert "first members: met" in text
    assert "reducer 1: met Quantiles(" in text
    assert "reducer 4: met Endpoints(" in text
    assert "reducer 2" not in text
    assert "model" not in text


def test_another_schedule_makes_another_fingerprint(tmp_path):
    class Later(Draws):
        def block(self, first, count):
            block = super().block(first, count)
            schedule = (Action(0, 2.0, "add", "amount", 0.5),)
            samples = block.sample_times
            return Block(block.parameters, block.initial, schedule, samples)

    path = tmp_path / "run.npz"
    interrupted(path)
    with pytest.raises(InputError, match="first members: met"):
        reduce(Decay(), Later(), reducers(), Settings(checkpoint=path))


def shortened(content):
    return content[: len(content) // 2]


def turned(content):
    at = len(content) // 2
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def emptied(content):
    return b""


def other_text(content):
    return b"id,value\n" * 100


@pytest.mark.parametrize("harm", [shortened, turned, emptied, other_text])
def test_a_damaged_checkpoint_is_told(tmp_path, harm):
    path = tmp_path / "run.npz"
    interrupted(path)
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(InputError, match=r"run\.npz, which is damaged"):
        reduce(Decay(), Draws(), reducers(), Settings(checkpoint=path))


def test_a_foreign_archive_is_told(tmp_path):
    path = tmp_path / "run.npz"
    np.savez(path, other=np.ones(3))
    with pytest.raises(InputError, match="which is damaged"):
        reduce(Decay(), Draws(), reducers(), Settings(checkpoint=path))


def test_a_checkpoint_never_pickles(tmp_path):
    content = checkpoint.Checkpoint(np.ones(1, bool), {}, [{"x": np.array([{}])}])
    with pytest.raises(ValueError, match="allow_pickle"):
        checkpoint.write(tmp_path / "run.npz", {}, content)
    assert list(tmp_path.iterdir()) == []


def test_a_checkpoint_in_no_folder_is_refused_before_work(tmp_path):
    solver, path = Decay(), tmp_path / "none" / "run.npz"
    with pytest.raises(InputError, match="folder doesn't exist"):
        reduce(solver, Draws(), reducers(), Settings(checkpoint=path))
    assert solver.calls == 0


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_few_blocks_are_held_at_a_time(workers):
    held, most, lock = set(), [0], threading.Lock()

    class Counted(Draws):
        def block(self, first, count):
            with lock:
                held.add(first)
                most[0] = max(most[0], len(held))
            return super().block(first, count)

    class Frees(Moments):
        def add(self, first, block, values):
            super().add(first, block, values)
            with lock:
                held.remove(first)

    def fresh():
        held.clear()  # the fingerprint's look at the first members

    settings = Settings(workers=workers, block=64)
    fresh()
    reduce(Decay(), Counted(), (Frees(len(TIMES), 2),), settings)
    assert not held
    assert most[0] <= 2 * workers


def peak(total):
    made = Quantiles(len(TIMES), 2), Moments(len(TIMES), 2)
    tracemalloc.start()
    try:
        reduce(Decay(fails=0.0), Draws(total), made)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_is_flat_in_the_number_of_members():
    """For values of one range; each further power of two opens a page of bins."""
    peak(2_000)  # what is loaded once
    assert peak(200_000) < 1.1 * peak(20_000)


def test_an_ensemble_that_fails_altogether_is_an_error():
    with pytest.raises(SolveError, match=r"all 5000 members failed.*rate 0\."):
        reduce(Decay(fails=2.0), Draws(), reducers())


def test_no_members_are_an_error():
    with pytest.raises(SolveError, match="no members"):
        reduce(Decay(), Draws(0), reducers())


@pytest.mark.parametrize("how", [{"workers": 0}, {"block": 0}])
def test_settings_that_cannot_be_used_are_refused(how):
    with pytest.raises(InputError, match="whole numbers from 1"):
        reduce(Decay(), Draws(), reducers(), Settings(**how))
