"""A user's own studies: read from a CSV, checked whole, kept beside the shipped ones.

In: a file in one of four layouts. Out: study folders in the user's data folder, which
:func:`exoheart.evidence.load_studies` reads with the shipped ones. For users:
`docs/own_studies.md`. Read next: :mod:`exoheart.evidence.own.studies`.
"""
