"""The study file: what the user plans, read into records with every fault at once.

Stands between the user and the chain: TOML text comes in, a frozen
:class:`exoheart.records.study.Study` goes out, together with the
:class:`~exoheart.records.prior.Priors` of its species. The steps, each in a module of
its own: `shape` (keys and types), `build`, `products` and `arms` (meaning), `names`
(what may be named), `check` (warnings), `overrides`, `unused`, `template`.

Read next: :mod:`exoheart.study.load`, then :mod:`exoheart.study.schema` for the keys.
"""

from exoheart.study.check import Warning_, check_study, count_solves
from exoheart.study.load import (
    StudyFile,
    json_schema,
    load_study,
    parse_study,
    priors_for,
)
from exoheart.study.template import TEMPLATES, template

__all__ = [
    "TEMPLATES",
    "StudyFile",
    "Warning_",
    "check_study",
    "count_solves",
    "json_schema",
    "load_study",
    "parse_study",
    "priors_for",
    "template",
]
