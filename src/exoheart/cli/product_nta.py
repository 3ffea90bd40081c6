"""``product nta``: what a file of a particle counter says, and of the vial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from exoheart.cli import show
from exoheart.cli.options import Json
from exoheart.errors import InputError

if TYPE_CHECKING:
    from exoheart.records.instrument import InstrumentReading, MeasuredSample


def nta(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Files of particle counters."),
    ],
    dilution: Annotated[
        float | None,
        typer.Option(
            help="Total volume over sample volume, for files with none recorded.",
            show_default=False,
        ),
    ] = None,
    camera_level: Annotated[
        int | None,
        typer.Option(help="Only the captures at this level.", show_default=False),
    ] = None,
    protein: Annotated[
        str | None,
        typer.Option(
            metavar="CONTENT",
            help="Protein of the vial, such as '0.4 mg/mL'.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.svg|FILE.html",
            help="Figure (one file) or page to write; replaces only its own.",
            show_default=False,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Read NanoSight and ZetaView files: captures, sizes, warnings, the vial."""
    faults = [*_out_faults(out, len(files))]
    content = _protein(protein, faults)
    readings = _readings(files, faults)
    if faults:
        raise InputError("\n".join([*faults, *_more(readings, dilution, camera_level)]))
    samples = [
        _sample(one, dilution, camera_level, content, faults) for one in readings
    ]
    document = _document(readings, samples, dilution, faults)
    if not faults and out is not None:
        _write(out, document)
    if json:
        show.document(document)
        show.note(show.DISCLAIMER)
    else:
        for one in document["files"]:
            _show(one)
        if out is not None and not faults:
            show.line(f"Written: {out}")
        show.line(show.DISCLAIMER)
    if faults:
        raise InputError("\n".join(faults))


def _out_faults(out: Path | None, files: int) -> list[str]:
    """Say what is wrong with the file to write, before any work."""
    if out is None:
        return []
    if out.suffix not in {".svg", ".html"}:
        return [f"--out: met {out}; allowed: a name that ends in .svg or .html"]
    if out.suffix == ".svg" and files > 1:
        return [
            f"--out: met {out} for {files} files; allowed: .svg for one file; name a "
            "page (.html), which holds them all"
        ]
    from exoheart.report import nta as page
    from exoheart.report.writing import require_replaceable

    try:
        mark = page.MARK if out.suffix == ".html" else page.SVG_MARK
        require_replaceable(out, mark, page.COMMAND)
    except InputError as bad:
        return [str(bad)]
    return []


def _protein(text: str | None, faults: list[str]) -> float | None:
    """Read a protein content [ug/mL]."""
    from exoheart.product.instrument import protein_content

    if text is None:
        return None
    try:
        return protein_content(text)
    except InputError as bad:
        faults.append(f"--protein: {bad}")
        return None


def _readings(files: Sequence[Path], faults: list[str]) -> list[InstrumentReading]:
    """Read every file; what is wrong with any is kept with the faults of all."""
    from exoheart.product import read_instrument

    read = []
    for file in files:
        try:
            read.append(read_instrument(file))
        except InputError as bad:
            faults += str(bad).splitlines()
    return read


def _more(
    readings: Sequence[InstrumentReading],
    dilution: float | None,
    camera_level: int | None,
) -> list[str]:
    """Give the faults of the files that could be read, beside those that couldn't."""
    faults: list[str] = []
    for reading in readings:
        _sample(reading, dilution, camera_level, None, faults)
    return faults


def _sample(
    reading: InstrumentReading,
    dilution: float | None,
    camera_level: int | None,
    protein: float | None,
    faults: list[str],
) -> MeasuredSample | None:
    """Make the counted sample of a file; None where it can't be, its faults kept."""
    from exoheart.product import measured_sample

    try:
        return measured_sample(
            reading,
            dilution=None if _own_counts(reading, dilution) else dilution,
            camera_level=camera_level,
            protein_ug_per_ml=protein,
        )
    except InputError as bad:
        unknown = dilution is None and reading.dilution is None
        hint = "; here: --dilution N" if unknown else ""
        faults += [
            f"{fault}{hint if 'dilution' in fault else ''}"
            for fault in str(bad).splitlines()
        ]
        return None


def _own_counts(reading: InstrumentReading, dilution: float | None) -> bool:
    """Say whether a file's own dilution stands in the place of the option's.

    An option that is no dilution at all is left to be refused.
    """
    usable = dilution is not None and 1.0 <= dilution < float("inf")
    return usable and reading.dilution is not None


def _notes(reading: InstrumentReading, dilution: float | None) -> list[str]:
    """Say that the option's dilution wasn't used, where the file's own differs."""
    from exoheart.figures import numbers

    if not _own_counts(reading, dilution) or reading.dilution == dilution:
        return []
    own, given = numbers.number(reading.dilution), numbers.number(dilution)
    return [f"the dilution given, {given}, is not used here: the file records {own}"]


def _document(
    readings: Sequence[InstrumentReading],
    samples: Sequence[MeasuredSample | None],
    dilution: float | None,
    faults: Sequence[str],
) -> dict[str, Any]:
    """Give the document of ``product nta --json``."""
    from exoheart.evidence import load_parameters
    from exoheart.product.instrument import summarise
    from exoheart.version import VERSION

    rows = {row.id: row for row in load_parameters()}
    ratio = rows["product.count_ratio"].distribution
    alone = rows["product.capture_cv"].value
    return {
        "files": [
            summarise(reading, sample, ratio, alone, _notes(reading, dilution))
            for reading, sample in zip(readings, samples, strict=True)
        ],
        "faults": list(faults),
        "version": VERSION,
    }


def _write(out: Path, document: Mapping[str, Any]) -> None:
    from exoheart.figures import to_svg
    from exoheart.figures.nta import sizes_alone
    from exoheart.report import nta as page
    from exoheart.report.writing import write_page

    if out.suffix == ".html":
        write_page(out, page.render_nta(document), page.MARK, page.COMMAND)
        return
    drawn = to_svg(sizes_alone(document["files"][0]))
    write_page(out, drawn, page.SVG_MARK, page.COMMAND)


def _show(one: Mapping[str, Any]) -> None:
    """Show one file: its tables, its sizes as lines of blocks, its warnings."""
    from exoheart.figures.nta import sentence, spark_lines
    from exoheart.report.nta import file_tables

    show.line(f"{one['file']}: {sentence(one)}")
    for made in file_tables(one):
        rows = [tuple(str(cell) for cell in row) for row in made.rows]
        show.table(made.caption, made.columns, rows)
    edges = one["histogram"]["edges_nm"]
    show.line(f"Sizes from {edges[0]:g} to {edges[-1]:g} nm:")
    for name, line in spark_lines(one):
        show.line(f"  |{line}| {name}")
    show.items("To know of this file", one["flags"], out=show.line)
    if one["sample"] is None:
        show.line("The vial's concentration can't be given; see the error.")
    show.line()
