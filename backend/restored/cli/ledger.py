"""Which pictures of a batch are done, so that an interrupted one goes on where it stopped."""

import json
from pathlib import Path
from typing import Any, Final

from restored.files import Wish
from restored.io import atomic

from .say import Failure

NAME: Final = ".restored-batch.json"


class Ledger:
    """The batch's own file in the output folder: the wish, and each finished original by its size and time of change.

    A picture counts as done while its original is unchanged and its result is still there. Results of another wish in the
    same folder would be a mix that nobody could tell apart later, so they are refused unless all is done `again`.
    """

    def __init__(self, output: Path, wish: Wish, *, again: bool) -> None:
        """Makes the output folder. Raises Failure."""
        self._output = output
        self._wish = wish.asked()
        try:
            output.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Failure(f"The folder “{output}” cannot be made: {error.strerror}.") from error
        earlier = self._read()
        if earlier and earlier.get("wish") != self._wish and not again:
            raise Failure(
                f"“{output}” holds results of another instruction or other settings. "
                "Use a folder of its own for each, or --again to do all anew."
            )
        self._done: dict[str, list[int]] = {} if again else earlier.get("done", {})

    def has(self, source: Path) -> bool:
        """True when the result for this original is there already."""
        return self._done.get(source.name) == _mark(source) and (self._output / source.name).is_file()

    def add(self, source: Path) -> None:
        """Remember that this original is done, now and on the disk."""
        self._done[source.name] = _mark(source)
        with atomic(self._output / NAME) as file:
            file.write(json.dumps({"wish": self._wish, "done": self._done}, indent=1).encode())

    def _read(self) -> dict[str, Any]:
        try:
            data = json.loads((self._output / NAME).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return data if isinstance(data, dict) else {}


def _mark(source: Path) -> list[int]:
    status = source.stat()
    return [status.st_size, status.st_mtime_ns]
