"""A user's own studies: added from a CSV, listed, taken out, checked.

They are kept beside the shipped data in the user's own folder
(:func:`exoheart.evidence.own.store.own_folder`), come with every
:func:`exoheart.evidence.load_studies`, and inform no fit. Read next:
:mod:`exoheart.evidence.own.layouts` (what a file may look like),
:mod:`exoheart.evidence.own.rules` (what must hold),
:mod:`exoheart.evidence.own.writing` (how they are written).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from exoheart.errors import DataError, Fault, InputError, closest
from exoheart.evidence.bibliography import load_bibliography
from exoheart.evidence.own.cohorts import (
    completed,
    file_members,
    kept_members,
    shipped_members,
    uses_of,
)
from exoheart.evidence.own.draft import Draft
from exoheart.evidence.own.file import read_file
from exoheart.evidence.own.layouts import AnyLayout, read_drafts
from exoheart.evidence.own.rules import Known, draft_faults, shortened
from exoheart.evidence.own.sources import keys_and_entries
from exoheart.evidence.own.store import mending, own_folder, own_study_folders
from exoheart.evidence.own.writing import (
    stored_entries,
    take_out,
    write_studies,
)
from exoheart.evidence.pooling.quality import check_own_quality
from exoheart.evidence.studies import load_studies
from exoheart.evidence.study_rules import read_study_tables
from exoheart.evidence.tables import RawRow, data_folder


@dataclass(frozen=True, slots=True)
class OwnStudy:
    """One own study in short: its arms and outcomes, and the source it cites.

    `faults` says what is wrong with a study that was changed by hand; empty where all
    is well. `replaced` is True where it takes the place of an earlier one. `notes` say
    what keeps it from being counted.
    """

    id: str
    species: str
    model: str
    arms: tuple[str, ...]
    rows: int
    cohort: str
    use: str
    retracted: bool
    source: str
    replaced: bool = False
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Added:
    """What ``evidence add`` did, or would do.

    Parameters
    ----------
    file, layout
        The file, and the layout that it was read in.
    studies
        What was kept.
    ignored
        Columns that nothing was read from.
    folder
        Where own studies are kept.
    written
        False for a dry run.
    """

    file: str
    layout: AnyLayout
    studies: tuple[OwnStudy, ...]
    ignored: tuple[str, ...]
    folder: Path
    written: bool


def add_studies(
    path: str | Path, *, replace: bool = False, dry_run: bool = False
) -> Added:
    """Check a CSV of studies and keep them beside the shipped ones.

    Parameters
    ----------
    path
        A file in one of the layouts of :mod:`exoheart.evidence.own.layouts`.
    replace
        Whether own studies of the same id are replaced.
    dry_run
        Whether to check only.

    Raises
    ------
    DataError
        Lists every fault of the file; nothing is written.
    """
    table = read_file(path)
    reading = read_drafts(table)
    shipped = load_studies(data_folder())
    new = {draft.id for draft in reading.drafts}
    members, kept = shipped_members(shipped), kept_members(leaving_out=new)
    drafts = completed(reading.drafts, members, kept)
    held = frozenset(folder.name for folder in own_study_folders())
    known = Known(
        shipped=frozenset(study.id for study in shipped),
        own=frozenset() if replace else held,
        cohorts=uses_of([*members, *kept, *file_members(drafts)]),
        flat=reading.layout == "flat",
    )
    sources = frozenset(load_bibliography(data_folder()))
    stored = stored_entries(leaving_out=new)
    keys, entries = keys_and_entries(drafts, sources, stored)
    drafts = tuple(one.with_study(source=keys[one.id]) for one in drafts)
    faults = [shortened(fault) for fault in reading.faults]
    faults = list(dict.fromkeys([*faults, *draft_faults(drafts, known)]))
    if faults:
        raise DataError(table.file, faults)
    if not dry_run:
        write_studies(drafts, {**stored, **entries})
    studies = tuple(_in_short(part, held) for part in _by_study(drafts).values())
    return Added(
        table.file,
        reading.layout,
        studies,
        reading.ignored,
        own_folder(),
        not dry_run,
    )


def remove_study(name: str) -> Path:
    """Take an own study out, with what is told of its quality.

    Its source goes too where no other own study cites it.

    Returns
    -------
    Path
        The folder that was removed.

    Raises
    ------
    InputError
        No own study has this id; the closest one is named.
    """
    found = {folder.name: folder for folder in own_study_folders()}
    if name not in found:
        listed = ", ".join(found) or "none: there are no own studies"
        near = closest(name, found)
        raise InputError(
            f"met study {name!r}; allowed: your own studies in {own_folder()} "
            f"({listed}); nearest: {near or 'none'}"
        )
    take_out(found[name])
    return found[name]


def own_studies() -> tuple[OwnStudy, ...]:
    """List the own studies, by id, with what is wrong with each."""
    listed = []
    faults = _faults_by_study()
    for folder in own_study_folders():
        drafts, _ = stored_drafts(folder)
        wrong = tuple(str(fault) for fault in faults.get(folder.name, ()))
        listed.append(_in_short(drafts, (), folder.name, wrong))
    return tuple(listed)


def check_own() -> list[Fault]:
    """List every fault of the own studies and of what is told of their quality.

    The way out stands beside each fault of a study.
    """
    faults = [
        Fault(
            fault.where, fault.met, f"{fault.allowed}; {mending(name)}", fault.nearest
        )
        for name, found in _faults_by_study().items()
        for fault in found
    ]
    return [*faults, *check_own_quality()]


def stored_drafts(folder: Path) -> tuple[list[Draft], list[Fault]]:
    """Read a kept study back into drafts; what can't be read is a fault."""
    faults, study, outcomes = read_study_tables(folder, folder.parent)
    if faults or not study:
        return [], faults
    return [Draft(study[0], row, {}, {}) for row in outcomes], []


def _faults_by_study() -> dict[str, list[Fault]]:
    """Check each own study; names of files are given in full."""
    shipped = load_studies(data_folder())
    ids, members = frozenset(one.id for one in shipped), shipped_members(shipped)
    sources = frozenset(load_bibliography())
    found: dict[str, list[Fault]] = {}
    for folder in own_study_folders():
        drafts, faults = stored_drafts(folder)
        others = kept_members(leaving_out={folder.name})
        cohorts = uses_of([*members, *others])
        faults += draft_faults(drafts, Known(ids, cohorts=cohorts, flat=True))
        faults += _of_folder(folder, drafts[:1], sources)
        named = [
            Fault(f"{folder.parent / one.where}", one.met, one.allowed, one.nearest)
            for one in faults
        ]
        if named:
            found[folder.name] = named
    return found


def _of_folder(
    folder: Path, drafts: Sequence[Draft], sources: Collection[str]
) -> Iterator[Fault]:
    """Check that a study has its folder's name and a source that is listed."""
    for draft in drafts:
        if draft.id != folder.name:
            where = draft.study.where("id")
            yield Fault(where, repr(draft.id), f"the folder's name {folder.name!r}")
        if draft.study["source"] not in sources:
            where, met = draft.study.where("source"), repr(draft.study["source"])
            near = closest(draft.study["source"], sources)
            yield Fault(where, met, "a key of sources.bib", near)


def _by_study(drafts: Iterable[Draft]) -> Mapping[str, list[Draft]]:
    found: dict[str, list[Draft]] = {}
    for draft in drafts:
        found.setdefault(draft.id, []).append(draft)
    return found


def _in_short(
    drafts: Sequence[Draft],
    held: Iterable[str],
    name: str = "",
    faults: tuple[str, ...] = (),
) -> OwnStudy:
    """Give a study in short; one that can't be read has its name and faults only."""
    if not drafts:
        return OwnStudy(name, "", "", (), 0, "", "", False, "", faults=faults)
    study = drafts[0].study
    return OwnStudy(
        id=name or study["id"],
        species=study["species"],
        model=study["model"],
        arms=tuple(dict.fromkeys(draft.outcome["arm"] for draft in drafts)),
        rows=len(drafts),
        cohort=study["cohort"],
        use=study["use"],
        retracted=study["retracted"] == "yes",
        source=study["source"],
        replaced=study["id"] in set(held),
        faults=faults,
        notes=tuple(_uncounted(drafts)),
    )


def _uncounted(drafts: Sequence[Draft]) -> Iterator[str]:
    """Say which empty cells keep a study out of pools, tables and maps."""
    study, rows = drafts[0].study, [draft.outcome for draft in drafts]
    given = {
        "form": any(row["form"] not in {"", "control"} for row in rows),
        "species": bool(study["species"]),
        "model": bool(study["model"]),
    }
    empty = [name for name, told in given.items() if not told]
    if empty:
        listed = " and ".join(filter(None, (", ".join(empty[:-1]), empty[-1])))
        are, them = ("is", "it") if len(empty) == 1 else ("are", "them")
        missed = next(words for name, words in _MISSED.items() if name in empty)
        yield f"{study['id']}: {listed} {are} empty; without {them} it joins {missed}"
    if any(_in_words_only(row) for row in rows):
        yield (
            f"{study['id']}: times of readings in words only; add at_h, hours after "
            "the onset of the infarct"
        )


#: Column -> what a study without it doesn't join; the first that is empty says most.
_MISSED: Mapping[str, str] = {
    "form": "no pool, table or map",
    "model": "no table or map",
    "species": "no pool of one species",
}


def _in_words_only(row: RawRow) -> bool:
    before = row["at"].startswith(("before", "baseline"))
    return bool(row["at"]) and not row["at_h"] and not before
