"""Wrong usage in our own sentences, and as JSON for who asked for JSON."""

import re
import sys
from typing import Any, Final

import typer

from . import console

_typer_errors: Final[Any] = sys.modules[typer.BadParameter.__module__]
"""Typer carries its own copy of Click, whose place is not part of what it promises."""
UsageError: Final[type[Exception]] = _typer_errors.UsageError
HelpWanted: Final[type[Exception]] = _typer_errors.NoArgsIsHelpError

_RULES: Final = (
    (r"Input should be less than or equal to (\S+)", r"is at most \1"),
    (r"Input should be greater than or equal to (\S+)", r"is at least \1"),
    (r"Input should be a valid integer", "is a whole number"),
    (r"Input should be a valid number", "is a number"),
)
"""What Typer says of a value, in pydantic's words, and what we say."""


INSTALLED_ONLY: Final = {
    "update": "This one came as a Python package or as its sources: the way that brought it brings a newer or an older version,"
    " such as pip or git.",
    "gpu": "This one came as a Python package or as its sources: with PyTorch for CUDA beside it, it computes on the GPU.",
}
"""Commands of `app.STANDALONE`, and what there is instead where they are not."""


def sentence(error: Any) -> str:
    """What is wrong with a command line and what to do. error: Typer's UsageError or one of its kinds."""
    command = getattr(getattr(error, "ctx", None), "command_path", None) or "restored"
    more = f" “{command} --help” shows how it is used."
    text = str(error.format_message())
    if text.startswith("No such command"):
        wrong, *near = re.findall(r"'([^']*)'", text)
        if wrong in INSTALLED_ONLY:
            return f"“restored {wrong}” is a part of the program that an installer brought. {INSTALLED_ONLY[wrong]}{more}"
        hint = f" Did you mean {' or '.join(f'“{name}”' for name in near[:2])}?" if near else ""
        return f"There is no command “{wrong}”.{hint}{more}"
    if isinstance(error, _typer_errors.NoSuchOption):
        near = sorted(getattr(error, "possibilities", None) or ())
        hint = f" Did you mean {' or '.join(near[:2])}?" if near else ""
        return f"There is no option “{error.option_name}”.{hint}{more}"
    if isinstance(error, _typer_errors.MissingParameter):
        return f"{_what(error)} is missing.{more}"
    if "requires an argument" in text:
        return f"The option “{getattr(error, 'option_name', '?')}” needs a value after it.{more}"
    if text.startswith("Got unexpected extra argument"):
        extra = text[text.find("(", len("Got unexpected extra argument(s) ") - 1) + 1 : text.rfind(")")]
        place = ", and -o before the place of the result" if _lacks_output(getattr(error, "ctx", None)) else ""
        return f"“{extra}” is too much: put an instruction of several words in quotation marks{place}.{more}"
    if isinstance(error, typer.BadParameter):
        for theirs, ours in _RULES:
            if found := re.match(theirs, str(error.message)):
                return f"{_what(error)} {found.expand(ours)}.{more}"
        return f"{_what(error)}: {str(error.message).rstrip('.')}."
    return f"{text.rstrip('.')}.{more}"


def _lacks_output(context: Any) -> bool:
    """Whether a command that writes a result was not told where ("restored batch IN OUT ...")."""
    if context is None:
        return False
    return any(param.name == "output" for param in context.command.params) and context.params.get("output") is None


def _what(error: Any) -> str:
    """The option or argument that is meant, as it stands in the help."""
    hint = error.param_hint
    if hint:
        return " or ".join(hint) if isinstance(hint, (list, tuple)) else str(hint).strip("'")
    param = error.param
    if param is None:
        return "The command line"
    return param.opts[0] if param.param_type_name == "option" else (param.metavar or str(param.name).upper())


def tell(words: str, *, json: bool, code: str) -> None:
    """The sentence on the standard error; with `--json` also an object on the standard output, as every answer is one."""
    if json:
        console.print_json({"error": words, "code": code})
    console.fail(words)
