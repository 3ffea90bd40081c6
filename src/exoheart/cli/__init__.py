"""The command line: reads input, calls one public function, shows the record.

Exit codes: 0 done, 2 what was given can't be used, 1 anything else. A traceback is
shown only with ``--debug``. With ``--json`` standard output holds one JSON document;
everything else goes to standard error.

Read next: :mod:`exoheart.cli.app` (the commands), :mod:`exoheart.cli.show` (how a
result looks in a terminal).
"""

from __future__ import annotations

import os
import sys

from exoheart.errors import ExoheartError, InputError

#: What typer makes of Ctrl-C; here it is an ending like any other failure.
_INTERRUPTED = 130
STOPPED = "stopped; an output folder is only replaced when a plan is complete"


def main() -> None:
    """Run the command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # the same bytes whatever the locale
            stream.reconfigure(encoding="utf-8")
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = _nobody_reads()
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command and give its exit code.

    Parameters
    ----------
    arguments
        As typed, without the program's name.
    """
    debug = "--debug" in arguments
    try:
        return _command([a for a in arguments if a != "--debug"])
    except BrokenPipeError:
        return _nobody_reads()
    except (Exception, KeyboardInterrupt) as wrong:
        if debug:
            raise
        return _failed(wrong)


def _command(arguments: list[str]) -> int:
    import typer

    from exoheart.cli.app import app
    from exoheart.cli.show import error

    try:
        code = app(arguments, standalone_mode=False, prog_name="exoheart")
    except typer.Exit as left:
        return left.exit_code
    except typer.Abort:
        raise KeyboardInterrupt from None
    except typer.TyperException as wrong:
        context = getattr(wrong, "ctx", None)
        path = context.command_path if context else "exoheart"
        if not wrong.format_message():
            # nothing was asked for: the help has been shown
            return wrong.exit_code
        error(f"{wrong.format_message()} See: {path} --help")
        return wrong.exit_code
    if code == _INTERRUPTED:
        raise KeyboardInterrupt
    return int(code or 0)


def _failed(wrong: BaseException) -> int:
    """Say what went wrong and give the exit code for it."""
    from exoheart.cli.show import error

    if isinstance(wrong, InputError):
        error(str(wrong))
        return 2
    if isinstance(wrong, ExoheartError):
        error(str(wrong))
    elif isinstance(wrong, KeyboardInterrupt):
        error(STOPPED)
    else:
        error(
            f"something went wrong inside exoheart: {type(wrong).__name__}: {wrong}; "
            "run again with --debug for the traceback and report it"
        )
    return 1


def _nobody_reads() -> int:
    """Leave quietly where the reader of our output has gone (``| head``)."""
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, sys.stdout.fileno())
    return 1
