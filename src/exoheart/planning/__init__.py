"""The main job: one study file becomes a plan that a researcher can act on.

Composes what all rooms give into one document of eight sections, and writes it as a
report, as data and as an allocation list. Named so because a module called like the
public function ``plan`` would hide it. Read next: :mod:`exoheart.planning.run`, then
one module for each section.
"""

from exoheart.planning.record import Plan
from exoheart.planning.run import plan

__all__ = ["Plan", "plan"]
