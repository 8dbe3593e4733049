"""`restored daemon`: look after the background process."""

from collections.abc import Iterator
from typing import Any

import typer
from rich.text import Text

from restored_client.wire.errors import ClientError

from . import console
from .options import Json
from .workers import open_session

daemon = typer.Typer(help="Start, stop and look at the background process that restores.", no_args_is_help=True)

_NOT_THERE = ("unreachable", "daemon_died")


@daemon.command()
def start(json: Json = False) -> None:
    """Start the daemon, unless it runs already."""
    with console.progress("Starting") as show:
        open_session(start=True, on_status=lambda words: show(None, words)).close()
    _tell(ask_status(), json)


@daemon.command()
def stop(json: Json = False) -> None:
    """Stop the daemon; what it is doing is cancelled."""
    running = _ask(lambda session: session.shutdown() or {}) is not None
    if json:
        console.print_json({"running": False, "stopped": running})
    else:
        console.out.print("The daemon has stopped." if running else "The daemon was not running.")


@daemon.command()
def status(json: Json = False) -> None:
    """Show whether the daemon runs, and what it is doing."""
    _tell(ask_status(), json)


@daemon.command()
def unload(json: Json = False) -> None:
    """Give the memory of loaded models back now; the next restoration loads them again."""
    answer = _ask(lambda session: session.unload() or session.status())
    if answer is not None and not json:
        console.out.print("The models are unloaded; the next restoration loads them again.")
    _tell(answer, json)


def ask_status() -> dict[str, Any] | None:
    """The running daemon's status without the parts of the wire, or None when none runs. Raises ClientError otherwise."""
    return _ask(lambda session: session.status())


def begin_anew() -> bool:
    """End the daemon, if nobody waits for it: the next one begins with what is installed now. False when one at work stays."""
    try:
        _ask(lambda session: session.shutdown(if_idle=True) or {})
    except ClientError as error:
        if error.code == "busy":
            return False
        raise
    return True


def _ask(question: Any) -> dict[str, Any] | None:
    try:
        with open_session(start=False) as session:
            answer = question(session)
            return {key: value for key, value in {**session.hello, **answer}.items() if key not in ("type", "id", "idle")}
    except ClientError as error:
        if error.code in _NOT_THERE:
            return None
        raise


def _tell(answer: dict[str, Any] | None, json: bool) -> None:
    if json:
        console.print_json({"running": answer is not None, **(answer or {})})
        return
    if answer is None:
        console.out.print("The daemon is not running. It starts by itself when it is needed.")
        return
    console.out.print(Text("The daemon is running.", style="bold"))
    for name, words in _facts(answer):
        console.out.print(Text.assemble((f"  {name:9}", "dim"), words))


def _facts(answer: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What of a status a person wants to know."""
    yield "version", str(answer["version"]) + (", not the one that is installed now" if answer.get("outdated") else "")
    yield "pid", str(answer["pid"])
    yield "state", answer["state"] + (f" ({answer['words']})" if answer.get("words") else "")
    if answer.get("device"):
        yield "device", answer["device"]
    yield "models", ", ".join(answer.get("loaded", ())) or "none in memory"
    yield "memory", f"{answer.get('memory', 0) / 2**20:.0f} MiB"
    for job in answer.get("jobs", ()):
        done = "" if job["fraction"] is None else f" {job['fraction']:.0%}"
        yield "work", f"{job['words']}{done}, for {job['client']}"
    if not answer.get("jobs"):
        yield "work", "none"
    newcomers = answer.get("newcomers", {})
    if newcomers.get("waiting") or newcomers.get("turned_away"):
        words = f"{newcomers.get('waiting', 0)} silent connections, {newcomers.get('turned_away', 0)} turned away"
        yield "strangers", words + ": another program on this computer may be knocking"
    yield "log", answer["log"]
