"""Draw the example's figure for the README from a plan.

``python docs/example_figure.py PLAN.json`` writes ``docs/images/pig_answer.svg``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import exoheart

if __name__ == "__main__":
    document = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    images = Path(__file__).with_name("images")
    images.mkdir(exist_ok=True)
    print(exoheart.figure(document, "answer").save(images / "pig_answer.svg"))
