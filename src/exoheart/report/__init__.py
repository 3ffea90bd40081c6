"""The report: a plan document in, one self-contained HTML page out.

Each section is a module that turns its part of the document into blocks; `page`
joins them with the template. No arithmetic happens here beyond formatting.
"""

from exoheart.report.page import render_report

__all__ = ["render_report"]
