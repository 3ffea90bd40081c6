"""Which cohort an own study belongs to, so that animals told of twice count once.

Studies of the same work (DOI or PMID) and animal share a cohort: with a shipped study,
with another own one that is kept, or with an earlier one of the same file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from exoheart.evidence.own.draft import Draft
from exoheart.evidence.own.store import own_study_folders
from exoheart.evidence.studies import StudyRecord
from exoheart.evidence.study_rules import read_study_tables
from exoheart.evidence.tables import RawRow
from exoheart.evidence.vocabulary import IN_VITRO


@dataclass(frozen=True, slots=True)
class Member:
    """A study of a cohort, and what its work and animal are known by."""

    cohort: str
    use: str
    species: str
    model: str
    doi: str
    pmid: str


def shipped_members(studies: Iterable[StudyRecord]) -> tuple[Member, ...]:
    """Give the shipped studies as members of their cohorts."""
    return tuple(
        Member(one.cohort, one.use, one.species, one.model, one.doi.lower(), one.pmid)
        for one in studies
    )


def kept_members(leaving_out: Iterable[str]) -> tuple[Member, ...]:
    """Give the own studies that are kept, those left out apart."""
    gone = set(leaving_out)
    found = []
    for folder in own_study_folders():
        if folder.name not in gone:
            _, study, _ = read_study_tables(folder, folder.parent)
            found += [_member(row) for row in study[:1]]
    return tuple(found)


def file_members(drafts: Iterable[Draft]) -> tuple[Member, ...]:
    """Give the studies of a file whose cohorts are told, each by its first row."""
    first: dict[str, Draft] = {}
    for draft in drafts:
        first.setdefault(draft.id, draft)
    return tuple(_member(draft.study) for draft in first.values())


def uses_of(members: Iterable[Member]) -> dict[str, str]:
    """Give the use of each cohort; the first member tells it."""
    uses: dict[str, str] = {}
    for one in members:
        uses.setdefault(one.cohort, one.use)
    return uses


def completed(
    drafts: Iterable[Draft], shipped: Sequence[Member], kept: Sequence[Member]
) -> tuple[Draft, ...]:
    """Fill in cohort and use where they are empty.

    A study of the same work and animal as a shipped one joins its cohort, else that of
    an own study that is kept, else that of an earlier one of the file; the cohort's
    use is then its own. Otherwise the cohort is the id, and the use is ``context``.
    """
    made: list[Draft] = []
    earlier: dict[str, Member] = {}  # by study: a study doesn't join itself
    uses = uses_of([*shipped, *kept])
    for draft in drafts:
        others = [one for name, one in earlier.items() if name != draft.id]
        given = draft.study["cohort"]
        cohort = given or _of_work(draft.study, (shipped, kept, others)) or draft.id
        use = draft.study["use"] or uses.get(cohort, "context")
        done = draft.with_study(cohort=cohort, use=use)
        uses.setdefault(cohort, use)
        earlier.setdefault(draft.id, _member(done.study))
        made.append(done)
    return tuple(made)


def _member(row: RawRow) -> Member:
    species, model, doi = row["species"], row["model"], row["doi"].lower()
    return Member(row["cohort"], row["use"], species, model, doi, row["pmid"])


def _of_work(row: RawRow, groups: Iterable[Sequence[Member]]) -> str:
    """Give the cohort of the same work and animal in the first group that has one."""
    for members in groups:
        found = {one.cohort for one in members if _same(row, one)}
        if len(found) == 1:
            return found.pop()
    return ""


def _same(row: RawRow, other: Member) -> bool:
    dishes = {IN_VITRO} & {row["model"], other.model}
    named = (row["doi"].lower(), other.doi), (row["pmid"], other.pmid)
    return (
        not dishes
        and other.species in {row["species"], ""}
        and any(one and one == two for one, two in named)
    )
