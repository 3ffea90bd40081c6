"""A figure as its users hold it: a specification that shows and saves itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from exoheart.errors import InputError
from exoheart.figures.svg import to_png, to_svg


class Drawing(dict[str, Any]):
    """A Vega-Lite specification that a notebook draws and a script saves."""

    def save(self, path: str | Path) -> Path:
        """Write the figure as ``.svg`` or ``.png``, offline.

        Raises
        ------
        InputError
            Another ending.
        """
        path = Path(path)
        if path.suffix == ".svg":
            path.write_text(to_svg(self), "utf-8")
        elif path.suffix == ".png":
            path.write_bytes(to_png(self))
        else:
            raise InputError(
                f"figure {path.name!r}; allowed: a name that ends in .svg or .png"
            )
        return path

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"image/svg+xml": to_svg(self), "text/plain": self.get("description")}
