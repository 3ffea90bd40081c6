"""Pooling the project's own study rows, and the readings of bias.

Says how little can be pooled: what is left out is listed with its reason. In: studies,
published pooled results, what is known of the studies' quality. Out: plain data.
`docs/pooling.md` states the rules. Read next: :mod:`exoheart.evidence.pooling.pools`.
"""

from exoheart.evidence.pooling.choices import PoolChoices
from exoheart.evidence.pooling.pools import pool

__all__ = ["PoolChoices", "pool"]
