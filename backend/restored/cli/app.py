"""The commands of `restored`, put together; and the one place where errors become a sentence and an exit code."""

import signal
import sys
import traceback
from typing import NoReturn

import typer

from . import say
from .batch import batch
from .daemon import daemon
from .doctor import doctor
from .explaining import explain
from .models import models
from .plugins import plugins
from .single import run as run_command

app = typer.Typer(
    name="restored",
    help="Say what is wrong with a photograph, and get it back restored: on your own machine, offline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run")(run_command)
app.command("batch")(batch)
app.command("explain")(explain)
app.add_typer(daemon, name="daemon")
app.add_typer(models, name="models")
app.add_typer(plugins, name="plugins")
app.command("doctor")(doctor)


@app.command("serve")
def serve() -> NoReturn:
    """Run the daemon in the foreground (plug-ins and commands start it by themselves)."""
    raise AssertionError("answered by restored.cli.main before this module is imported")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        say.out.print(f"restored {version('restore-with-instruction')}")
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
) -> None:
    """Options of the program itself; the callback has done their work."""


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code: 0 done (or nothing to do), 1 a sentence on stderr, 2 wrong usage, 130 Ctrl+C."""
    # so that a polite kill also removes half-written files
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    say.write_any_text()
    try:
        app(args=arguments, prog_name="restored")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except BaseException as error:
        if say.is_interrupt(error):
            say.fail("Cancelled. Nothing was changed.")
            return say.INTERRUPTED
        say.fail(say.explain_exception(error))
        if say.debugging():
            traceback.print_exc()
        return 1
    return 0
