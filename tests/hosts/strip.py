"""Six frames of one restoration in GIMP, from the pictures that gimp/pictures.py took, as one strip for the README.

python tests/hosts/strip.py [FOLDER]       (default folder: docs/screenshots)
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FRAMES = ("menu", "idle", "window", "progress", "result", "adjust")
WIDTH, GAP = 640, 8


def strip(folder: Path) -> Path:
    """Three frames in a row, numbered."""
    pictures = [Image.open(folder / f"gimp-{name}.jpg").convert("RGB") for name in FRAMES]
    height = round(WIDTH * pictures[0].height / pictures[0].width)
    sheet = Image.new("RGB", (3 * WIDTH + 2 * GAP, 2 * height + GAP), "white")
    for number, picture in enumerate(pictures):
        small = picture.resize((WIDTH, height), Image.Resampling.LANCZOS)
        pen = ImageDraw.Draw(small)
        pen.ellipse((8, height - 44, 44, height - 8), fill=(20, 20, 20), outline="white", width=2)
        pen.text((26, height - 26), str(number + 1), fill="white", anchor="mm", font=ImageFont.load_default(20))
        sheet.paste(small, (number % 3 * (WIDTH + GAP), number // 3 * (height + GAP)))
    path = folder / "strip.jpg"
    sheet.save(path, quality=85, optimize=True)
    return path


if __name__ == "__main__":
    print(strip(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "docs" / "screenshots"))
