"""From specification to picture, offline: SVG for the page, PNG for a glance.

vl-convert runs Vega inside this process; no address may be loaded. Ids inside an SVG
are prefixed with a digest of its specification, so that several figures can stand in
one page and the same specification always gives the same bytes.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Mapping
from typing import Any

_ID = re.compile(r'(\bid="|url\(#|href="#)')
#: Vega numbers clips on through a process, whatever it draws.
_CLIP = re.compile(r"-clip(\d+)")


def to_svg(spec: Mapping[str, Any]) -> str:
    """Draw a specification as SVG text with ids of its own.

    Parameters
    ----------
    spec
        A Vega-Lite specification as the functions of this package give it.
    """
    import vl_convert

    text = json.dumps(spec, sort_keys=True)
    drawn: str = vl_convert.vegalite_to_svg(text, allowed_base_urls=[])
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    label = html.escape(str(spec.get("description", "")), quote=True)
    named = drawn.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
    owned = _ID.sub(rf"\g<1>f{digest}-", named)
    clips = list(dict.fromkeys(_CLIP.findall(owned)))
    return _CLIP.sub(lambda clip: f"-clip{clips.index(clip[1]) + 1}", owned)


def to_png(spec: Mapping[str, Any], scale: float = 2.0) -> bytes:
    """Draw a specification as PNG, `scale` times its size in pixels."""
    import vl_convert

    text = json.dumps(spec, sort_keys=True)
    drawn: bytes = vl_convert.vegalite_to_png(text, scale=scale, allowed_base_urls=[])
    return drawn
