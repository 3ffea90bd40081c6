"""The draws of one donor sheet, which rows stand behind them, and what stands beside.

Part of :mod:`exoheart.prediction.donor_sheet`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exoheart import donor as stage
from exoheart.donor.biogenesis import NODES
from exoheart.prediction.donor_record import Beside, Figure
from exoheart.prediction.products import RecordedUniforms
from exoheart.records.prior import Priors
from exoheart.records.product import FloatArray, Secretion, draw, summarise

#: From the least certain kind of a number to the most certain.
_CERTAINTY = ("assumed", "borrowed", "fitted", "derived", "measured")
#: Behind every fate of a vesicle that forms.
FATE_ROWS = ("donor.secretory_share", "donor.free_share")


@dataclass(frozen=True)
class Desk:
    """The draws of one sheet."""

    priors: Priors
    stream: RecordedUniforms

    def take(self, name: str, unit: str = "1") -> FloatArray:
        """Draw a parameter, shape (draws,)."""
        return draw(self.priors, self.stream, name, unit)

    def figure(
        self, name: str, unit: str, values: FloatArray, rows: Sequence[str]
    ) -> Figure:
        """Summarise draws; `rows` are the parameters that they come from."""
        known = tuple(dict.fromkeys(row for row in rows if row in self.priors))
        kinds = [self.priors[row].kind for row in known]
        kind = min(kinds, key=_CERTAINTY.index) if kinds else "derived"
        one = summarise(name, unit, values)
        return Figure(name, unit, one.low, one.high, one.median, kind, known)


def own_rows(desk: Desk, out: Secretion, quantity: str, target: str = "") -> list[str]:
    """Give the rows behind a quantity: the donor's own or the common one, and folds."""
    own = f"donor.{quantity}.{out.donor.replace('-', '_')}"
    base = own if own in desk.priors else f"donor.{quantity}"
    return [base, *folds(out, target, target.partition(".")[0])]


def folds(out: Secretion, *targets: str) -> list[str]:
    """Give the rows of the factors that act on some targets."""
    return [f.row for f in out.factors if f.target in targets]


def rate_rows(desk: Desk, out: Secretion) -> list[str]:
    """Give the rows behind the vesicles of a cell and day, or of a collection."""
    quantity = "secretion_rate" if out.per_collection is None else "collected"
    nodes = folds(out, *NODES)
    return [*own_rows(desk, out, quantity, "secretion"), "donor.lot_yield", *nodes]


def beside(desk: Desk, out: Secretion, cell: stage.Cell) -> tuple[Beside, ...]:
    """Set numbers of the model beside published or recalled ones."""
    steady = stage.steady_cell(cell)
    fusions = "1/cell/min"
    rate = desk.figure(
        "secretion rate",
        "particles/cell/day",
        out.vesicles_per_cell_day,
        rate_rows(desk, out),
    )
    found = [
        Beside(
            "fusions of bodies with the membrane",
            desk.figure(
                "asked for by the rate",
                fusions,
                steady.fusions / 60.0,
                [*FATE_ROWS, "donor.vesicles_per_body"],
            ),
            desk.figure(
                "recalled",
                fusions,
                desk.take("donor.fusion_events", fusions),
                ["donor.fusion_events"],
            ),
            "the share set free closes the gap to the rate by definition; the factors "
            "are not identifiable apart",
        ),
        Beside(
            "exosomes, if all vesicles of every recalled fusion got free",
            desk.figure(
                "anchored exosomes",
                "particles/cell/day",
                out.vesicles_per_cell_day * out.exosome_share,
                rate_rows(desk, out),
            ),
            desk.figure(
                "recalled fusions times vesicles of a body",
                "particles/cell/day",
                desk.take("donor.fusion_events", "1/cell/day")
                * desk.take("donor.vesicles_per_body", "particles"),
                ["donor.fusion_events", "donor.vesicles_per_body"],
            ),
            "open: so many are never found in medium; they may stay on the cell, be "
            "taken up again, or be lost before they are counted",
        ),
        Beside(
            "share of what is in bodies that gets free in an hour",
            desk.figure("model", "1/hour", steady.marker_release, FATE_ROWS),
            desk.figure(
                "CD63 of four lines",
                "1/hour",
                desk.take("donor.marker_release", "1/hour"),
                ["donor.marker_release"],
            ),
            "the same order, if CD63 stands for what is in bodies (assumed)",
        ),
    ]
    prefix = "donor.rate_elsewhere."
    for row in sorted(id_ for id_ in desk.priors if id_.startswith(prefix)):
        who = row.removeprefix(prefix).replace("_", " ")
        values = desk.take(row, "particles/cell/day")
        other = desk.figure(who, "particles/cell/day", values, [row])
        found.append(
            Beside(f"rate elsewhere: {who}", rate, other, desk.priors[row].note)
        )
    return tuple(found)
