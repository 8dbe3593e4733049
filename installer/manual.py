"""The manual page restored(1), made of what the commands say of themselves."""

import datetime
from typing import Any, Final

from restored.cli.app import COMMANDS, STANDALONE

_ENVIRONMENT: Final = {
    "RESTORED_DEBUG": "With 1, errors come with their details.",
    "RESTORED_DATA_DIR": "Where imported models lie.",
    "RESTORED_CONFIG_DIR": "Where settings, history and presets lie.",
    "RESTORED_RUNTIME_DIR": "Where the background process and its clients meet.",
}


def page(version: str) -> str:
    """The page as roff (man(7)). version: of the program."""
    lines = [
        f'.TH RESTORED 1 {datetime.date.today().isoformat()} "restored {version}" "User commands"',
        ".SH NAME",
        r"restored \- restore photographs by saying what is wrong with them",
        ".SH SYNOPSIS",
        '.B restored run\n.I INPUT\n"\\fIINSTRUCTION\\fR" \\-o \\fIRESULT\\fR\n.br\n.B restored\n.I COMMAND\n[\\fIOPTIONS\\fR]',
        ".SH DESCRIPTION",
        _text(
            "Say what is wrong with a photograph, and get it back restored: on this machine, offline. The plug-ins for GIMP 3 "
            "and Krita do the same from their menus. The original is never changed."
        ),
        ".SH COMMANDS",
    ]
    for name, command in {**COMMANDS, **STANDALONE}.items():
        if not command.hidden:
            lines += [".TP", rf"\fB{_text(name)}\fR", _text(command.help)]
            lines += _options(command.load(name))
    lines += [".SH EXAMPLES", ".nf", 'restored run lake.jpg "remove the rain and brighten it" \\-o lake\\-restored.png']
    lines += ['restored batch photographs "remove the noise" \\-o restored', ".fi", ".SH EXIT STATUS"]
    lines += [
        _text("0: done, or nothing to do. 1: a sentence on the standard error says why not. 2: wrong usage. 130: interrupted.")
    ]
    lines += [".SH ENVIRONMENT"]
    for name, words in _ENVIRONMENT.items():
        lines += [".TP", rf"\fB{name}\fR", _text(words)]
    lines += [
        ".SH SEE ALSO",
        _text("“restored COMMAND --help” shows how a command is used, “restored doctor” what is amiss."),
        "",
    ]
    return "\n".join(lines)


def _options(command: Any) -> list[str]:
    """A command's options, or the commands of a group, indented below it."""
    lines = [".RS"]
    for name, inner in getattr(command, "commands", {}).items():
        if not inner.hidden:
            lines += [".TP", rf"\fB{_text(name)}\fR", _text(inner.get_short_help_str(400))]
    for option in command.params:
        if option.param_type_name == "option" and option.help and not option.hidden:
            value = "" if option.is_flag else f" \\fI{_text(option.metavar or option.type.name.upper())}\\fR"
            lines += [".TP", rf"\fB{_text(', '.join(option.opts))}\fR{value}", _text(option.help)]
    return [*lines, ".RE"] if len(lines) > 1 else []


def _text(words: str) -> str:
    """Words that roff shows as they are."""
    shown = " ".join(words.split()).replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{shown}" if shown.startswith((".", "'")) else shown
