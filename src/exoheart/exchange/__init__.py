"""Exchange: a study written so that other people's simulators can run it.

After prediction, beside the reports. In: a study. Out: the joined model with the
numbers of one animal, an SBML file for each arm, alone or in a COMBINE archive with
the simulations to run (SED-ML). Read next: :mod:`exoheart.exchange.run` (the
composition), :mod:`exoheart.exchange.animal` (whose numbers),
:mod:`exoheart.exchange.schedule` and :mod:`exoheart.exchange.sbml` (how doses are
written), :mod:`exoheart.exchange.sedml`, :mod:`exoheart.exchange.archive`, then
``docs/export.md``.
"""

from exoheart.exchange.animal import CENTRAL, arm_models
from exoheart.exchange.record import ArmModel, Reading
from exoheart.exchange.run import FORMATS, Export, export
from exoheart.exchange.sbml import sbml_text

__all__ = [
    "CENTRAL",
    "FORMATS",
    "ArmModel",
    "Export",
    "Reading",
    "arm_models",
    "export",
    "sbml_text",
]
