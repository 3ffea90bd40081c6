"""The commands of ``exoheart`` and their order in the help.

Every module here imports the rooms of the house inside its functions, so that the
help and a mistyped option answer at once.
"""

from __future__ import annotations

from typing import Annotated

import typer

from exoheart.cli.calibrate import calibrate
from exoheart.cli.citation import cite
from exoheart.cli.evidence import check_data, show_outcomes
from exoheart.cli.evidence_add import add_own, remove_own
from exoheart.cli.evidence_gaps import gaps
from exoheart.cli.evidence_meta import meta
from exoheart.cli.evidence_nearest import nearest
from exoheart.cli.evidence_pool import pool_studies
from exoheart.cli.evidence_table1 import table1
from exoheart.cli.export import export
from exoheart.cli.files import check, new, schema
from exoheart.cli.parameters import parameters
from exoheart.cli.product_donor import donor
from exoheart.cli.product_ledger import ledger
from exoheart.cli.product_make import make
from exoheart.cli.product_nta import nta
from exoheart.cli.product_pipeline import pipeline
from exoheart.cli.product_regulation import regulation
from exoheart.cli.product_release import release
from exoheart.cli.product_reporting import reporting
from exoheart.cli.qualify import qualify
from exoheart.cli.review import review
from exoheart.cli.runs import plan, simulate
from exoheart.version import VERSION

_SETTINGS = {"help_option_names": ["-h", "--help"]}

app = typer.Typer(
    name="exoheart",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings=_SETTINGS,
    epilog="Research use only; not medical advice.",
)


def _version(asked: bool) -> None:
    if asked:
        print(f"exoheart {VERSION}")
        raise typer.Exit()


@app.callback()
def exoheart(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Version."),
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show tracebacks; allowed anywhere.")
    ] = False,
) -> None:
    """From donor cell to infarcted heart, and the study that would show it.

    Begin with: exoheart new my_study.toml, then exoheart plan my_study.toml.
    """


_COMMANDS = (
    *(plan, simulate, check, new, schema, parameters, qualify, calibrate),
    review,
)
for _command in _COMMANDS:
    app.command(context_settings=_SETTINGS)(_command)

_evidence = typer.Typer(no_args_is_help=True, context_settings=_SETTINGS)
_evidence.command("check", context_settings=_SETTINGS)(check_data)
_evidence.command("show", context_settings=_SETTINGS)(show_outcomes)
for _asked in (nearest, gaps, table1, meta):
    _evidence.command(context_settings=_SETTINGS)(_asked)
for _name, _kept in (("pool", pool_studies), ("add", add_own), ("remove", remove_own)):
    _evidence.command(_name, context_settings=_SETTINGS)(_kept)
app.add_typer(
    _evidence, name="evidence", help="Published studies: ask, compare, pool, add yours."
)
_product = typer.Typer(no_args_is_help=True, context_settings=_SETTINGS)
for _made in (donor, nta, ledger, make, release, reporting, regulation, pipeline):
    _product.command(context_settings=_SETTINGS)(_made)
app.add_typer(_product, name="product", help="From donor cell to vial.")
app.command(context_settings=_SETTINGS)(export)
app.command(context_settings=_SETTINGS)(cite)
