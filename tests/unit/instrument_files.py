"""Small files in the formats of particle counters, written by the tests themselves."""

from __future__ import annotations

from dataclasses import dataclass, field

NANOSIGHT_SETTINGS = {
    "Temperature/C": "22.1",
    "Viscosity/cP": "0.95",
    "Camera Level": "11",
    "Slider Gain": "146",
}


@dataclass
class NanoSight:
    """What stands in an experiment summary; rows are lists of cells."""

    names: list = field(default_factory=lambda: ["a_00", "a_01", "a_02"])
    counts: list = field(default_factory=lambda: [6e8, 8e8, 7e8])
    centres: list = field(default_factory=lambda: [50.5, 100.5, 150.5])
    bins: list = field(
        default_factory=lambda: [[1e8, 4e8, 1e8], [2e8, 4e8, 2e8], [1e8, 5e8, 1e8]]
    )
    version: str = "3.2"
    dilution: list | None = None
    levels: list | None = None
    validity: list | None = None
    information: dict = field(default_factory=dict)
    experiment: dict = field(default_factory=dict)
    sizes: dict = field(default_factory=dict)
    averages: bool = True
    blank_lines: int = 1
    weightings: tuple = ("Number",)
    bin_title: str = "Concentration (particles / ml)"
    bin_scale: float = 1.0

    def rows(self) -> list[list[str]]:
        """The file as rows of cells."""
        n = len(self.names)
        tail = ["Average", "Standard Error"] if self.averages else []
        gap = [[] for _ in range(self.blank_lines)]
        settings = {key: [value] * n for key, value in NANOSIGHT_SETTINGS.items()}
        if self.levels:
            settings["Camera Level"] = [str(level) for level in self.levels]
        rows = [["NTA Experiment Summary File"]]
        rows += [[f"Created with NTA {self.version} Build {self.version}.16"], *gap]
        rows += [["[Experiment Details]"], ["Software Version", "Unknown"]]
        rows += [[key, value] for key, value in self.experiment.items()]
        rows += [["Filename:", *self.names], *gap, ["[Conditions]"]]
        rows += [[key, *values] for key, values in settings.items()]
        rows += [*gap, ["[Settings]"], ["Detection Threshold", *["5"] * n], *gap]
        rows += [["[Results]", *[""] * n, *tail]]
        title = "Dilution factor (concentrations adjusted for this factor)"
        rows += [[title, *(self.dilution or ["Not recorded"] * n)]]
        rows += [["Concentration (Particles / ml)", *map(self.write, self.counts)]]
        rows[-1] += [self.write(sum(self.counts) / n), "1"] if self.averages else []
        rows += [["Concentration Upgrade?", *["Yes"] * n], *gap]
        rows += [["[Concentration Warnings]"]]
        validity = self.validity or ["OK"] * n
        rows += [["Validity of concentration measurement", *validity]]
        rows += [["Noise level", *["No"] * n], *gap, ["[Information]"]]
        rows += [["Completed Tracks", *["OK"] * n], ["Noise level", *["No"] * n]]
        rows += [[key, *values] for key, values in self.information.items()]
        rows += [*gap, ["[Size Data]"], ["Analysis Method", "FTLA"]]
        for weighting in self.weightings:
            rows += self.block(weighting, tail)
        return rows

    def block(self, weighting: str, tail: list[str]) -> list[list[str]]:
        """One size distribution; any but that by number holds other numbers."""
        n, factor = len(self.names), 1.0 if weighting == "Number" else 3.0
        rows = [["Weighting", weighting], ["Filename", *self.names, *tail]]
        rows += [[key, *map(self.write, value)] for key, value in self.sizes.items()]
        rows += [["Graph Data"], ["Bin centre (nm)", *[self.bin_title] * n]]
        for k, centre in enumerate(self.centres):
            values = [row[k] * factor / self.bin_scale for row in self.bins]
            extra = [sum(values) / n, 0.0] if tail else []
            rows.append([self.write(value) for value in (centre, *values, *extra)])
        return [*rows, [], ["Percentile", *["Size (nm)"] * n], ["50", *["99"] * n], []]

    @staticmethod
    def write(value: float) -> str:
        """A number that reads back as itself."""
        return repr(float(value))

    def text(self, separator: str = ",", comma: bool = False) -> str:
        """The file as text, with or without decimal commas."""
        made = [[self.cell(c, comma) for c in row] for row in self.rows()]
        width = max(len(row) for row in made)
        lines = [separator.join([*row, *[""] * (width - len(row))]) for row in made]
        return "\r\n".join(lines) + "\r\n"

    @staticmethod
    def cell(cell: str, comma: bool) -> str:
        plain = cell.replace(".", "").replace("e+", "").replace("e-", "")
        return cell.replace(".", ",") if comma and plain.isdigit() else cell


ZETAVIEW_HEADER = (
    "Original File:\tC:\\data\\run.avi\tSection: 1",
    "ZetaView S/N:\t12-345",
    "Software:\tZetaView (version 8.06.01 SP1)\tAnalyze: 8.06",
    "Sample:\tCDC vesicles",
    "pH:\t7.0 entered",
    "Temperature:\t24.51 sensed",
    "Particle Drift Checked:\tTrue",
    "Particle Drift Check Result:\t{drift}",
    "Cell Checked:\t2024-05-02",
    "Cell Check Result:\t{cell}",
    "Positions:\t11",
    "Number of Traces: {traces} Average Number of Particles: 120.0 "
    "Dilution:: {dilution}",
    "Concentration Correction Factor:\t{correction}",
    "Laser Wavelength nm:\t488.0",
)
ZETAVIEW_ROWS = ((52.5, 4.0, 1e6), (97.5, 20.0, 5e6), (142.5, 8.0, 2e6))


def zetaview(  # noqa: PLR0917
    rows=ZETAVIEW_ROWS,
    drift="Good",
    cell="Good",
    traces="912",
    dilution="1000.000000",
    correction="1.000000",
    extra=(),
    divided=True,
) -> str:
    """A size distribution of ZetaView: linear part, divider, logarithmic part."""
    given = {"drift": drift, "cell": cell, "traces": traces}
    given |= {"dilution": dilution, "correction": correction}
    lines = [line.format(**given) for line in (*ZETAVIEW_HEADER, *extra)]
    lines += ["", "Size Distribution"]
    lines += ["Size / nm\tNumber\tConcentration / cm-3\tVolume / nm^3\tArea / nm^2"]
    lines += ["\t".join(f"{v:.3E}" for v in (*row, 1.0, 1.0)) for row in rows]
    lines += ["\t".join(["-1.000E+0"] * 5)] if divided else []
    lines += ["1.000E+1\t7.000E+0\t9.000E+7\t1.0E+0\t1.0E+0"] if divided else []
    return "\r\n".join(lines) + "\r\n"
