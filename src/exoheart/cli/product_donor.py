"""``product donor``: what a donor cell releases, and what every treatment changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exoheart.cli import show
from exoheart.cli.options import Json, Seed
from exoheart.errors import InputError

if TYPE_CHECKING:
    from exoheart.prediction.donor_record import DonorSheet, Figure

#: Stands in the head of every picture that this command writes.
_MARK = "exoheart-donor"
_COMMAND = "exoheart product donor"


def donor(  # noqa: PLR0913, PLR0917 - an option for each key of a planned product
    name: Annotated[
        str | None,
        typer.Argument(metavar="DONOR", help="Such as MSC or CDC; none lists all."),
    ] = None,
    conditioning: Annotated[
        list[str] | None,
        typer.Option(help="How the cells are kept; may be given several times."),
    ] = None,
    engineering: Annotated[
        list[str] | None,
        typer.Option(help="What is done to cells or vesicles; several times."),
    ] = None,
    age: Annotated[float | None, typer.Option(help="Of the donor, in years.")] = None,
    disease: Annotated[
        str | None, typer.Option(help="none, cardiovascular or diabetes.")
    ] = None,
    passage: Annotated[int | None, typer.Option(help="Of the cells.")] = None,
    senescent: Annotated[
        float | None, typer.Option(help="Share of senescent cells.")
    ] = None,
    medium: Annotated[
        str,
        typer.Option(help="serum-free, depleted serum, platelet lysate or serum."),
    ] = "serum-free",
    species: Annotated[
        str, typer.Option(help="Whose rows of the tables count.")
    ] = "human",
    draws: Annotated[int, typer.Option(min=16, max=1_000_000, help="Draws.")] = 2000,
    seed: Seed = 0,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.svg", help="Draw it into a file.")
    ] = None,
    json: Json = False,
) -> None:
    """Show what a donor releases and what each treatment does; or list the donors."""
    from exoheart.prediction.donor_sheet import donor_sheet

    stated = {
        "age": age,
        "disease": disease,
        "passage": passage,
        "senescent": senescent,
    }
    state = {key: value for key, value in stated.items() if value is not None}
    if name is None:
        _require_alone(conditioning, engineering, state, out)
        _list(json=json)
        return
    if out is not None:
        _require_writable(out)
    sheet = donor_sheet(
        name,
        conditioning or (),
        engineering or (),
        state,
        medium=medium,
        species=species,
        draws=draws,
        seed=seed,
    )
    document = sheet.to_json()
    if out is not None:
        _draw(out, document)
    if json:
        show.document(document)
        show.note(show.DISCLAIMER)
        return
    _show(sheet)
    if out is not None:
        show.line(f"figure: {out}")
    show.line(show.DISCLAIMER)


def _require_alone(*given: Any) -> None:
    """Refuse options of a donor where none is named.

    Raises
    ------
    InputError
        Some option was given.
    """
    if any(given):
        raise InputError(
            "met options without a donor; allowed: the name of a donor before them, or "
            "no option but --json; see: exoheart product donor"
        )


def _require_writable(path: Path) -> None:
    from exoheart.report.writing import require_replaceable

    if path.suffix.lower() != ".svg":
        raise InputError(f"met {str(path)!r}; allowed: a name that ends in .svg")
    require_replaceable(path, _MARK, _COMMAND)


def _draw(path: Path, document: Mapping[str, Any]) -> None:
    from exoheart.figures.donor import donor as figure
    from exoheart.figures.svg import to_svg
    from exoheart.report.writing import write_page

    drawn = to_svg(figure(document))
    marked = drawn.replace("<svg ", f'<svg data-made-by="{_MARK}" ', 1)
    write_page(path, marked, _MARK, _COMMAND)


def _amounts(one: Figure) -> tuple[str, str, str]:
    from exoheart.figures import numbers

    pair = [one.low, one.high]
    return numbers.interval(pair), numbers.median(one.median, pair), one.kind


def _show(sheet: DonorSheet) -> None:
    """Show a sheet as tables."""
    from exoheart.prediction.donor_record import signal_words

    entry = sheet.donor
    show.line(f"{entry.name}: {entry.title}")
    rows = [(f.name, *_amounts(f), f.unit_words) for f in sheet.numbers]
    show.table("Numbers", ("Quantity", *_COLUMNS, "Unit"), rows)
    classes = [
        (c.name, f"{c.low_nm:g} to {c.high_nm:g}", *_amounts(c.released))
        for c in sheet.classes
    ]
    unit = sheet.classes[0].released.unit_words
    show.table(f"By origin [{unit}]", ("Class", "nm", *_COLUMNS), classes)
    if sheet.fate:
        fate = [(f.name, *_amounts(f), f.unit_words or "share") for f in sheet.fate]
        show.table(
            "Vesicles that form in a cell", ("Fate", *_COLUMNS, "Unit or share"), fate
        )
    shares = [(signal_words(f.name), *_amounts(f)) for f in sheet.shares]
    show.table("Signals, 0 to 1", ("Signal", *_COLUMNS), shares)
    _show_contributions(sheet)
    _show_course(sheet)
    beside = [
        (
            b.name,
            *_amounts(b.model)[:2],
            b.other.name,
            *_amounts(b.other),
            b.model.unit_words,
        )
        for b in sheet.beside
    ]
    if beside:
        ours = ("Number", "Model, 5 to 95 %", "Median")
        columns = (*ours, "Beside it", *_COLUMNS, "Unit")
        show.table("Beside numbers that it doesn't use", columns, beside)
        words = (f"{b.name}: {b.words}" for b in sheet.beside)
        show.items("Of these", words, out=show.line)
    show.items("Advantages", map(_trait, entry.advantages), out=show.line)
    show.items("Risks", map(_trait, entry.risks), out=show.line)
    show.items("Notes", sheet.notes, out=show.line)
    show.items("Asked for, changes nothing", sheet.unused, out=show.line)


_COLUMNS = ("5 to 95 %", "Median", "Kind")


def _target(target: str) -> str:
    """Say in words what a change acts on, signals as the sheet names them."""
    from exoheart.figures.donor import target_words
    from exoheart.prediction.donor_record import signal_words

    head, colon, name = target_words(target).partition("signal: ")
    return f"{head}{colon}{signal_words(name)}"


def _show_contributions(sheet: DonorSheet) -> None:
    rows = [
        (
            c.name,
            _target(c.target),
            *_amounts(c.fold),
            c.source,
            "" if c.activity is None else f"{c.node}: {_activity(c.activity)}",
        )
        for c in sheet.contributions
    ]
    columns = ("Change", "Of", *_COLUMNS, "Source", "Node and its activity")
    if rows:
        show.table("What each change does", columns, rows)


def _activity(one: Figure) -> str:
    ends, median, _ = _amounts(one)
    return f"{ends}, median {median}"


def _show_course(sheet: DonorSheet) -> None:
    """Show the medium at a third, two thirds and the end of the window."""
    from exoheart.figures import numbers

    if sheet.course is None:
        return
    last = len(sheet.course.hours) - 1
    looks = (last // 3, 2 * last // 3, last)
    rows = [
        (
            name,
            *(
                f"{numbers.interval([low, high])}, "
                f"median {numbers.median(m, [low, high])}"
                for m, low, high in (line[look] for look in looks)
            ),
        )
        for name, line in sheet.course.lines.items()
    ]
    hours = [f"{sheet.course.hours[look]:g} h" for look in looks]
    show.table("Medium [particles per mL], 5 to 95 %", ("Class", *hours), rows)


def _trait(one: Any) -> str:
    where = f"{one.source} {one.locator}".strip() or "assumed"
    return f"{one.words} ({where})"


def _list(*, json: bool) -> None:
    """Show all donors and all that can be done to them."""
    from exoheart.prediction.donor_lists import donor_list, modifier_list

    donors, modifiers = donor_list(), modifier_list()
    if json:
        show.document({"donors": donors, "modifiers": modifiers})
        show.note(show.DISCLAIMER)
        return
    for one in donors:
        show.line(f"{one['name']}: {one['title']}")
        _show_traits("+", one["advantages"])
        _show_traits("-", one["risks"])
    show.line()
    for group in ("conditioning", "engineering"):
        rows = [
            row for one in modifiers if one["group"] == group for row in _effects(one)
        ]
        columns = ("Name", "Kind", "Of", "5 to 95 %", "Median", "Number is", "Source")
        show.table(f"--{group}", columns, rows)
    show.line(show.DISCLAIMER)


def _show_traits(sign: str, traits: Sequence[Mapping[str, str]]) -> None:
    for one in traits:
        where = f"{one['source']} {one['locator']}".strip() or "assumed"
        show.line(f"  {sign} {one['words']} ({where})")


def _effects(one: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Give a modifier's rows of the list; the first names it."""
    from exoheart.figures import numbers

    rows = []
    for effect in one["effects"]:
        given = effect["median"] is not None
        pair = effect["interval90"]
        median = numbers.median(effect["median"], pair) if given else ""
        ends = numbers.interval(pair) if given else ""
        rows.append((_target(effect["target"]), ends, median, effect["kind"]))
    rows = rows or [("no number known", "", "", "")]
    heads = [(one["name"], one["kind"])] + [("", "")] * (len(rows) - 1)
    sources = [one["source"]] + [""] * (len(rows) - 1)
    return [
        (*head, *row, source)
        for head, row, source in zip(heads, rows, sources, strict=True)
    ]
