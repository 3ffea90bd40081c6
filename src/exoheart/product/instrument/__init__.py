"""Files of particle counters: read, cut to the captures wanted, made a counted sample.

In: a file as the instrument wrote it. Out:
:class:`exoheart.records.instrument.MeasuredSample`, which the dose ledger takes in the
place of assumed numbers. Read next: :mod:`exoheart.product.instrument.reading` (which
file is whose), :mod:`exoheart.product.instrument.sample`.
"""

from exoheart.product.instrument.protein import CONTENT, protein_content
from exoheart.product.instrument.reading import read_instrument
from exoheart.product.instrument.sample import measured_sample
from exoheart.product.instrument.summary import summarise

__all__ = [
    "CONTENT",
    "measured_sample",
    "protein_content",
    "read_instrument",
    "summarise",
]
