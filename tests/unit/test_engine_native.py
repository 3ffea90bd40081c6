"""Machine code on disk and in memory: kept, distrusted, and leaving no trace."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from exoheart.engine import Action, Table, cache, compile_model, program, solve
from exoheart.engine.ensemble import BlockSolver
from exoheart.engine.native import Library, aligned, machine, mark_text, object_code
from exoheart.engine.program import program_of, scalar_of

TEXT = """
model kept()
  compartment c; c = 1; substanceOnly species A in c, B in c; A = 4; B = 0; k = 1;
  w = 2; A -> B; k * A; w' = -k * w * w; total := A + B;
end
"""
OBSERVABLES = ("A", "w", "total")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder for what is kept, and nothing kept in memory."""
    monkeypatch.setenv("EXOHEART_CACHE", str(tmp_path / "kept"))
    program.forget()
    yield tmp_path / "kept"
    program.forget()


def toy(observables=OBSERVABLES):
    return compile_model(TEXT, observables)


def solved(model=None):
    """Values of three members; the model's code is loaded anew."""
    program.forget()
    model = model or toy()
    rates = np.array([[0.3], [1.0], [2.0]])
    doses = (Action(1, 0.5, "add", "A", 3.0),)
    times = np.tile([0.0, 1.0, 4.0], (3, 1))
    return solve(model, Table(rates, model.initial(rates), doses, times)).values


def only(folder, kind):
    """The one file of a kind that is kept."""
    (found,) = folder.glob(f"{kind}-*")
    return found


@pytest.fixture
def compiled(monkeypatch):
    """Names of what is compiled from here on."""
    done = []

    def counted(text, *more):
        done.append("code")
        return object_code(text, *more)

    monkeypatch.setattr(program, "object_code", counted)
    return done


# --- kept and read again --------------------------------------------------------------


def test_code_is_compiled_once_and_read_afterwards(folder, compiled):
    """The second load has neither text nor compiler, and the same bits."""
    first = solved()
    assert compiled == ["code"]
    np.testing.assert_array_equal(solved(), first)
    assert compiled == ["code"]
    assert len(list(folder.iterdir())) == 2


def test_a_model_is_read_once_and_its_record_afterwards(folder, monkeypatch):
    """Equal in every field, the source too, and nothing reads the text again."""
    first = toy()

    def refuse(*_):
        raise AssertionError("the text was read again")

    monkeypatch.setattr("exoheart.engine.model._compile", refuse)
    again = toy()
    assert again == first
    assert again.source == first.source
    assert (again.digest, hash(again)) == (first.digest, hash(first))
    with pytest.raises(AssertionError):
        toy(("A",))


def test_nothing_is_kept_where_nothing_is_to_be_kept(folder, monkeypatch, compiled):
    """EXOHEART_CACHE="" compiles at each start, to the same bits."""
    first = solved()
    monkeypatch.setenv("EXOHEART_CACHE", "")
    before = sorted(folder.iterdir())
    np.testing.assert_array_equal(solved(), first)
    np.testing.assert_array_equal(solved(), first)
    assert compiled == ["code"] * 3
    assert sorted(folder.iterdir()) == before


def test_a_folder_that_can_not_be_written_is_as_if_there_were_none(
    folder, monkeypatch, compiled
):
    """A file stands where the folder should be: compiled anew, to the same bits."""
    first = solved()
    (folder / "file").write_text("no folder")
    monkeypatch.setenv("EXOHEART_CACHE", str(folder / "file" / "kept"))
    np.testing.assert_array_equal(solved(), first)
    assert compiled == ["code"] * 2


def test_a_full_disk_leaves_nothing_half_written(folder, monkeypatch):
    """Results stand, and no file with a part of the code or of its name is left."""

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert np.all(np.isfinite(solved()))
    assert list(folder.iterdir()) == []


# --- distrusted -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["model", "code"])
@pytest.mark.parametrize("left", [0.0, 0.004, 0.5, 0.999])
def test_a_cut_off_file_is_made_anew(folder, kind, left):
    """From an empty file to one that lacks its end; afterwards it is whole again."""
    first = solved()
    path = only(folder, kind)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(left * len(whole))])
    np.testing.assert_array_equal(solved(), first)
    assert path.read_bytes()[:100] == whole[:100]


@pytest.mark.parametrize("kind", ["model", "code"])
def test_a_file_with_any_bit_changed_counts_as_none(folder, kind):
    """In its description as in its body: no changed number is taken for a true one."""
    solved()
    path = only(folder, kind)
    whole = path.read_bytes()
    head = 40 + int.from_bytes(whole[32:40], "little")
    believed = []
    for place in [*range(head), *range(head, len(whole), len(whole) // 50)]:
        for bit in (1, 16):
            changed = bytearray(whole)
            changed[place] ^= bit
            path.write_bytes(changed)
            if cache.read(path.name) is not None:
                believed.append(place)
    assert believed == []


@pytest.mark.parametrize("kind", ["model", "code"])
@pytest.mark.parametrize("word", ["parameters", "1", "0"])
def test_a_changed_description_changes_no_result(folder, kind, word):
    """A name or a number in it is another: the file is made anew, nothing crashes."""
    first, model = solved(), toy()
    path = only(folder, kind)
    whole = path.read_bytes()
    place = whole.index(word.encode(), 40)
    changed = bytearray(whole)
    changed[place] ^= 2
    path.write_bytes(changed)
    np.testing.assert_array_equal(solved(), first)
    assert toy() == model


def test_code_made_for_another_layout_is_made_anew(folder, compiled):
    """A whole file under the wrong name says of itself what it was made for."""
    model, other = toy(), toy(("w", "total", "A"))
    first, turned = solved(model), solved(other)
    np.testing.assert_array_equal(first, turned[..., [2, 0, 1]])
    newest = max(folder.glob("code-*"), key=lambda path: path.stat().st_mtime_ns)
    for path in folder.glob("code-*"):
        path.write_bytes(newest.read_bytes())
    np.testing.assert_array_equal(solved(model), first)
    np.testing.assert_array_equal(solved(other), turned)
    assert compiled == ["code"] * 3


def test_code_is_told_by_all_that_it_follows_from(folder, monkeypatch, compiled):
    """Other observables, lanes or generator: other files, none of them confused."""
    solved()
    solved(toy(("w",)))
    for lanes in (1, 2, 4):
        program_of(toy(), lanes)
    scalar_of(toy())
    count = len(compiled)
    assert len(list(folder.glob("code-*"))) == count == 6
    monkeypatch.setattr(cache, "generator_version", lambda: "another")
    solved()
    assert len(compiled) == count + 1


def test_a_member_given_up_by_code_of_one_lane_is_solved_again(tmp_path):
    """The code for one lane and the functions for other solvers are two files."""
    told = in_a_process(
        "from exoheart.engine import *\nimport numpy as np\n"
        "m = compile_model(\"model a()\\n x = 1; k = 1; x' = k * x * x; end\", ['x'])\n"
        "p = np.array([[0.1], [2.0], [0.2]]); t = np.array([[0.0, 1.0]] * 3)\n"
        "s = solve(m, Table(p, m.initial(p), (), t))\n"
        "print(s.status.tolist(), 'Radau failed' in s.messages[1])",
        EXOHEART_CACHE=str(tmp_path),
        EXOHEART_LANES="1",
    )
    assert told.split("\n")[-1] == "[0, 2, 0] True"


def in_a_process(code, **environment):
    told = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    return told.stdout.strip()


def test_two_processes_at_once_leave_one_whole_file_of_each_kind(folder):
    """Both start with nothing, write the same names, and get the same numbers."""
    code = "import test_engine_native as t, hashlib as h\n"
    code += "print(h.sha256(t.solved().tobytes()).hexdigest())"
    here = {"PYTHONPATH": os.pathsep.join([os.path.dirname(__file__), *sys.path])}
    with ThreadPoolExecutor(2) as pool:
        found = set(pool.map(lambda _: in_a_process(code, **here), range(2)))
    assert len(found) == 1
    kept = sorted(path.name.partition("-")[0] for path in folder.iterdir())
    assert kept == ["code", "model"]
    assert all(cache.read(path.name) is not None for path in folder.iterdir())


def test_who_reads_while_others_write_sees_all_or_nothing(folder):
    """Many writers of one name: every reading is one of their texts, whole."""
    bodies = [bytes([k]) * 200_000 for k in range(6)]

    def work(k):
        cache.write("code-one", {"k": k}, bodies[k])
        about, body = cache.read("code-one")
        return body == bodies[about["k"]]

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(work, [*range(6)] * 5))
    assert [path.name for path in folder.iterdir()] == ["code-one"]


def test_a_description_that_is_no_description_counts_as_nothing(folder):
    """Whatever well-formed text stands where a file's description should."""
    folder.mkdir()
    for text in ("[]", "3", "{}", '{"sha256": 1}', '{"sha256": "x", "about": 1}', "{"):
        body = len(text).to_bytes(8, "little") + text.encode()
        (folder / "code-odd").write_bytes(body)
        assert cache.read("code-odd") is None
    cache.write("code-odd", json.loads('{"a": [1, null]}'))
    assert cache.read("code-odd") == ({"a": [1, None]}, b"")


# --- in memory ------------------------------------------------------------------------


def test_a_library_says_what_it_was_made_for():
    """The mark is the number that it was written with, to the last bit."""
    for mark in (0, 1, 2**56 - 1):
        library = Library(object_code(mark_text(mark), machine()), {})
        assert library.mark == mark


def test_memory_for_vectors_begins_where_a_vector_may():
    """At 64 bytes, zeroed, whatever the count."""
    for count in (0, 1, 7, 8, 1000):
        found = aligned(count)
        assert found.ctypes.data % 64 == 0 or count == 0
        assert found.shape == (count,)
        assert not found.any()


def floating_state():
    """Whether the smallest numbers count, in what is read and in what is made."""
    tiny = np.array([5e-324, 2.0**-1022])
    return (bool(tiny[0] + tiny[0] > 0.0), bool(tiny[1] * 0.5 > 0.0))


def test_the_callers_own_arithmetic_is_as_it_was():
    """Smallest numbers are zero in a solve, and count before and after it."""
    model = toy()
    rates, times = np.array([[3.0]]), np.array([[0.0, 1.0]])
    start = model.initial(rates)
    start[0, model.states.index("A")] = 1e-310
    solver = BlockSolver(model)

    def work(_):
        before = floating_state()
        values, _ = solver.solve(Table(rates, start, (), times).block(0, 1))
        return before, floating_state(), float(values[0, 0, 2])

    with ThreadPoolExecutor(2) as pool:
        found = {*pool.map(work, range(4)), work(0)}
    total = 0.0 if platform.machine() in {"x86_64", "AMD64"} else 1e-310
    assert found == {((True, True), (True, True), total)}


def test_a_state_that_decays_to_nothing_takes_no_more_steps_for_it():
    """Long after all is gone: at most 30 steps for ten times the time, however long."""
    model = toy()
    rates = np.full((4, 1), 0.5)
    times = np.array([[0.0, 24.0 * days] for days in (9, 90, 900, 9000)])
    solution = solve(model, Table(rates, model.initial(rates), (), times))
    assert np.all(np.diff(solution.steps) <= 30), solution.steps
    np.testing.assert_allclose(solution["total"][:, 1], 4.0, rtol=1e-9)
    assert np.all(np.abs(solution["A"][:, 1]) <= 1e-9)


def test_threads_that_ask_at_once_wait_for_one_maker(folder):
    """Making code writes into the model's graph, which two makers would spoil."""
    model = compile_model(TEXT, OBSERVABLES)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: program_of(model), range(4)))
    assert all(one is made[0] for one in made)
