"""Options that several commands have, and where they talk to."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

console = Console(stderr=True)

Device = Annotated[str, typer.Option(help="cpu, cuda or mps.")]
Photographs = Annotated[Path | None, typer.Option(help="Folder or pack of photographs; default: ../shared/data/train/free.")]
Bench = Annotated[Path | None, typer.Option(help="The bench folder; default: ../shared/data/bench.")]
