"""The page `docs/what-you-can-say.md` and its sheet of pictures, made from the grammar's own tables:
`python -m restored_training.instructions.page docs examples/lake-clean.jpg`."""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from restored.adjustments import ADJUSTMENTS, amount_words, label
from restored.adjustments.adjusting import adjust
from restored.adjustments.names import PLAIN, RANGES
from restored.ground.tasks import LABELS
from restored.instruction import TASKS
from restored.instruction.grammar import languages, load
from restored.instruction.grammar.concepts import FOLDER
from restored.instruction.grammar.sentences import CANNOT
from restored.regions import PLACES, Region
from restored.regions.maps import RegionMaps
from restored.regions.names import ESTIMATED, GUESSED
from restored.regions.names import LABELS as PLACE_LABELS

PAGE = "what-you-can-say.md"
SHEET = "what-you-can-say.jpg"
THUMB = 220

EXAMPLES = (
    ("What is wrong", "“too noisy”, “remove the rain and brighten it”, “the colours are faded”, “fix it”"),
    ("Which way", "“make it warmer”, “less contrast”, “it is overexposed”, “black and white please”"),
    ("How much", "“one stop brighter”, “a bit less saturated”, “20 % more contrast”, “upscale it 2x”"),
    ("Where", "“remove the noise only in the sky”, “darken the top half”, “lift the shadows on the left”"),
    ("What not", "“remove the rain but keep the fog”, “sharpen everything except the sky”, “don't touch the colours”"),
    ("Of the result", "“a bit less”, “not the colours”, “also the rain”, “undo that”, “again”, “start over”, “why?”"),
)


CONVERSATION = (
    ("less of everything", "follow", "weaker"),
    ("more of everything", "follow", "stronger"),
    ("less, by what the result looks like", "result", "weaker denoise"),
    ("a step is taken out", "follow", "drop"),
    ("the last change is taken back", "follow", "undo"),
    ("the same once more, on the result", "follow", "again"),
    ("back to the picture as it was", "follow", "reset"),
    ("what was done, and from which words", "follow", "why"),
    ("nothing: it stays as it is", "follow", "praise"),
)
"""What happens, and the section and concept of the table."""


def _phrases(section: str, name: str, most: int = 6) -> str:
    """The first few phrases of the English table, as a person would say them."""
    table = tomllib.loads((FOLDER / "en.toml").read_text(encoding="utf-8"))
    phrases = [part.strip() for part in table.get(section, {}).get(name, "").split("|")]
    return ", ".join(phrase.replace(" .. ", " … ") for phrase in phrases[:most])


def lines() -> Iterator[str]:
    """The page, line by line."""
    yield "# What you can say"
    yield ""
    yield "Made from the grammar by `python -m restored_training.instructions.page`; edit the tables, not this page."
    yield ""
    yield "| | for example |"
    yield "|---|---|"
    yield from (f"| {what} | {said} |" for what, said in EXAMPLES)
    yield ""
    yield f"![Directions and places on one photograph]({SHEET})"
    yield ""
    yield "## What a model undoes"
    yield ""
    yield "| task | on the chip | some of the words |"
    yield "|---|---|---|"
    yield from (f"| `{task}` | {LABELS[task]} | {_phrases('task', task)} |" for task in TASKS)
    yield f"| `inpaint` | {LABELS['inpaint']} | {_phrases('holes', 'inpaint')} |"
    yield ""
    yield "## Directions: done by formula, exactly"
    yield ""
    yield "| adjustment | + | - | plainly said | range | some of the words |"
    yield "|---|---|---|---|---|---|"
    for name in ADJUSTMENTS:
        low, high = RANGES[name]
        words = ", ".join(filter(None, (_phrases("quality", f"dir {name}+", 3), _phrases("quality", f"dir {name}-", 3))))
        words = words or _phrases("quality", f"noun {name}", 3)
        plain = amount_words(name, PLAIN[name])
        yield f"| `{name}` | {label(name, 1)} | {label(name, -1)} | {plain} | {low:g} to {high:g} | {words} |"
    yield ""
    yield "A step that is only *brighter*, without an amount or a place, is left to the model that brightens dark pictures."
    yield (
        "Words of degree: "
        + "; ".join(f"*{name}*: {_phrases('amount', name, 4)}" for name in ("tiny", "bit", "much", "extreme"))
        + "."
    )
    yield ""
    yield "## Places"
    yield ""
    yield "| place | how it is found | some of the words |"
    yield "|---|---|---|"
    for place in PLACES:
        how = "guessed; a selection decides" if place in GUESSED else "estimated" if place in ESTIMATED else "exactly"
        yield f"| {PLACE_LABELS[place]} | {how} | {_phrases('place', place, 5)} |"
    yield ""
    yield "The sky is found well: its overlap with masks drawn by hand on 21 photographs is 0.79"
    yield "(`restored-train regions --check-only`). Skin and text are not (0.14 and 0.10; sand, wood and fur are taken for"
    yield "skin), so nothing is done by that alone: *only the faces* waits for a selection, which can be begun from the guess"
    yield "that the chip shows."
    yield ""
    yield f"Others ({_phrases('place', '?', 8)}, …) have no estimator:"
    yield "*only the eyes* waits for a selection or a mask; without “only” the whole picture is meant, and the plan says so."
    yield ""
    yield "## Of the result"
    yield ""
    yield "Whatever is said next is understood against the plan that stands; several things may be said in a row."
    yield ""
    yield "| what happens | some of the words |"
    yield "|---|---|"
    yield from (f"| {what} | {_phrases(section, name, 8)} |" for what, section, name in CONVERSATION)
    yield ""
    yield "## What is understood and cannot be done yet"
    yield ""
    yield from (
        f"- {_phrases('unused', name, 4)}: {message}" if _phrases("unused", name, 4) else f"- {message}"
        for name, message in CANNOT.items()
    )
    yield ""
    yield "## Languages"
    yield ""
    yield f"English, and by a table of words each: {', '.join(f'`{name}`' for name in languages() if name != 'en')}"
    yield f"({sum(len(load(name).known) for name in languages())} words in all). A native speaker can mend a table: it is one"
    yield "TOML file in `backend/restored/instruction/grammar/words`."


def sheet(photograph: Path) -> Image.Image:
    """Each direction both ways, and each place as an overlay, on one photograph."""
    with Image.open(photograph) as opened:
        small = opened.convert("RGB")
    small.thumbnail((THUMB, THUMB))
    pixels = np.asarray(small, np.float32) / 255
    cells: list[tuple[str, np.ndarray]] = [("as it was", pixels)]
    for name in ADJUSTMENTS:
        for sign in (1, -1):
            amount = sign * min(2 * PLAIN[name], RANGES[name][1])
            if RANGES[name][0] <= amount:
                cells.append((f"{label(name, amount)}", adjust(pixels, name, amount)))
    maps = RegionMaps(pixels, *pixels.shape[:2])
    for place in PLACES:
        weight = maps.weight(Region((place,)), 0, 0, pixels)[..., None]
        cells.append(
            (PLACE_LABELS[place], pixels * (0.35 + 0.65 * weight) + np.array([0.5, 0.1, 0.1], np.float32) * (1 - weight) * 0.4)
        )
    height, width = pixels.shape[:2]
    columns = 6
    rows = -(-len(cells) // columns)
    out = Image.new("RGB", (columns * (width + 6), rows * (height + 22)), "white")
    draw = ImageDraw.Draw(out)
    for index, (words, cell) in enumerate(cells):
        left, top = index % columns * (width + 6), index // columns * (height + 22)
        out.paste(Image.fromarray((np.clip(cell, 0, 1) * 255 + 0.5).astype(np.uint8)), (left, top + 16))
        draw.text((left + 2, top + 2), words, fill="black", font=ImageFont.load_default())
    return out


def main(folder: Path, photograph: Path | None) -> None:
    (folder / PAGE).write_text("\n".join(lines()) + "\n", encoding="utf-8")
    if photograph is not None:
        sheet(photograph).save(folder / SHEET, quality=85)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
