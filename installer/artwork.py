"""The pictures that Windows wants: the program's icon, and the picture beside the installer's first and last page."""

from pathlib import Path
from typing import Final

from PIL import Image

HERE: Final = Path(__file__).resolve().parent
ICON: Final = HERE / "icon.png"
"""`linux/restored.svg`, drawn 512 pixels wide."""

PANEL: Final = HERE / "windows" / "panel.jpg"
"""`examples/lake-damaged.jpg` and what "remove the snow" made of it; twice as large as NSIS asks for, which stretches it."""

SIZES: Final = (16, 20, 24, 32, 40, 48, 64, 128, 256)


def icon(folder: Path) -> Path:
    """restored.ico, in every size that Windows shows."""
    target = folder / "restored.ico"
    with Image.open(ICON) as drawn:
        drawn.save(target, sizes=[(size, size) for size in SIZES])
    return target


def panel(folder: Path) -> Path:
    """panel.bmp, which is all that NSIS reads."""
    target = folder / "panel.bmp"
    with Image.open(PANEL) as picture:
        picture.save(target)
    return target
