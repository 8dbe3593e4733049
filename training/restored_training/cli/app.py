"""All commands of `restored-train`, in the order that its help lists them. What a command needs it imports when it runs."""

import typer

from .analysing import analyse
from .bundling import add_a_task, carry, diagnosis, export, head, regions, words
from .measuring import evaluate, preview, report
from .papers import papers
from .photographs import data, pack, screen
from .training import filling, join, queue, rented, resume, search, train, unpack

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Train, measure and export restoration models.",
)
for command in (train, resume, filling, search, evaluate, report, preview, export, join):
    app.command()(command)
app.command("add-task")(add_a_task)
for command in (pack, screen, queue, rented, unpack, carry, head, words, regions, diagnosis):
    app.command()(command)
app.add_typer(analyse, name="analyse")
app.add_typer(papers, name="papers")
app.add_typer(data, name="data")
