"""Vega-Lite as plain data: a mark over rows, its channels, and panels put together.

Every figure is built of these few functions, so a specification is made in less than a
millisecond and no library is needed to make one. That what comes out is Vega-Lite is a
matter of tests, which check every figure against the published schema.

References
----------
Vega-Lite 6, https://vega.github.io/vega-lite/docs/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
Spec = dict[str, Any]
#: What a channel may be given: shorthand, what :func:`field` gives, or several.
Channel = str | Spec | Sequence[str]
Encoding = dict[str, Channel]

_TYPES = {"Q": "quantitative", "N": "nominal", "O": "ordinal"}
#: Channels that share the type of the channel they end.
_SECOND = frozenset({"x2", "y2", "theta2"})


def field(shorthand: str, **options: Any) -> Spec:
    """Give the channel of a field, written as its name, a colon and its type.

    Parameters
    ----------
    shorthand
        ``name:Q`` (quantitative), ``name:N`` (nominal) or ``name:O`` (ordinal).
    **options
        Entries of the channel: ``scale``, ``axis``, ``legend``, ``sort``, ``title``.

    Examples
    --------
    >>> field("low:Q", axis=None)
    {'field': 'low', 'type': 'quantitative', 'axis': None}
    """
    name, _, kind = shorthand.rpartition(":")
    return {"field": name, "type": _TYPES[kind], **options}


def value(constant: Any) -> Spec:
    """Give the channel of what is the same for every row: pixels, a colour."""
    return {"value": constant}


def mark(kind: str, **look: Any) -> Spec:
    """Give a mark and its look, ``strokeWidth=2`` and the like."""
    return {"type": kind, **look}


def chart(rows: Sequence[Row], drawn: Spec, *only: str, **channels: Channel) -> Spec:
    """Draw one mark for every row.

    Parameters
    ----------
    rows
        Plain data.
    drawn
        From :func:`mark`.
    *only
        Vega expressions that a row must meet to be drawn, such as ``datum.known``.
    **channels
        By name of the channel; several fields for a list of them.
    """
    spec: Spec = {"data": {"values": rows}, "mark": drawn}
    if only:
        spec["transform"] = [{"filter": test} for test in only]
    spec["encoding"] = {name: _channel(name, of) for name, of in channels.items()}
    return spec


def _channel(name: str, of: Channel) -> Any:
    if isinstance(of, str):
        found = field(of)
        return {"field": found["field"]} if name in _SECOND else found
    return of if isinstance(of, dict) else [field(one) for one in of]


def layer(*charts: Spec, **properties: Any) -> Spec:
    """Draw charts over one another, the first at the back.

    Parameters
    ----------
    *charts
        From :func:`chart`; rows that all of them share are kept once.
    **properties
        Of the panel: ``width``, ``height``, ``title``.
    """
    rows = charts[0]["data"]["values"]
    if any(one["data"]["values"] is not rows for one in charts):
        return {"layer": list(charts), **properties}
    own = [{key: one[key] for key in one if key != "data"} for one in charts]
    return {"data": {"values": rows}, "layer": own, **properties}


def below(*panels: Spec, **properties: Any) -> Spec:
    """Put panels below one another."""
    return {"vconcat": list(panels), **properties}


def beside(*panels: Spec, **properties: Any) -> Spec:
    """Put panels beside one another."""
    return {"hconcat": list(panels), **properties}


def apart() -> Spec:
    """Give the property of :func:`below` by which each panel has axes of its own."""
    return {"resolve": {"scale": {"x": "independent", "y": "independent"}}}
