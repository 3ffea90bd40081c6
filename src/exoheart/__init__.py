"""exoheart: from donor cell to infarcted heart, and the study that would show it.

A simulator of vesicle therapy of the infarcted heart, built on published evidence and
not yet fitted to any therapy result, and a study planner on top. Research use only; not
medical advice.

>>> import exoheart
>>> study = exoheart.Study.parse(exoheart.Study.template("pig"))
>>> study.animal.species
'pig'

Public names are loaded on first use, so that importing the package stays fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from exoheart.version import VERSION

if TYPE_CHECKING:
    from exoheart import evidence, product
    from exoheart.evidence import cite
    from exoheart.exchange import export
    from exoheart.figures import figure
    from exoheart.planning import plan
    from exoheart.prediction import simulate, where
    from exoheart.prediction import stoichiometric_account as account
    from exoheart.qualification import qualify
    from exoheart.reviewing import review
    from exoheart.study import StudyFile as Study

__version__ = VERSION
__all__ = [
    "Study",
    "account",
    "cite",
    "evidence",
    "export",
    "figure",
    "plan",
    "product",
    "qualify",
    "review",
    "simulate",
    "where",
]

#: Where each public name lives, and its name there (None: the module itself).
_HOMES = {
    "Study": ("exoheart.study", "StudyFile"),
    "plan": ("exoheart.planning", "plan"),
    "simulate": ("exoheart.prediction", "simulate"),
    "account": ("exoheart.prediction", "stoichiometric_account"),
    "where": ("exoheart.prediction", "where"),
    "export": ("exoheart.exchange", "export"),
    "qualify": ("exoheart.qualification", "qualify"),
    "review": ("exoheart.reviewing", "review"),
    "figure": ("exoheart.figures", "figure"),
    "cite": ("exoheart.evidence", "cite"),
    "evidence": ("exoheart.evidence", None),
    "product": ("exoheart.product", None),
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"exoheart has no {name!r}; public names: {__all__}")
    home, attribute = _HOMES[name]
    module = import_module(home)
    value = module if attribute is None else getattr(module, attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, "__version__"})
