"""The review's claims: the statements, what bears on each, and what that adds up to.

In: the tables of `data/claims/`, studies. Out: frozen records and computed verdicts.
`docs/claims.md` explains. Read next: :mod:`exoheart.evidence.claims.tables`.
"""
