"""The commands of `restored`, put together; and the one place where errors become a sentence and an exit code."""

import signal
import sys
import traceback
from typing import NoReturn

import typer

from restored.ground.text import visible
from restored.standalone import frozen

from . import console, usage
from .lazy import Command, LazyGroup, register

COMMANDS = {
    "run": Command("single:run", "Restore one photograph as a sentence says."),
    "batch": Command(
        "batch:batch",
        "Restore every photograph of a folder. Interrupted, it goes on where it stopped; a bad file does not stop the rest.",
    ),
    "explain": Command("explaining:explain", "Show what an instruction is understood as."),
    "edit": Command("edit:edit", "Open one photograph in a small window, and save a copy beside it."),
    "ask": Command("ask:ask", "Ask in the terminal what is wrong with photographs, and put each result beside its original."),
    "archive": Command("archive:archive", "Restore an archive: planned once, worked in shards on as many machines as there are."),
    "models": Command("models:models", "List, check and import models."),
    "plugins": Command("plugins:plugins", "Put the plug-ins into GIMP 3 and Krita, update or remove them."),
    "pair": Command("studio:pair", "Make this machine and a stronger one in the house known to each other, once."),
    "remote": Command("studio:remote", "Machines that restore for this one, and machines that this one restores for."),
    "daemon": Command("daemon:daemon", "Start, stop and look at the background process that restores."),
    "doctor": Command(
        "doctor:doctor",
        "Look at everything once, and say what is wrong and what to do. Names of people and secrets are left out.",
    ),
    "places": Command(
        "standalone:places", "Print the folders in this home that are restored's, for the uninstaller.", hidden=True
    ),
}
"""Every command but `serve`, in the order of the help."""

STANDALONE = {
    "update": Command(
        "standalone:update",
        "Put a newer download in place of this version, after checking who made it. Nothing is fetched from anywhere.",
    ),
    "gpu": Command("standalone:gpu", "The GPU pack of the standalone program: compute on an NVIDIA GPU."),
    "exchange": Command("standalone:exchange", "Let two folders take each other's place at once, for install.sh.", hidden=True),
}
"""What the program of an installer has beside them."""

if frozen():
    COMMANDS |= STANDALONE


class Commands(LazyGroup):
    """The program's own commands."""

    table = COMMANDS


app = typer.Typer(
    name="restored",
    cls=Commands,
    help="Say what is wrong with a photograph, and get it back restored: on your own machine, offline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
register(app, COMMANDS)


@app.command("serve")
def serve() -> NoReturn:
    """Run the daemon in the foreground (plug-ins and commands start it by themselves)."""
    raise AssertionError("answered by restored.cli.main before this module is imported")


def _version(wanted: bool) -> None:
    if wanted:
        from restored.ground.versions import version

        console.out.print(f"restored {version()}")
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
    console.write_any_text()
    json = "--json" in arguments
    try:
        code = app(args=arguments, prog_name="restored", standalone_mode=False)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except typer.Abort:
        console.fail("Cancelled. Nothing was changed.")
        return console.INTERRUPTED
    except Exception as error:  # the command's last word is a sentence, never a traceback
        if isinstance(error, usage.HelpWanted):
            for line in str(getattr(error, "message", "")).split("\n"):
                console.err.print(line)
            return 2
        if isinstance(error, usage.UsageError):
            usage.tell(usage.sentence(error), json=json, code="usage")
            return 2
        return _failed(error, json)
    except BaseException as error:
        return _failed(error, json)
    return code if isinstance(code, int) else 0


def _failed(error: BaseException, json: bool) -> int:
    if console.is_interrupt(error):
        usage.tell("Cancelled. Nothing was changed.", json=json, code="cancelled")
        return console.INTERRUPTED
    usage.tell(console.explain_exception(error), json=json, code=str(getattr(error, "code", "") or "failed"))
    if console.debugging():
        sys.stderr.write(visible("".join(traceback.format_exception(error)), lines=True))
    return 1
