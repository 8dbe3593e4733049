"""Photographs: packed for a rented machine, and judged."""

import json
from pathlib import Path
from typing import Annotated

import typer

from .options import Photographs, console


def pack(
    out: Annotated[Path, typer.Argument(help="Folder for the pieces.")],
    photographs: Photographs = None,
    piece_mb: Annotated[int, typer.Option(min=1, help="Largest piece in megabytes.")] = 40,
    longest: Annotated[int | None, typer.Option(min=64, help="Reduce pictures to this many pixels on the long side.")] = None,
    quality: Annotated[int, typer.Option(min=60, max=100, help="JPEG quality of those that are reduced.")] = 92,
    part: Annotated[str, typer.Option(help="Which of how many archives, such as 1/2.")] = "1/1",
    only_train: Annotated[bool, typer.Option("--only-train", help="Leave out the photographs that are kept for tests.")] = False,
) -> None:
    """Pack photographs and their manifest into one archive in pieces, for a rented machine (`data.photographs`: its index)."""
    from ..data.paths import photograph_folder
    from ..data.photographs import pack as write
    from ..runs.config import DataConfig

    number, _, of = part.partition("/")
    folders = [photographs] if photographs else DataConfig().photographs
    index = write(
        [photograph_folder(folder) for folder in folders],
        out,
        piece_bytes=piece_mb * 1_000_000,
        longest=longest,
        quality=quality,
        split="train" if only_train else "all",
        part=(int(number) - 1, int(of or 1)),
    )
    pieces = json.loads(index.read_text(encoding="utf-8"))["pieces"]
    console.print(f"Wrote {len(pieces)} pieces, {sum(p['bytes'] for p in pieces) / 1e6:.1f} MB, and {index}.")


def screen(
    to: Annotated[Path, typer.Argument(help="The table to write.")] = Path("training/data/screen.tsv"),
    photographs: Annotated[list[Path] | None, typer.Option(help="Folders; default: those of the shared data.")] = None,
) -> None:
    """Judge which photographs are clean enough to be a target, for each task; runs leave out the others (`data: screen`)."""
    from collections import Counter

    from ..data.screen import screen as judge
    from ..runs.config import DataConfig

    judged = judge(photographs or DataConfig().photographs, to)
    unfit = Counter(task for measures in judged.values() for task in measures.unfit_for)
    told = ", ".join(f"{count} for {task}" for task, count in unfit.most_common())
    console.print(f"Judged {len(judged)} photographs: unfit are {told or 'none'}. Wrote {to}.")


data = typer.Typer(help="The training photographs: where they come from.", no_args_is_help=True)


@data.command()
def assemble(
    out: Annotated[Path, typer.Argument(help="Folder for the pack; a run names its photographs.json as data.photographs.")],
    packages: Annotated[
        Path | None, typer.Option(help="A folder of Debian packages, in place of downloading them with apt.")
    ] = None,
    repositories: Annotated[str | None, typer.Option(help="Where OWNER/NAME of a public repository lies.")] = None,
    only: Annotated[str, typer.Option(help="Only sources whose name contains this.")] = "",
    listed: Annotated[Path | None, typer.Option("--list", help="The list; default: the one in this repository.")] = None,
) -> None:
    """Fetch the photographs that the shipped weights were trained on from where they came, and say what is missing."""
    from collections import Counter

    from ..data import assemble as assembling

    wanted = [item for item in assembling.read_list(listed or assembling.LIST) if only in item.holder]
    done = assembling.assemble(
        wanted, out, packages=packages, repositories=repositories or assembling.REPOSITORIES, say=console.print
    )
    holders = {item.file: item.holder for item in wanted}
    for (holder, why), count in sorted(Counter((holders[file], why) for file, why in done.missing.items()).items()):
        console.print(f"Missing: {count} of {holder}: {why}.")
    console.print(f"Assembled {len(done.files)} of {len(wanted)} photographs{f': {done.index}' if done.index else ''}.")
    if not done.files:
        raise typer.Exit(1)


@data.command()
def record(
    to: Annotated[Path, typer.Argument(help="The list to write.")] = Path("training/data/photographs.tsv"),
    photographs: Annotated[list[Path] | None, typer.Option(help="Folders; default: those of the shared data.")] = None,
) -> None:
    """Write the list that `assemble` works from, for folders of photographs with a manifest.tsv."""
    from ..data.assemble import record as write
    from ..runs.config import DataConfig

    console.print(f"Wrote {write(photographs or DataConfig().photographs, to)} photographs into {to}.")
