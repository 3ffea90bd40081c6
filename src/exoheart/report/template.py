"""Page templates: one way to read them, with every value escaped."""

from __future__ import annotations

from functools import cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template


@cache
def template(package: str, name: str) -> Template:
    """Give a template that lies beside a package; a missing value is an error.

    Parameters
    ----------
    package
        Where it lies: ``exoheart.report``.
    name
        Of the file.
    """
    source = resources.files(package).joinpath(name)
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.from_string(source.read_text(encoding="utf-8"))
