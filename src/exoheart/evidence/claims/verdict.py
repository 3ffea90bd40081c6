"""What the evidence says of a statement of the review: computed, never stored.

Study rows that match a statement's queries and facts from read texts are counted by
cohort, each cohort once on each side. Only support gives ``agrees``, only
contradiction ``disagrees``, both ``undecided`` (both are shown), nothing read ``not
answered``. Retracted studies are listed and never counted; limits, titles that were
read without their text among them, are shown and decide nothing. Strength, size and
number of animals don't enter: this is a count of cohorts, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from exoheart.evidence.claims.match import (
    direction_of,
    matches,
    numbers_in,
    reference_numbers,
    stance_of,
)
from exoheart.evidence.claims.tables import (
    Claim,
    Fact,
    Query,
    load_claims,
    load_facts,
    load_queries,
)
from exoheart.evidence.plan_terms import figure
from exoheart.evidence.studies import OutcomeRecord, StudyRecord, load_studies
from exoheart.evidence.vocabulary import TITLE

VERDICTS = ("agrees", "disagrees", "undecided", "not answered")
Plain = dict[str, object]
_FOUND = {"none": "no difference"}


@dataclass(frozen=True, slots=True)
class Cited:
    """One piece of evidence behind an answer.

    Parameters
    ----------
    key
        Id of the study, or key of the source for a fact.
    what
        What it says, in words.
    source, locator, verification, note
        Key in the bibliography, where in it, how it was read, what to know.
    kind
        ``study`` or ``fact``.
    cohort
        What it counts as: the study's cohort, or the source.
    own
        Whether the user added it.
    cited_by_review
        Whether the review cites that work at all.
    cited_for_claim
        Whether the review cites it for this very statement.
    """

    key: str
    what: str
    source: str
    locator: str
    verification: str
    kind: str
    cohort: str
    own: bool
    cited_by_review: bool
    cited_for_claim: bool
    note: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Cohorts on each side; `both` are those that stand on either side at once."""

    supporting: int
    contradicting: int
    both: int
    limiting: int
    retracted: int


@dataclass(frozen=True, slots=True)
class EvidenceAnswer:
    """What the evidence says of one statement.

    `verdict` is one of :data:`VERDICTS`; `reason` says in words what it rests on.
    """

    claim_id: str
    verdict: str
    supporting: tuple[Cited, ...]
    contradicting: tuple[Cited, ...]
    limiting: tuple[Cited, ...]
    retracted: tuple[Cited, ...]
    counts: Counts
    reason: str

    def plain(self) -> Plain:
        """Give the answer as dicts, lists, text and numbers, ready for JSON."""
        found: Plain = asdict(self)
        for side in ("supporting", "contradicting", "limiting", "retracted"):
            found[side] = [asdict(cited) for cited in getattr(self, side)]
        return found


def answer_by_evidence(
    claim: Claim,
    facts: Iterable[Fact],
    queries: Iterable[Query],
    studies: Sequence[StudyRecord],
) -> EvidenceAnswer:
    """Answer one statement by study rows and facts.

    Parameters
    ----------
    claim
        The statement.
    facts, queries
        Of this statement; those of others are passed over.
    studies
        Published studies, the user's own among them.

    Examples
    --------
    >>> answers = evidence_answers()
    >>> answers["C128"].verdict, answers["C128"].counts.both
    ('undecided', 1)
    """
    sides: dict[str, list[Cited]] = {
        name: [] for name in ("supports", "contradicts", "limits", "retracted")
    }
    mine = [query for query in queries if query.claim == claim.id]
    for stance, cited in _from_studies(claim, mine, studies):
        if cited not in sides[stance]:
            sides[stance].append(cited)
    for stance, cited in _from_facts(claim, facts, studies):
        sides[stance].append(cited)
    pro, con = (_cohorts(sides[name], studies) for name in ("supports", "contradicts"))
    counts = Counts(
        supporting=len(pro),
        contradicting=len(con),
        both=len(pro & con),
        limiting=len(_cohorts(sides["limits"], studies)),
        retracted=len(_cohorts(sides["retracted"], studies)),
    )
    return EvidenceAnswer(
        claim_id=claim.id,
        verdict=verdict_of(counts),
        supporting=tuple(sides["supports"]),
        contradicting=tuple(sides["contradicts"]),
        limiting=tuple(sides["limits"]),
        retracted=tuple(sides["retracted"]),
        counts=counts,
        reason=_reason(counts),
    )


def evidence_answers(folder: Path | None = None) -> dict[str, EvidenceAnswer]:
    """Answer every statement of the review by evidence, by id.

    Parameters
    ----------
    folder
        Folder of the data tables; None for the shipped one and the user's studies.

    Raises
    ------
    DataError
        A table can't be read.
    """
    facts, queries = load_facts(folder), load_queries(folder)
    studies = load_studies(folder)
    return {
        claim.id: answer_by_evidence(claim, facts, queries, studies)
        for claim in load_claims(folder)
    }


def verdict_of(counts: Counts) -> str:
    """Give the verdict that the counts lead to.

    Examples
    --------
    >>> verdict_of(Counts(2, 0, 0, 1, 0)), verdict_of(Counts(9, 1, 0, 0, 0))
    ('agrees', 'undecided')
    """
    if counts.supporting and counts.contradicting:
        return "undecided"
    if counts.supporting:
        return "agrees"
    return "disagrees" if counts.contradicting else "not answered"


def _from_studies(
    claim: Claim, queries: Sequence[Query], studies: Iterable[StudyRecord]
) -> Iterator[tuple[str, Cited]]:
    """Give each matching row with its stance; retracted studies as such."""
    for study in studies:
        met = False
        for row in study.outcomes:
            said, by_means = direction_of(study, row)
            for query in queries:
                if not said or not matches(query, study, row):
                    continue
                met = True
                cited = _cited_study(claim, study, row, said, by_means=by_means)
                stance = stance_of(query, row, said)
                yield ("retracted" if study.retracted else stance), cited
        cited_here = set(reference_numbers(study)) & set(claim.references)
        if study.retracted and cited_here and not met:
            yield "retracted", _cited_study(claim, study, None, "", by_means=False)


def _cited_study(
    claim: Claim,
    study: StudyRecord,
    row: OutcomeRecord | None,
    said: str,
    *,
    by_means: bool,
) -> Cited:
    numbers = reference_numbers(study)
    return Cited(
        key=study.id,
        what=_row_in_words(study, row, said, by_means=by_means) if row else "retracted",
        source=study.source,
        locator=row.at if row else "",
        verification=row.verification if row else study.verification,
        kind="study",
        cohort=study.cohort,
        own=study.own,
        cited_by_review=bool(study.reference_in_review),
        cited_for_claim=bool(set(numbers) & set(claim.references)),
        note=row.note if row and row.note else study.note,
    )


def _row_in_words(
    study: StudyRecord, row: OutcomeRecord, said: str, *, by_means: bool
) -> str:
    """Write what a row says: what was given, to whom, and what came of it."""
    given = ", ".join(part for part in (row.donor, row.modification) if part)
    form = f"{row.form} ({given})" if given else row.form
    head = ", ".join(part for part in (form, study.species, row.route) if part)
    text = f"{head}: {row.outcome}, {_FOUND.get(said, said)}"
    text += f" against {row.comparator}" if row.comparator else ""
    control = study.control_of(row)
    if row.mean is not None and control is not None and control.mean is not None:
        text += f" ({figure(row.mean)} against {figure(control.mean)} {row.unit})"
    return text + ("; direction from the printed means, untested" if by_means else "")


def _from_facts(
    claim: Claim, facts: Iterable[Fact], studies: Sequence[StudyRecord]
) -> Iterator[tuple[str, Cited]]:
    """Give each fact with its stance; facts of retracted works as retracted.

    What rests on a title alone is a limit.
    """
    for fact in facts:
        if fact.claim != claim.id or fact.verification == "unread":
            continue
        same = [study for study in studies if study.source == fact.source]
        gone = bool(same) and all(study.retracted for study in same)
        numbers = numbers_in(fact.reference)
        cited = Cited(
            key=fact.source,
            what=fact.statement,
            source=fact.source,
            locator=fact.locator,
            verification=fact.verification,
            kind="fact",
            cohort=fact.source,
            own=False,
            cited_by_review=bool(numbers),
            cited_for_claim=bool(set(numbers) & set(claim.references)),
            note=fact.note,
        )
        stance = "limits" if fact.verification == TITLE else fact.stance
        yield ("retracted" if gone else stance), cited


def _cohorts(side: Sequence[Cited], studies: Sequence[StudyRecord]) -> set[str]:
    """Give the cohorts of one side, each once.

    A fact from a work whose study rows stand on the same side adds nothing; else it
    counts as the first cohort of that work, or as its source.
    """
    found = {cited.cohort for cited in side if cited.kind == "study"}
    of_source: Mapping[str, set[str]] = {
        cited.source: {s.cohort for s in studies if s.source == cited.source}
        for cited in side
        if cited.kind == "fact"
    }
    for source, cohorts in of_source.items():
        if not cohorts & found:
            found.add(min(cohorts) if cohorts else source)
    return found


def _reason(counts: Counts) -> str:
    """Say in words what the verdict rests on."""
    if not counts.supporting and not counts.contradicting:
        text = "no text that was read decides it"
    else:
        pro, con = counts.supporting, counts.contradicting
        text = f"{_cohort_words(pro)} for it, {_cohort_words(con)} against it"
    if counts.both:
        text += f", of which {_cohort_words(counts.both)} on both sides"
    if counts.limiting:
        text += f"; {counts.limiting} limit{'s' if counts.limiting > 1 else ''} shown"
    if counts.retracted:
        text += "; retracted work listed, not counted"
    return text


def _cohort_words(count: int) -> str:
    return f"{count or 'no'} cohort{'' if count == 1 else 's'}"
