"""The command line: reads input, calls one public function, shows the record.

Exit codes: 0 done, 2 what was given can't be used, 1 anything else. A traceback is
shown only with ``--debug``. With ``--json`` standard output holds one JSON document;
everything else goes to standard error.
"""

from __future__ import annotations

import sys

from exoheart.errors import ExoheartError, InputError


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command and give its exit code.

    Parameters
    ----------
    arguments
        As typed, without the program's name.
    """
    debug = "--debug" in arguments
    arguments = [a for a in arguments if a != "--debug"]
    import click

    from exoheart.cli.commands import app
    from exoheart.cli.show import error

    try:
        code = app(arguments, standalone_mode=False, prog_name="exoheart")
        return int(code or 0)
    except click.exceptions.Exit as left:
        return left.exit_code
    except click.exceptions.Abort:
        error("stopped; nothing was written")
        return 1
    except click.ClickException as wrong:
        error(wrong.format_message())
        return 2
    except InputError as wrong:
        if debug:
            raise
        error(str(wrong))
        return 2
    except ExoheartError as wrong:
        if debug:
            raise
        error(str(wrong))
        return 1
    except KeyboardInterrupt:
        error("stopped; nothing was written")
        return 1
    except Exception as wrong:
        if debug:
            raise
        error(
            f"something went wrong inside exoheart: {type(wrong).__name__}: {wrong}; "
            "run again with --debug for the traceback and report it"
        )
        return 1
