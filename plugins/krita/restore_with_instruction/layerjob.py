"""One restoration of a layer, from the button to its result."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable, Dict, Optional, Tuple

from . import capture
from .finish import title
from .jobs import KritaJob
from .layers import Refused
from .restored_client.desk.wish import SCALES, Wish


class LayerJob(KritaJob):
    """One restoration from the button to the layer.

    source: the layer as it was when the job was given; of a layer in a picture that is not in front it is read when its turn
    comes, by `take` in the GUI thread, so that twenty open pictures do not lie in memory twice. of: the picture's name, where
    several are restored. as_said: the result is as large as the plan or the words say, which is asked when its turn comes.
    """

    def __init__(
        self,
        source: Optional[capture.Source],
        wish: Wish,
        then: Optional[Callable[[Any], None]] = None,
        take: Optional[Callable[[], capture.Source]] = None,
        of: str = "",
        as_said: bool = False,
    ) -> None:
        size = source.rect[2] * source.rect[3] * max(1, len(source.times)) if source is not None else 1
        super().__init__(f"{of}: {title(wish)}" if of else title(wish), size * wish.scale**2)
        self._source, self.wish, self.take, self.of = source, wish, take, of
        self.as_said = as_said
        self.instruction, self.then = wish.instruction, then
        self.recipe: Optional[Dict[str, Any]] = None
        self.checksum = 0
        """Of the pixels as they were put there."""
        self.inferred = False
        """Whether it took as long as the next one would: by inference, and not from what was kept."""
        self.result = ""
        """The id of the layer that came of it."""

    @property
    def source(self) -> capture.Source:
        assert self._source is not None, "its turn has not come"
        return self._source

    def taken(self, source: capture.Source) -> None:
        """Its turn has come, and its layer was read."""
        self._source, self.take = source, None
        self.size = source.rect[2] * source.rect[3] * self.wish.scale**2

    def sized(self, ask: Callable[[str], Dict[str, Any]]) -> None:
        """Its turn has come: make it as large as is said. ask(words): their plan. Raises Refused, and what `ask` raises."""
        if not self.as_said:
            return
        scale = (self.wish.plan or ask(self.wish.instruction)).get("scale")
        if scale not in SCALES or scale == 1:
            return
        if self.source.mask is not None or self.source.selection is not None:
            raise Refused(capture.PART_ENLARGED)
        self.wish = replace(self.wish, scale=scale)
        self.size *= scale**2

    @property
    def carried_out(self) -> Wish:
        """The wish with the plan that was followed."""
        return replace(self.wish, plan=self.wish.plan or (self.recipe or {}).get("plan"))

    def work(self, working: Any) -> Tuple[str, str]:
        return working.restore(self)

    def let_go(self) -> None:
        if self._source is not None:
            self._source = replace(self._source, data=b"", mask=None, context=None, selection=None)
