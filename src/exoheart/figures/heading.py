"""What a figure in a file of its own needs: a title above, a foot line below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exoheart.figures import numbers
from exoheart.figures.theme import SOFT

#: Stands under every figure that is handed on without a page.
FOOT = "Research use only; not medical advice"
_LETTERS = 100


def stand_alone(chart: Any, title: str, lines: Sequence[str] = ()) -> Any:
    """Put a title, its lines and the foot around a chart.

    Parameters
    ----------
    chart
        An Altair chart of any kind.
    title
        What is shown, in a few words.
    lines
        What else a reader must know, below the title; long ones are broken.

    Returns
    -------
    altair.VConcatChart
        For :func:`exoheart.figures.theme.finish`.
    """
    import altair as alt

    broken = [
        part for line in lines for part in numbers.wrap(line, _LETTERS).split("\n")
    ]
    heading = alt.TitleParams(
        text=title,
        subtitle=broken,
        fontSize=14,
        subtitleFontSize=11,
        subtitleColor=SOFT,
        subtitlePadding=5,
        offset=14,
    )
    foot = (
        alt.Chart(alt.Data(values=[{"text": FOOT}]), width=10, height=10)
        .mark_text(align="left", baseline="middle", fontSize=10, color=SOFT)
        .encode(x=alt.value(0), y=alt.value(5), text="text:N")
    )
    return alt.vconcat(chart, foot, title=heading, spacing=10)
