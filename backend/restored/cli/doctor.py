"""`restored doctor`."""

import typer
from rich.text import Text

from . import console
from .options import Json

_STYLE = {"ok": ("green", "✓"), "note": ("yellow", "!"), "bad": ("bold red", "✗")}


def doctor(json: Json = False) -> None:
    """Look at everything once, and say what is wrong and what to do. Names of people and secrets are left out."""
    from restored.doctor import examine, redacted

    with console.progress("Looking") as show:
        findings = examine(lambda words: show(None, words))
    if json:
        console.print_json(redacted({"findings": [finding.to_dict() for finding in findings]}))
    else:
        for finding in findings:
            style, sign = _STYLE[finding.state]
            console.out.print(Text.assemble((f"{sign} ", style), (f"{finding.about:14}", "bold"), redacted(finding.sentence)))
            for name, value in finding.facts.items():
                console.out.print(Text(f"      {name}: {redacted(value)}", style="dim"))
    if any(finding.state == "bad" for finding in findings):
        raise typer.Exit(1)
