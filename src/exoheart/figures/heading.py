"""What a figure in a file of its own needs: a title above, a foot line below."""

from __future__ import annotations

from collections.abc import Sequence

from exoheart.figures import numbers
from exoheart.figures.specification import Spec, below, chart, mark, value
from exoheart.figures.theme import SOFT

#: Stands under every figure that is handed on without a page.
FOOT = "Research use only; not medical advice"
_LETTERS = 100


def stand_alone(drawn: Spec, title: str, lines: Sequence[str] = ()) -> Spec:
    """Put a title, its lines and the foot around a chart.

    Parameters
    ----------
    drawn
        A chart or panels.
    title
        What is shown, in a few words.
    lines
        What else a reader must know, below the title; long ones are broken.

    Returns
    -------
    dict
        For :func:`exoheart.figures.theme.finish`.
    """
    broken = [
        part for line in lines for part in numbers.wrap(line, _LETTERS).split("\n")
    ]
    heading = {
        "text": title,
        "subtitle": broken,
        "fontSize": 14,
        "subtitleFontSize": 11,
        "subtitleColor": SOFT,
        "subtitlePadding": 5,
        "offset": 14,
    }
    words = mark("text", align="left", baseline="middle", fontSize=10, color=SOFT)
    foot = chart([{"text": FOOT}], words, x=value(0), y=value(5), text="text:N")
    foot |= {"width": 10, "height": 10}
    return below(drawn, foot, title=heading, spacing=10)
