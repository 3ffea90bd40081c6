"""For the whole suite: nobody's own studies are read, in this process or below it."""

from __future__ import annotations

import os
import tempfile

# before any test module is imported: some load the studies as they are imported
os.environ["EXOHEART_STUDIES"] = tempfile.mkdtemp(prefix="exoheart-studies-")
