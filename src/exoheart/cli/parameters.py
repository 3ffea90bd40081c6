"""``parameters``: what every number of the model is, where it is from, who uses it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from itertools import groupby
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exoheart.cli import show
from exoheart.cli.options import Json
from exoheart.errors import InputError, closest

if TYPE_CHECKING:
    from exoheart.evidence import ParameterRow

#: Shares between which the shown interval lies.
_INTERVAL = (0.05, 0.95)
_WILD = ("*", "?", "[")


def parameters(
    name: Annotated[
        str | None,
        typer.Argument(help="An id, its beginning, or a pattern such as '*half*'."),
    ] = None,
    species: Annotated[
        str | None, typer.Option(help="Only the rows that count for this animal.")
    ] = None,
    json: Json = False,
) -> None:
    """Show values, intervals, kinds and sources; with a name also who uses it."""
    from exoheart.evidence import load_parameters

    rows = load_parameters()
    if name is not None:
        rows = _named(rows, name)
    if species is not None:
        rows = _of_species(rows, species, whole=name is None)
    if json:
        show.document(_document(rows, detailed=name is not None))
        show.note(show.DISCLAIMER)
        return
    if name is None:
        _show_stages(rows)
    else:
        for _, same in groupby(sorted(rows, key=lambda row: row.id), _id):
            _show_one(list(same))
    show.line(show.DISCLAIMER)


def _id(row: ParameterRow) -> str:
    return row.id


def _stage(row: ParameterRow) -> str:
    file = PurePosixPath(row.file)
    return "fitted" if file.parent.name == "fitted" else file.stem


def _named(rows: Sequence[ParameterRow], name: str) -> tuple[ParameterRow, ...]:
    """Find rows by id, by its beginning, or by a pattern.

    Raises
    ------
    InputError
        No id is like it; the nearest are named.
    """
    ids = {row.id for row in rows}
    if name in ids:
        wanted = {name}
    elif any(sign in name for sign in _WILD):
        wanted = {id_ for id_ in ids if fnmatchcase(id_, name)}
    else:
        wanted = {id_ for id_ in ids if id_.startswith(name)}
    if not wanted:
        near = ", ".join(_nearest(name, ids)) or "none"
        raise InputError(
            f"met {name!r}; allowed: the id of a parameter, its beginning or a "
            f"pattern; nearest: {near}; see: exoheart parameters"
        )
    return tuple(row for row in rows if row.id in wanted)


def _nearest(name: str, ids: Iterable[str]) -> list[str]:
    """Give up to five ids: those that hold the name first, then those like it."""
    word, ordered = name.lower().strip("*?"), sorted(ids)
    holding = [id_ for id_ in ordered if word and word in id_.lower()]
    like = difflib.get_close_matches(name.lower(), ordered, n=5, cutoff=0.6)
    tails = {id_.partition(".")[2]: id_ for id_ in ordered}
    rest = name.lower().rpartition(".")[2]
    tail = difflib.get_close_matches(rest, tails, n=3, cutoff=0.6)
    return list(dict.fromkeys([*holding, *like, *(tails[t] for t in tail)]))[:5]


def _of_species(
    rows: Sequence[ParameterRow], species: str, *, whole: bool
) -> tuple[ParameterRow, ...]:
    """Keep the rows of a species: those that count, or (not `whole`) all it could have.

    Raises
    ------
    InputError
        No row is for this species.
    """
    from exoheart.evidence import load_parameters, resolve

    known = sorted({row.species for row in load_parameters()} - {"all"})
    if species not in known:
        raise InputError(
            f"met species {species!r}; allowed: {', '.join(known)}; nearest: "
            f"{closest(species, known) or 'none'}"
        )
    if not whole:
        return tuple(row for row in rows if row.species in {species, "all"})
    counting = resolve(rows, species, _choices())
    return tuple(
        row
        for row in rows
        if row.id in counting
        and (row.species, row.source)
        == (counting[row.id].species, counting[row.id].source)
    )


@lru_cache(maxsize=1)
def _choices() -> Mapping[tuple[str, str], str]:
    from exoheart.evidence import load_choices

    return load_choices()


def _counts(row: ParameterRow) -> bool:
    """Say whether a row counts for its own species, or another was chosen or fitted."""
    if (row.id, row.species) in _fitted():
        return row.kind == "fitted"
    return _choices().get((row.id, row.species), row.source) == row.source


@lru_cache(maxsize=1)
def _fitted() -> frozenset[tuple[str, str]]:
    from exoheart.evidence import load_parameters

    fitted = (row for row in load_parameters() if row.kind == "fitted")
    return frozenset((row.id, row.species) for row in fitted)


def _interval(row: ParameterRow) -> list[float]:
    return [float(end) for end in row.distribution.quantile(_INTERVAL)]


def _spread(row: ParameterRow) -> str:
    from exoheart.figures import numbers

    fixed = row.distribution.form == "fixed"
    return "fixed" if fixed else numbers.interval(_interval(row))


def _document(rows: Sequence[ParameterRow], *, detailed: bool) -> dict[str, Any]:
    """Give the document of ``parameters --json``."""
    listed: dict[str, Any] = {"parameters": [_row_json(row) for row in rows]}
    if detailed:
        from exoheart.prediction.readers import used_by

        listed["used_by"] = {id_: used_by(id_) for id_ in dict.fromkeys(map(_id, rows))}
    return listed


def _row_json(row: ParameterRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "stage": _stage(row),
        "species": row.species,
        "value": row.value,
        "interval90": _interval(row),
        "unit": row.unit,
        "low": row.low,
        "high": row.high,
        "distribution": str(row.distribution),
        "spread_kind": row.spread_kind,
        "bounds": [row.bound_low, row.bound_high],
        "kind": row.kind,
        "source": row.source,
        "locator": row.locator,
        "see": row.see,
        "method": row.method,
        "note": row.note,
        "counts": _counts(row),
        "file": row.file,
        "row": row.row,
    }


def _show_stages(rows: Sequence[ParameterRow]) -> None:
    from exoheart.figures import numbers

    columns = ("Id", "Species", "Value", "5 to 95 %", "Unit", "Kind", "Source")
    for stage, group in groupby(rows, _stage):
        body = [
            (
                row.id,
                row.species,
                numbers.number(row.value),
                _spread(row),
                row.unit,
                row.kind,
                _source(row),
            )
            for row in group
        ]
        show.table(f"{stage} ({len(body)} rows)", columns, body)


def _source(row: ParameterRow) -> str:
    if _counts(row):
        return row.source
    why = "before the fit" if (row.id, row.species) in _fitted() else "not chosen"
    return f"{row.source} ({why})".strip()


def _show_one(rows: Sequence[ParameterRow]) -> None:
    """Show all rows of one parameter, then its notes and who uses it."""
    from exoheart.figures import numbers
    from exoheart.prediction.readers import used_by

    columns = (
        *("Species", "Value", "5 to 95 %", "Unit", "Kind", "Spread", "Source"),
        *("Locator", "Row"),
    )
    body = [
        (
            row.species,
            numbers.number(row.value),
            _spread(row),
            row.unit,
            row.kind,
            row.spread_kind,
            _source(row),
            row.locator,
            f"{row.file}:{row.row}",
        )
        for row in rows
    ]
    show.table(rows[0].id, columns, body)
    show.items("Notes", _notes(rows), out=show.line)
    users = used_by(rows[0].id)
    show.items("Equations", users["equations"], out=show.line)
    show.items("Read by the code of", users["packages"], out=show.line)
    show.items("Other rows", users["parameters"], out=show.line)
    show.line()


def _notes(rows: Sequence[ParameterRow]) -> Iterator[str]:
    """Give method, note and link of each row that has one."""
    for row in rows:
        said = [text for text in (row.method, row.note) if text]
        said += [f"see {row.see}"] if row.see else []
        if said:
            yield f"{row.species}: {'; '.join(said)}"
