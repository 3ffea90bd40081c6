"""Joining blocks of model text into one Antimony model, and checking its units.

A block holds statements only; :func:`join` adds the unit definitions, the functions and
a compartment, and declares the inputs that no block defines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources

from exoheart.errors import ModelError

#: A state's declaration: its id, and its scale in the comment on the same line.
_SCALE = re.compile(
    r"^\s*(?:var|(?:substanceOnly\s+)?species)\s+(\w+)\b.*//\s*scale\s+"
    r"([0-9.]+(?:[eE][+-]?\d+)?)\s*:\s*(.+?)\s*$",
    re.MULTILINE,
)


@lru_cache(maxsize=2)
def _shipped(name: str) -> str:
    return resources.files("exoheart.engine").joinpath(name).read_text("utf-8")


def join(name: str, blocks: Sequence[str], constants: Mapping[str, str] = {}) -> str:
    """Join blocks of statements into the text of one model.

    Parameters
    ----------
    name
        Id of the model.
    blocks
        Antimony statements, in any order.
    constants
        Inputs that no block defines, with the unit of each; they become parameters
        (a heart alone has constant signals instead of mechanisms).

    Returns
    -------
    str
        Antimony text that :func:`exoheart.engine.compile_model` takes.
    """
    declared = "\n".join(f"  {id_} has {unit};" for id_, unit in constants.items())
    return "\n".join(
        [
            _shipped("functions.ant"),
            f"model {name}()",
            _shipped("units.ant"),
            "  compartment body; body has mL; body = 1 mL;",
            *blocks,
            declared,
            "end",
            "",
        ]
    )


def scales(text: str) -> dict[str, tuple[float, str]]:
    """Give the scale and the meaning that the text declares for each state."""
    found = _SCALE.findall(text)
    return {id_: (float(scale), meaning) for id_, scale, meaning in found}


def to_sbml(text: str) -> str:
    """Give the SBML of an Antimony text; text that is SBML already is passed through.

    Raises
    ------
    ModelError
        Antimony can't read the text; the message repeats its line and reason.
    """
    if text.lstrip().startswith("<?xml"):
        return text
    import antimony

    antimony.clearPreviousLoads()
    antimony.freeAll()
    if antimony.loadAntimonyString(text) < 0:
        raise ModelError(
            f"the model text can't be read: {antimony.getLastError().strip()}; mend "
            "the statement named there"
        )
    return str(antimony.getSBMLString(antimony.getMainModuleName()))


def unit_faults(text: str) -> list[str]:
    """List what libSBML's unit check says against a text; empty if nothing.

    Warnings that an expression "cannot be fully checked" count as faults: they hide a
    number without a unit.
    """
    import libsbml

    document = libsbml.readSBMLFromString(to_sbml(text))
    document.setConsistencyChecks(libsbml.LIBSBML_CAT_MODELING_PRACTICE, False)
    document.checkConsistency()
    document.checkInternalConsistency()
    messages = (document.getError(i) for i in range(document.getNumErrors()))
    return [" ".join(str(message.getMessage()).split()) for message in messages]
