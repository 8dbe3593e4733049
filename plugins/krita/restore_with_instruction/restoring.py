"""From the button to the queue: what of which layers is restored, as jobs."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any, Callable, List, Optional

from . import capture, colour, inputs, jobs, layers, nodes, outputs, target
from .layerjob import LayerJob
from .restored_client.desk.desk import Desk
from .restored_client.desk.history import LastWish
from .restored_client.desk.wish import NEW_LAYER, Wish
from .watching import Watching
from .words import tr


class Restoring:
    """`say(words)` hears why nothing was given, `given(wish)` of every job that was."""

    def __init__(
        self,
        queue: jobs.Jobs,
        look: Watching,
        desk: Desk,
        last: LastWish,
        say: Callable[[str], None],
        given: Callable[[Wish], None],
    ) -> None:
        self._jobs, self._look, self._desk, self._last, self._say, self._given = queue, look, desk, last, say, given

    def repeat(self) -> Optional[LayerJob]:
        """The last restoration once more, on the layer that is active now, whichever picture it was made of."""
        wish = self._last.get(outputs.possible())
        if wish is None:
            self._say(tr("There is no restoration to repeat yet."))
            return None
        document, node = target.active()
        return self._capture(wish, lambda: capture.capture(document, node, wish))

    def give(self, wish: Wish) -> Optional[LayerJob]:
        document, node = self._look.source()
        origin = self._look.origin if self._look.adjusting and not self._desk.once_more else None
        if origin is None and self._look.adjusting:
            document, node = target.active()
        if origin is not None:
            wish = replace(wish, output=NEW_LAYER, scale=1)
            taken = lambda: capture.capture_origin(document, node, origin.result, origin.rect, origin.mask)  # noqa: E731
            return self._capture(wish, taken)
        if self._look.input == inputs.PICTURES:
            return self._pictures(wish)
        if self._look.input == inputs.FRAMES:
            return self._capture(wish, lambda: capture.capture_frames(document, node, self._look.facts.times, wish.where))
        others = self._others()
        first = self._capture(wish, lambda: capture.capture(document, node, wish))
        for other in others if first is not None else ():
            self._capture(wish, lambda other=other: capture.capture(document, other, wish))
        return first

    def _pictures(self, wish: Wish) -> Optional[LayerJob]:
        """A job for every open picture; one that cannot be restored says so when its turn comes, and the others go on."""
        given = []
        for document, node in inputs.pictures():
            identity, name = nodes.document_id(document), os.path.basename(document.fileName()) or document.name()
            layer = None if node is None else nodes.node_id(node)
            take = lambda identity=identity, layer=layer: _later(identity, layer, wish)  # noqa: E731
            given.append(LayerJob(None, wish, take=take, of=name))
        for job in given:
            self._queue(job)
        return given[0] if given else None

    def _others(self) -> List[Any]:
        """Layers that are chosen besides the active one."""
        return target.selected(target.active()[1])[1:] if self._look.input == inputs.LAYER and not self._look.adjusting else []

    def _capture(self, wish: Wish, take: Callable[[], capture.Source]) -> Optional[LayerJob]:
        try:
            job = LayerJob(take(), wish)
        except (layers.Refused, colour.ColourError) as problem:
            self._say(str(problem))
            return None
        self._queue(job)
        return job

    def _queue(self, job: LayerJob) -> None:
        self._given(job.wish)
        self._say("")  # before it is given: from 5.3 on a quick job may end, and say so, in the middle of what follows
        self._jobs.give(job)
        self._desk.give_way()


def _later(document_id: str, layer: Optional[str], wish: Wish) -> capture.Source:
    """Read a layer of a picture that may not be in front, when its turn has come. Raises Refused."""
    document = nodes.find_document(document_id)
    if document is None:
        raise layers.Refused(tr("The document was closed or flattened in the meantime; the result was dropped."))
    node = None if layer is None else nodes.find_node(document, layer)
    return capture.capture(document, node, wish)
