"""A question about a picture file: it is read and answered, and nothing is written."""

from collections.abc import Callable
from pathlib import Path

from restored.io import read_pages, sent

from .one import Report
from .orders import FileOrder, OnProgress, Restore, never
from .page_choice import chosen


def look_at_file(
    source: Path,
    wish: FileOrder,
    restore: Restore,
    *,
    page: int | None = None,
    progress: OnProgress = lambda fraction, words: None,
    cancelled: Callable[[], bool] = never,
) -> Report:
    """What is answered to a question about the picture in `source`, or the first of its pictures; nothing is written. Raises as
    `restore_file` does."""
    progress(None, f"Reading {source.name}")
    picture = next(each for each in chosen(read_pages(source), source, page) if each.role == "picture")
    done = restore(sent(picture), wish, None, progress, cancelled)
    return Report(done, picture.width, picture.height, (), written=False)
