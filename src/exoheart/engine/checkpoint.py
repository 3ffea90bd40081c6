"""A half-done ensemble on disk: what is done, what was summed, and what it belongs to.

The file is a NumPy archive without pickled objects, written beside its name and then
renamed, so that there is a whole file at any moment.
"""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from exoheart.engine.reducers import State
from exoheart.errors import InputError

#: What a checkpoint belongs to: name and value of all that its numbers depend on.
Fingerprint = Mapping[str, str]

_HEAD, _DONE = "head", "done"  # arrays beside those of the reducers
_SHOWN = 80  # letters of a fingerprint's value in a message
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A half-done ensemble.

    Parameters
    ----------
    done : ndarray of bool, shape (leaf,)
        Leaves of 64 members that are summed up.
    account
        Counts and sentences, as JSON takes them.
    states
        State of each reducer, in order.
    """

    done: npt.NDArray[np.bool_]
    account: Mapping[str, Any]
    states: Sequence[State]


def write(path: Path, fingerprint: Fingerprint, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, replacing an earlier one.

    Raises
    ------
    InputError
        The file can't be written.
    """
    head = {
        "fingerprint": dict(fingerprint),
        "account": dict(checkpoint.account),
        "reducers": len(checkpoint.states),
    }
    arrays: State = {_HEAD: np.array(json.dumps(head)), _DONE: checkpoint.done}
    for k, state in enumerate(checkpoint.states):
        arrays |= {f"{k}/{name}": array for name, array in state.items()}
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        _write_arrays(part, arrays)
        part.replace(path)
    except OSError as bad:
        raise InputError(
            f"met {path}, which can't be written ({bad.strerror}); allowed: a file in "
            "a folder with room for it; name another checkpoint"
        ) from None
    finally:
        part.unlink(missing_ok=True)


def read(path: Path, fingerprint: Fingerprint) -> Checkpoint:
    """Read a checkpoint that belongs to this very ensemble.

    Raises
    ------
    InputError
        The file can't be read, is damaged, or belongs to something else; the message
        names all that differs.
    """
    arrays = _arrays(path)
    try:
        head, done = json.loads(str(arrays.pop(_HEAD))), arrays.pop(_DONE)
        met, account, count = head["fingerprint"], head["account"], head["reducers"]
    except _BROKEN as bad:
        raise InputError(_damaged(path, bad)) from None
    _require_same(path, met, fingerprint)
    states: list[State] = [{} for _ in range(count)]
    for name, array in arrays.items():
        position, _, field = name.partition("/")
        states[int(position)][field] = array
    return Checkpoint(done, account, states)


def _write_arrays(path: Path, arrays: State) -> None:
    """Write an archive that NumPy's ``load`` reads, and refuse to pickle."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, array, allow_pickle=False)


def _arrays(path: Path) -> State:
    """Read every array of an archive; the archive's own checksums are checked."""
    try:
        with path.open("rb") as file:
            if not zipfile.is_zipfile(file):
                raise zipfile.BadZipFile("its end is missing, or it is no archive")
            file.seek(0)
            with np.load(file, allow_pickle=False) as archive:
                return {name: archive[name] for name in archive.files}
    except OSError as bad:
        raise InputError(
            f"met the checkpoint {path}, which can't be read ({bad.strerror}); "
            "allowed: a file written by an earlier run; name another one"
        ) from None
    except _BROKEN as bad:
        raise InputError(_damaged(path, bad)) from None


def _damaged(path: Path, bad: Exception) -> str:
    return (
        f"met the checkpoint {path}, which is damaged ({bad}); allowed: a file written "
        "by an earlier run; delete it to begin again"
    )


def _require_same(path: Path, met: Fingerprint, allowed: Fingerprint) -> None:
    names = [*allowed, *(name for name in met if name not in allowed)]
    differing = [name for name in names if met.get(name) != allowed.get(name)]
    if differing:
        rows = "".join(
            f"\n  - {name}: met {_short(met.get(name))}; allowed: "
            f"{_short(allowed.get(name))}"
            for name in differing
        )
        raise InputError(
            f"the checkpoint {path} belongs to another ensemble; delete it to begin "
            f"again, or name another file:{rows}"
        )


def _short(value: str | None) -> str:
    if value is None:
        return "nothing"
    return value if len(value) <= _SHOWN else f"{value[: _SHOWN - 4]} ..."
