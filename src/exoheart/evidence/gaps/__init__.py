"""What was tested and what nobody has: two-way maps of published cohorts.

In: studies. Out: plain data. Read next: :mod:`exoheart.evidence.gaps.maps`.
"""
