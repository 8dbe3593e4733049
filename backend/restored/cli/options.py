"""Options that several commands share, described once."""

from pathlib import Path
from typing import Annotated, Final

import typer

from restored.ground.limits import DEVICES, QUALITIES

Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Where the result goes; its ending is its format. Where nothing is to be done it is a copy of the picture. A"
        " question, such as “what is wrong with it?”, needs none and writes none.",
    ),
]
Recipe = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Do again what this recipe, or the one inside this result, says.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of words.")]
Strength = Annotated[
    float | None,
    typer.Option(min=0.0, max=1.0, metavar="0..1", help="How much of the restoration is applied: 0 nothing, 1 all (usual)."),
]
Model = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="The model to use, by its name (see `restored models list`); with --no-daemon also by its folder."
    ),
]
Device = Annotated[
    str | None,
    typer.Option(metavar="|".join(DEVICES), help="Where to compute; `auto` measures what is fastest."),
]
Quality = Annotated[
    list[str] | None,
    typer.Option(
        metavar="normal|best|1..100",
        help="`best` takes four times as long for a little more detail; a number is that of a JPEG or WebP result, usually the"
        " original's. May be given twice.",
    ),
]
Format = Annotated[
    str | None, typer.Option("--format", metavar="png|tiff|jpeg|webp", help="The results' format; usually the original's.")
]
Scale = Annotated[int | None, typer.Option(help="Enlarge the picture 2 or 4 times.", metavar="2|4")]
NoDaemon = Annotated[bool, typer.Option("--no-daemon", help="Compute in this process instead of the background daemon.")]


_ENDINGS: Final = {"png": ".png", "tiff": ".tif", "tif": ".tif", "jpeg": ".jpg", "jpg": ".jpg", "webp": ".webp"}


def ending_of(format: str | None) -> str | None:
    """How files of a format end; None for the original's. Raises a usage error for a format that is not written."""
    if format is not None and format.lower() not in _ENDINGS:
        raise typer.BadParameter("The format is one of: png, tiff, jpeg, webp.", param_hint="--format")
    return _ENDINGS[format.lower()] if format else None


def qualities(said: list[str] | None) -> tuple[str | None, int | None]:
    """What `--quality` says: of the restoration (one of QUALITIES), and of the file written (1 to 100); None is the usual.

    Raises a usage error for what is neither."""
    work, written = None, None
    for each in said or ():
        if each in QUALITIES:
            work = each
        elif each.isascii() and each.isdigit() and 1 <= int(each) <= 100:
            written = int(each)
        else:
            raise typer.BadParameter(
                f"The quality is {' or '.join(QUALITIES)}, or a number from 1 to 100 for the file.", param_hint="--quality"
            )
    return work, written


def check_device(device: str | None) -> None:
    """Raises a usage error for a device that there is not."""
    if device is not None and device not in DEVICES:
        raise typer.BadParameter(f"The device is one of: {', '.join(DEVICES)}.", param_hint="--device")
