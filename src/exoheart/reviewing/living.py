"""What changed since the last run: verdicts, pooled results, studies.

A run is kept as a snapshot beside the user's own studies; the next one is compared with
it. So a study that is added shows at once what it moves. Read next:
:mod:`exoheart.reviewing.record`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from exoheart.errors import InputError
from exoheart.evidence.own.store import own_folder
from exoheart.evidence.pooling.choices import PoolChoices
from exoheart.evidence.pooling.pools import pool
from exoheart.evidence.studies import StudyRecord, load_studies
from exoheart.evidence.vocabulary import THERAPY_FORMS
from exoheart.reviewing.record import Review

Plain = dict[str, Any]
#: File beside the user's own studies.
NAME = "last_review.json"
#: Shape of the file; another one can't be compared with.
LAYOUT = 1
#: Relative change of a pooled number that counts as one: rounding is none.
_SAME = 1e-9


@dataclass(frozen=True)
class Changes:
    """What is different from the run before.

    Parameters
    ----------
    before
        Version and number of studies of the run before; None where there was none.
    studies
        Ids added, removed and changed.
    verdicts
        For each claim that changed: its verdicts before and after, by whom.
    pooled
        For each pooled result that changed: before and after; None where there is none.
    otherwise
        What else differs between the two runs, by which verdicts may move; empty for
        nothing.
    """

    before: Plain | None
    studies: Mapping[str, tuple[str, ...]]
    verdicts: tuple[Plain, ...]
    pooled: tuple[Plain, ...]
    otherwise: str = ""

    def to_json(self) -> Plain:
        """Give the document of ``exoheart review --changes --json``."""
        return {
            "before": self.before,
            "run_differs": self.otherwise or None,
            "studies": {key: list(ids) for key, ids in self.studies.items()},
            "verdicts": list(self.verdicts),
            "pooled": list(self.pooled),
        }


def snapshot(found: Review) -> Plain:
    """Give what of a run is kept: verdicts, pooled results and studies."""
    from exoheart.version import VERSION

    made = {
        "layout": LAYOUT,
        "version": VERSION,
        "seed": found.seed,
        "draws": found.draws,
        "studies": {study.id: _digest(study) for study in load_studies()},
        "verdicts": {
            one.claim.id: {
                "answered_by": one.answered_by,
                "verdict": one.verdict,
                "texts": one.evidence.verdict,
                "cohorts_for": one.evidence.counts.supporting,
                "cohorts_against": one.evidence.counts.contradicting,
            }
            for one in sorted(found.claims, key=lambda one: one.claim.id)
        },
        "pooled": _pooled(),
    }
    kept: Plain = json.loads(json.dumps(made))  # as a later run will read it
    return kept


def _digest(study: StudyRecord) -> str:
    import hashlib

    return hashlib.sha256(repr(study).encode()).hexdigest()[:16]


def _pooled() -> Plain:
    """Give every pooled result of the study rows, by what is pooled."""
    found = {}
    for form in THERAPY_FORMS:
        pools = cast(list[Plain], pool(PoolChoices(form=form))["pools"])
        for one in pools:
            region = f" of {one['of']}" if one["of"] else ""
            animal = f", {one['species']}" if one["species"] else ""
            where = f"{one['setting']}{animal} [{one['unit']}]"
            name = f"{form}: {one['outcome']}{region}, {where}"
            made = one["fit"] or {}
            found[name] = {
                "effects": one["k"],
                "estimate": made.get("estimate"),
                "ci95": made.get("ci95"),
                "pi95": made.get("pi95"),
            }
    return found


def changes(before: Plain | None, now: Plain) -> Changes:
    """Compare two snapshots.

    Parameters
    ----------
    before, now
        From :func:`snapshot`; `before` is None where no run was kept.
    """
    if before is None:
        return Changes(None, {}, (), ())
    head = {key: before[key] for key in ("version", "seed", "draws")}
    return Changes(
        before=head | {"studies": len(before["studies"])},
        studies=_studies(before["studies"], now["studies"]),
        verdicts=_moved(before["verdicts"], now["verdicts"], "claim_id"),
        pooled=_moved(before["pooled"], now["pooled"], "pool"),
        otherwise=", ".join(
            f"{key} {before[key]}, now {now[key]}"
            for key in head
            if before[key] != now[key]
        ),
    )


def _studies(before: Plain, now: Plain) -> dict[str, tuple[str, ...]]:
    both = sorted(set(before) & set(now))
    return {
        "added": tuple(sorted(set(now) - set(before))),
        "removed": tuple(sorted(set(before) - set(now))),
        "changed": tuple(id_ for id_ in both if before[id_] != now[id_]),
    }


def _moved(before: Plain, now: Plain, name: str) -> tuple[Plain, ...]:
    return tuple(
        {name: key, "before": before.get(key), "now": now.get(key)}
        for key in sorted({*before, *now})
        if not _alike(before.get(key), now.get(key))
    )


def _alike(one: Any, other: Any) -> bool:
    """Whether two kept values are the same but for rounding."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_alike(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        pairs = zip(one, other, strict=False)
        same = len(one) == len(other)
        return one == other or (same and all(_alike(a, b) for a, b in pairs))
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= _SAME * max(abs(one), abs(other))
    return bool(one == other)


def last_run() -> Plain | None:
    """Read the run that was kept last; None where there is none.

    Raises
    ------
    InputError
        The file can't be read, or another version kept it in another shape.
    """
    path = own_folder() / NAME
    if not path.exists():
        return None
    try:
        kept: Plain = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as bad:
        raise InputError(_unusable(path, str(bad))) from None
    if kept.get("layout") != LAYOUT:
        raise InputError(_unusable(path, f"layout {kept.get('layout')!r}"))
    return kept


def _unusable(path: Path, met: str) -> str:
    return (
        f"{path}: met {met}; allowed: what an earlier review --changes kept; delete "
        "the file to begin anew"
    )


def keep(now: Plain) -> Path:
    """Keep a run for the next comparison: whole or not at all.

    Raises
    ------
    InputError
        The folder can't be written.
    """
    folder = own_folder()
    part = folder / f".{NAME}.{os.getpid()}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(now, indent=1, allow_nan=False) + "\n", "utf-8")
        return part.replace(folder / NAME)
    except OSError as bad:
        raise InputError(
            f"{folder}: can't be written ({bad.strerror}); allowed: a folder that you "
            "may write; set EXOHEART_STUDIES to one"
        ) from None
    finally:
        part.unlink(missing_ok=True)
