"""Which of the pictures in one file is meant."""

from pathlib import Path

from restored.io import Picture, PictureError


def chosen(pages: list[Picture], source: Path, page: int | None) -> list[Picture]:
    """The pictures of a file that are meant: all of them, or the one that was chosen (from 1). Raises PictureError."""
    if page is None:
        return pages
    if not 1 <= page <= len(pages):
        raise PictureError(
            f"“{source.name}” holds {len(pages)} {'picture' if len(pages) == 1 else 'pictures'}: there is no {page}."
        )
    if pages[page - 1].role != "picture":
        raise PictureError(f"Picture {page} of “{source.name}” is what infrared light saw, which is not restored.")
    return [pages[page - 1]]


def which(pages: list[Picture], source: Path) -> str:
    """What to say where a result has room for one picture only: which there are, and how to choose."""

    def words(picture: Picture) -> str:
        kind = "infrared" if picture.role == "infrared" else ("gray" if picture.pixels.shape[2] < 3 else "colour")
        return f"{picture.width} x {picture.height} {kind}"

    listed = ", ".join(f"{number}: {words(picture)}" for number, picture in enumerate(pages[:9], 1))
    more = ", …" if len(pages) > 9 else ""
    return (
        f"“{source.name}” holds {len(pages)} pictures ({listed}{more}). "
        "Name the result .tif to restore them all, or choose one with --picture."
    )
