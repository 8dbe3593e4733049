"""One picture from file to file: read, restore, write. Knows of no signal, no terminal and no global, so that it runs in any
thread of any process; in three parts, so that reading and writing of some pictures overlap the restoring of another."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from numpy.typing import NDArray

from restored.ground.versions import version
from restored.io import (
    Picture,
    PictureError,
    atomic,
    check_output,
    content_of,
    format_of,
    kept_quality,
    pages_of,
    read_mask,
    received,
    sent,
    write_pages,
)
from restored.io.exif import settled as settled_exif
from restored.io.xmp import settled as settled_xmp
from restored_client.wire.order import Asked
from restored_client.wire.recipe import encode_recipe, make_recipe

from . import masks
from .makingway import MakeWay, place_mark
from .orders import Done, FileOrder, OnProgress, Restore, never
from .page_choice import chosen, which

_CLEAN_QUALITY: Final = 90
"""The least quality at which what was freed from JPEG's artefacts is saved as JPEG: less would put them back."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A picture file that was read: its pages, what the engine is to be given of each (None: the page is carried), the mask, the
    SHA-256 of the bytes that were read, and the file's size and time (ns) before that."""

    source: Path
    pages: list[Picture]
    layers: list[NDArray | None]
    mask: NDArray | None
    digest: str
    mark: tuple[int, int]
    notes: tuple[str, ...]
    whole: bool = True
    """Whether these are all pages that the file has."""
    there: tuple[int, ...] = ()
    """What lay at the result's place before this was read (see `place_mark`): what comes there afterwards is somebody else's."""
    piped: bytes | None = None
    """All that came out of a pipe, which nobody can read again."""

    @property
    def nbytes(self) -> int:
        """About what it holds in memory."""
        layers = sum(layer.nbytes for layer in self.layers if layer is not None)
        return layers + sum(page.pixels.nbytes for page in self.pages)


@dataclass(frozen=True, slots=True)
class Report:
    """What happened to one picture."""

    done: Done
    width: int
    height: int
    notes: tuple[str, ...]
    pages: int = 1
    written: bool = True
    """Whether there is a file."""

    def to_dict(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        return {
            "changed": self.done.changed,
            "message": self.done.message,
            "plan": self.done.plan,
            "model": self.done.model,
            "device": self.done.device,
            "seconds": round(self.done.seconds, 3),
            "width": self.width,
            "height": self.height,
            "notes": list(self.notes),
            **({"pages": self.pages} if self.pages > 1 else {}),
        }


def restore_file(
    source: Path,
    target: Path,
    wish: FileOrder,
    restore: Restore,
    *,
    mask: Path | None = None,
    page: int | None = None,
    quality: int | None = None,
    keep: bool = False,
    copy: bool = True,
    there: tuple[int, ...] | None = None,
    progress: OnProgress = lambda fraction, words: None,
    cancelled: Callable[[], bool] = never,
) -> Report:
    """Restore the picture in `source` into `target`, whose ending says its format.

    mask: a picture of the same size; where it is black nothing changes. page: which of a TIFF's pictures (from 1) is wanted; None
    is all. quality: 1..100 for JPEG and WebP; None keeps that of the source.
    keep: a file that is at `target` already is kept under another name beside it. there: `place_mark(target)` when it was decided
    what to do about such a file; what came since is kept as well.
    With nothing to do, `target` becomes a byte-for-byte copy when both names ask for the same format; with `copy` False, and when
    the wish was a question, nothing is written. Whether `target` may be replaced is for the caller to decide.
    Raises PictureError and whatever `restore` raises; then `target` is as it was.
    """
    progress(None, f"Reading {source.name}")
    loaded = load(source, target, wish, mask=mask, page=page)
    if there is not None:
        loaded = replace(loaded, there=there)
    done = restore_pages(loaded, wish, restore, progress, cancelled)
    if not (answered := _summary(done)).changed and (not copy or answered.plan.get("action") == "diagnose"):
        picture = next(page for page, one in zip(loaded.pages, done, strict=True) if one is not None)
        return Report(answered, picture.width, picture.height, (), len(done), written=False)
    progress(None, f"Writing {target.name}")
    return save(loaded, done, target, wish, quality=quality, keep=keep)


def load(source: Path, target: Path, wish: FileOrder, *, mask: Path | None = None, page: int | None = None) -> Loaded:
    """Read `source`, and find out that `target` can be written. Raises PictureError."""
    there = place_mark(target)
    content = content_of(source)
    found, digest, mark, piped = pages_of(content.data, source), content.digest(), content.mark, content.piped and content.data
    del content  # the file's bytes, which may be as many as the pixels'
    pages = chosen(found, source, page)
    if os.path.exists(target) and os.path.samefile(source, target):
        raise PictureError("The result would replace the original. Give it another name: the original stays as it is.")
    if len(pages) > 1 and format_of(target) != "tiff":
        raise PictureError(which(pages, source))
    notes: list[str] = []
    for picture in pages:
        notes += [note for note in (*picture.notes, *check_output(target, picture, wish.scale)) if note not in notes]
    where = _mask(pages, wish, mask)
    layers = [sent(picture) if picture.role == "picture" else None for picture in pages]
    if any(layer is None for layer in layers):
        notes.append("The infrared page was carried as it is" + (", at its own size." if wish.scale > 1 else "."))
    whole = len(pages) == len(found)
    return Loaded(source, pages, layers, where, digest, mark, tuple(notes), whole, there, piped or None)


def restore_pages(
    loaded: Loaded, wish: FileOrder, restore: Restore, progress: OnProgress, cancelled: Callable[[], bool] = never
) -> list[Done | None]:
    """What `restore` makes of each page; None for pages that are carried."""
    return [None if layer is None else restore(layer, wish, loaded.mask, progress, cancelled) for layer in loaded.layers]


def save(
    loaded: Loaded,
    done: list[Done | None],
    target: Path,
    wish: FileOrder,
    *,
    quality: int | None = None,
    keep: bool = False,
    staging: Path | None = None,
) -> Report:
    """Write what came of it; half-written files lie in `staging`, or beside the target. What came to `target` since `loaded` was
    read is kept in any case. Raises PictureError; then `target` is as it was."""
    make_way = MakeWay(target, loaded.there, keep=keep)
    try:
        report = _save(loaded, done, target, wish, quality, staging, make_way)
    except BaseException:
        make_way.take_back()
        raise
    return replace(report, notes=(*make_way.notes(), *report.notes))


def _save(
    loaded: Loaded,
    done: list[Done | None],
    target: Path,
    wish: FileOrder,
    quality: int | None,
    staging: Path | None,
    make_way: MakeWay,
) -> Report:
    first = next(one for one in done if one is not None)
    summary = _summary(done)
    results = [_result(picture, one) for picture, one in zip(loaded.pages, done, strict=True)]
    width, height = results[0].width, results[0].height
    if not summary.changed:
        if format_of(target) == loaded.pages[0].format and loaded.whole and (same := _bytes_again(loaded)) is not None:
            with atomic(target, staging, make_way=make_way) as file:
                file.write(same)
            return Report(summary, width, height, (), len(results))
        quality = quality or kept_quality(target, loaded.pages[0])
        said = encode_recipe(_untouched(summary) | _origin(loaded, wish))
        notes = write_pages(target, loaded.pages, said, quality=quality, staging=staging, make_way=make_way)
        return Report(summary, width, height, (*loaded.notes, *notes), len(results))
    notes = list(loaded.notes)
    recipe = {**first.recipe, **_origin(loaded, wish)} if first.recipe else None
    if recipe is not None and loaded.mask is not None:
        kept = masks.packed(loaded.mask)
        recipe |= {"mask": kept} if kept else {}
        if kept is None:
            notes.append("The mask is too detailed to be kept in the recipe: keep its file, to do the same again.")
    quality = quality or _quality(target, results[0], first, wish.scale)
    said = encode_recipe(recipe) if recipe else None
    notes += write_pages(target, results, said, quality=quality, staging=staging, make_way=make_way)
    if loaded.mask is not None and (format_of(target) == "jpeg" or (format_of(target) == "webp" and loaded.pages[0].lossy)):
        notes.append("A JPEG or WebP rounds pixels in blocks, outside the mask too. PNG and TIFF keep those exactly.")
    notes += _another_model(wish, first)
    return Report(summary, width, height, tuple(notes), len(results))


def _summary(done: list[Done | None]) -> Done:
    """What is said of all pages together: the first's answer, and whether any was changed."""
    made = [one for one in done if one is not None]
    first = next((one for one in made if one.changed), made[0])
    return replace(first, seconds=sum(one.seconds for one in made))


def _mask(pages: list[Picture], wish: FileOrder, mask: Path | None) -> NDArray | None:
    if mask is not None:
        return read_mask(mask, pages[0].width, pages[0].height)
    return masks.unpacked(wish.mask, pages[0].width, pages[0].height) if wish.mask else None


def _result(picture: Picture, done: Done | None) -> Picture:
    """The page with its new pixels, and everything that says something about them made true."""
    if done is None or done.pixels is None:
        return picture
    pixels = received(done.pixels, picture)
    height, width = pixels.shape[:2]
    old = picture.metadata
    metadata = replace(old, exif=settled_exif(old.exif, width, height), xmp=settled_xmp(old.xmp, 1, width, height))
    return replace(picture, pixels=pixels, metadata=metadata)


def _quality(target: Path, result: Picture, done: Done, scale: int) -> int | None:
    """As the source was; but what was freed from JPEG's artefacts is not given them back."""
    own = kept_quality(target, result, scale)
    freed = any(step.get("task") == "dejpeg" for step in done.plan.get("steps", ()))
    if not freed or result.encoding is None or format_of(target) not in ("jpeg", "webp"):
        return own
    return max(own or result.encoding.quality or 0, _CLEAN_QUALITY)


def _origin(loaded: Loaded, wish: FileOrder) -> dict[str, str]:
    """What tells a later run that this result is of this very source and wish."""
    return {"source": loaded.digest, "wish": wish.digest()}


def _untouched(done: Done) -> dict[str, Any]:
    """The recipe of a copy in another format, where the picture's own bytes no longer tell what it is: a conversation goes on."""
    return make_recipe(Asked(plan=done.plan), None, version())


def _another_model(wish: FileOrder, done: Done) -> list[str]:
    used = done.recipe.get("sha256")
    if not wish.made_with or not used or used == wish.made_with:
        return []
    return [f"The recipe was made with another version of the model “{done.model}”, so this result may differ a little."]


def _bytes_again(loaded: Loaded) -> bytes | None:
    """The very bytes that were read; None when the file is another by now, or gone."""
    if loaded.piped is not None:
        return loaded.piped
    try:
        content = content_of(loaded.source)
    except PictureError:
        return None
    return content.data if content.digest() == loaded.digest else None
