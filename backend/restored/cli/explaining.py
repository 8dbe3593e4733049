"""`restored explain`: what a sentence is understood as, without any picture."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.text import Text

from . import console
from .in_a_shell import in_a_shell
from .options import Json, NoDaemon
from .reporting import plan_words
from .workers import worker

_MOST: Final = 16 << 20
"""Bytes of a file of instructions."""


def explain(
    instruction: Annotated[str | None, typer.Argument(metavar="INSTRUCTION", help="The sentence to understand.")] = None,
    file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A file with one instruction per line; - is the standard input.")
    ] = None,
    no_daemon: NoDaemon = False,
    json: Json = False,
) -> None:
    """Show what an instruction is understood as."""
    if (instruction is None) == (file is None):
        raise typer.BadParameter("Give an instruction, or a --file with one per line (not both).", param_hint="INSTRUCTION")
    texts = [console.repaired(instruction)] if instruction is not None else list(_lines(file))
    with console.progress("Reading", quiet=json) as show, worker(no_daemon, lambda words: show(None, words)) as who:
        plans = []
        for number, text in enumerate(texts):
            show(number / max(len(texts), 1), "Reading")
            plan = who.explain(text or "")
            if json:  # a line at a time, so that a script may read along
                console.print_json(plan)
            plans.append(plan)
    if not json:
        for plan in plans:
            _tell(plan)


def _lines(file: Path | None) -> Iterator[str]:
    assert file is not None
    if str(file) == "-":
        data = sys.stdin.buffer.read(_MOST)
    else:
        try:
            with open(file, "rb") as opened:  # a pipe may be one; what has no end is read no further
                data = opened.read(_MOST)
        except OSError as error:
            raise console.Failure(f"“{file}” cannot be read: {error.strerror}.") from error
    lines = data.decode("utf-8", "replace").split("\n")
    if lines and not lines[-1]:
        lines.pop()  # the end of the last line, not a line
    return (line.rstrip("\r") for line in lines)


def _tell(plan: dict[str, Any]) -> None:
    if not plan["steps"]:
        console.out.print(Text.assemble(("Nothing to do. ", "bold"), in_a_shell(plan["message"])))
        return
    console.out.print(plan_words(plan))
    for step in plan["steps"]:
        words = f"  from “{step['words']}”" if step["words"] else ""
        console.out.print(Text(f"  {step['task']:9} {step['confidence']:4.0%} sure{words}", style="dim"))
    if plan["message"]:
        console.out.print(Text(in_a_shell(plan["message"])))
