"""Pictures: plain data in, a Vega-Lite specification out, SVG offline.

Faces of the program and notebooks draw with the same functions. Each takes parts of
the plan document and gives a specification whose ``description`` is its alt text;
:func:`to_svg` draws it without a network. Read `theme` for the look, `forest` for
the plot most figures are made of, `specification` for what a specification is made of.
"""

from exoheart.figures.alternatives import alternative_words, alternatives
from exoheart.figures.answer import answer
from exoheart.figures.controls import controls
from exoheart.figures.course import course
from exoheart.figures.dispatch import NAMES, figure, primary_quantity
from exoheart.figures.fate import fate
from exoheart.figures.mechanisms import mechanisms
from exoheart.figures.power import power
from exoheart.figures.published import published
from exoheart.figures.roadblocks import roadblocks
from exoheart.figures.stoichiometry import stoichiometry
from exoheart.figures.svg import to_png, to_svg

__all__ = [
    "NAMES",
    "alternative_words",
    "alternatives",
    "answer",
    "controls",
    "course",
    "fate",
    "figure",
    "mechanisms",
    "power",
    "primary_quantity",
    "published",
    "roadblocks",
    "stoichiometry",
    "to_png",
    "to_svg",
]
