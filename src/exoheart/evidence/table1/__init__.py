"""The review's Table 1, rebuilt from data and carried on with later studies.

In: `data/claims/table1.csv`, studies. Out: rows and plain data. `docs/table1.md` says
how each tick is known. Read next: :mod:`exoheart.evidence.table1.rows`.
"""
