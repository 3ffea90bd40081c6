"""Frozen hand-over records: stages meet only here.

Records hold what one stage hands to the next, in the program's own units (hours,
1e9 particles, grams, mL), and know nothing of files, solvers or pages.

Read next: :mod:`exoheart.records.study` (what the user plans),
:mod:`exoheart.records.prior` (what is known of a number),
:mod:`exoheart.records.prediction` (what comes out).
"""
