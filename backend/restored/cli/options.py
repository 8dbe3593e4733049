"""Options that several commands share, described once."""

from pathlib import Path
from typing import Annotated

import typer

Output = Annotated[Path | None, typer.Option("--output", "-o", help="Where the result goes; its ending is its format.")]
Recipe = Annotated[Path | None, typer.Option(help="Do again what this recipe, or the one inside this result, says.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")]
Strength = Annotated[
    float | None,
    typer.Option(min=0.0, max=1.0, help="How much of the restoration is applied: 0 nothing, 1 all of it.", show_default="1"),
]
Model = Annotated[str | None, typer.Option(help="The model to use, by its name or folder (see `restored models list`).")]
Device = Annotated[
    str | None,
    typer.Option(help="Where to compute: auto, cpu or cuda. `auto` measures what is fastest.", metavar="auto|cpu|cuda"),
]
Scale = Annotated[int | None, typer.Option(help="Enlarge the picture 2 or 4 times.", metavar="2|4")]
NoDaemon = Annotated[bool, typer.Option("--no-daemon", help="Compute in this process instead of the background daemon.")]
