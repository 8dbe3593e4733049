"""Commands by name: the help lists them all, and only the one that is called is imported."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup
from typer.main import get_group


@dataclass(frozen=True, slots=True)
class Command:
    """A command, or a group of them, that lies in a module of this package.

    where: `module:name`; help: the first paragraph of its own help, so that listing it imports nothing (a test compares them).
    """

    where: str
    help: str
    hidden: bool = False

    def load(self, name: str) -> Any:
        """The command itself, called `name`."""
        module, _, attribute = self.where.partition(":")
        found = getattr(import_module(f"{__package__}.{module}"), attribute)
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
        if isinstance(found, typer.Typer):
            alone.add_typer(found, name=name)
        else:
            alone.command(name, hidden=self.hidden)(found)
            alone.callback()(lambda: None)
        return get_group(alone).commands[name]


class LazyGroup(TyperGroup):
    """A group that has its commands' names and help, and loads one when it is called or completed."""

    table: Mapping[str, Command] = {}

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        if name is not None and name in self.table:
            command = self.table[name].load(name)
        return name, command, rest


def register(app: typer.Typer, table: Mapping[str, Command]) -> None:
    """List the commands of `table` in `app`, whose `cls` is a LazyGroup with that table."""
    for name, command in table.items():
        app.command(name, help=command.help, hidden=command.hidden)(_elsewhere)


def _elsewhere() -> NoReturn:
    raise AssertionError("the group loads the command itself")
