"""What is done for one job in the worker's thread: pixels to the daemon, the result back, and into Krita."""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import Any, Dict, List, Optional, Tuple, cast

from . import colour, frames, layers, showing
from .finish import check_output, finish
from .pixels import Buffer, clear_unselected, from_wire, keep_unselected, to_wire
from .qt import QtCore
from .restored_client.desk.queue import DONE, NOTHING
from .restored_client.desk.remarks import why_nothing
from .restored_client.desk.thumbnail import thumbnail
from .restored_client.desk.wish import NEW_LAYER
from .restored_client.wire.errors import ClientError
from .restored_client.wire.order import Order
from .restored_client.wire.pixels import Pixels
from .words import catalogue, tr


class Sending:
    """`queue` (a jobs.Jobs) has the line to the daemon, the way into the GUI thread, and hears of progress."""

    def __init__(self, queue: Any) -> None:
        self._queue = queue
        self._last: Optional[Tuple[Tuple[Any, ...], str]] = None  # what the daemon keeps, and under which name

    def restore(self, job: Any) -> Tuple[str, str]:
        """How it ended: a state, and a sentence. Raises Cancelled, ClientError, Refused, ColourError."""
        if job.take is not None:
            job.taken(self.in_gui(job, job.take))
        job.sized(lambda words: self._queue._line.call(lambda session: session.explain(words)))
        if job.as_said:
            self.in_gui(job, lambda: check_output(job))
        return self._frames(job) if job.source.times else self._picture(job)

    def _picture(self, job: Any) -> Tuple[str, str]:
        outcome = self._infer(job, job.source.data)
        job.recipe, job.device = outcome.recipe, outcome.device
        if not outcome.changed or outcome.pixels is None:
            return NOTHING, why_nothing(outcome.plan, outcome.message, catalogue)
        data = self._whole(job, outcome.pixels)
        job.picture = showing.in_srgb(thumbnail(outcome.pixels), job.source.profile)
        try:
            return self._place(job, data, outcome.pixels, job.wish.where)
        except layers.Changed as change:
            self._place(job, data, outcome.pixels, NEW_LAYER)
            return DONE, str(change)

    def _frames(self, job: Any) -> Tuple[str, str]:
        """Every frame of an animated layer, as a new animated layer."""
        source, outcome = job.source, cast(Any, None)
        done: Dict[int, Any] = {}
        for number, time in enumerate(source.times):
            job.go_on()
            data, context = self.in_gui(job, lambda time=time: frames.read(source, time))
            outcome = self._infer(job, data, (number, len(source.times)), context)
            if outcome.changed and outcome.pixels is not None:
                job.recipe, job.device = outcome.recipe, outcome.device
                data = self._whole(job, outcome.pixels, data)
            if source.mask is not None:
                data = clear_unselected(data, source.mask, source.space.pixel_bytes)
            done[time] = QtCore.QByteArray(data)
        if job.recipe is None:  # no frame changed
            return NOTHING, why_nothing(outcome.plan, outcome.message, catalogue)
        layer = self.in_gui(job, lambda: frames.begin(job))
        for time, data in done.items():
            self.in_gui(job, lambda time=time, data=data: frames.fill(source, layer, time, data))
        return DONE, self.in_gui(job, lambda: frames.end(job, layer))

    def _whole(self, job: Any, result: Pixels, before: Any = None) -> Buffer:
        """The result in Krita's bytes, the original's own where nothing is selected."""
        source = job.source
        width, height = (side * job.wish.scale for side in source.rect[2:])
        if (result.width, result.height) != (width, height):
            raise ClientError("bad_answer", detail=f"{result.width}x{result.height}")
        data = self._returning(job, result)
        if source.mask is not None and not source.space.srgb_encoded:
            original = source.data if before is None else before
            data = keep_unselected(data, original, source.mask, source.space.pixel_bytes)
        return data

    def in_gui(self, job: Any, work: Any) -> Any:
        """What `work()` gives in the GUI thread; raises what it raises, or Cancelled."""
        return self._queue._gui(work, job.cancelled)

    def find(self, job: Any) -> Pixels:
        """Where the place of a finding.PlaceJob is in its layer: a mask of u8. Raises Cancelled, ClientError."""
        return self._queue._line.call(
            lambda session: session.region(
                job.region,
                job.pixels,
                job.context,
                profile=job.profile,
                on_progress=lambda step: self._queue.progress(job, step.fraction, step.words),
                cancelled=job.cancelled,
            )
        )

    def _place(self, job: Any, data: Buffer, result: Pixels, output: str) -> Tuple[str, str]:
        """Hand the result over to Krita. Every copy is made here, so that the GUI thread has only Krita's own calls to make."""
        source = job.source
        if output == NEW_LAYER and source.mask is not None:
            data = clear_unselected(data, source.mask, source.space.pixel_bytes)
        ready = QtCore.QByteArray(data)
        job.checksum = zlib.crc32(data)
        job.go_on()
        return self.in_gui(job, lambda: finish(job, ready, result.width, result.height, output))

    def _infer(self, job: Any, data: Any, part: Tuple[int, int] = (0, 1), context: Optional[Pixels] = None) -> Any:
        """The restored pixels: from the engine's kept residual when only the strength is another one, else by inference.

        data: Krita's bytes of the job's rectangle. part: this is number `part[0]` of `part[1]` that are to be restored.
        """
        source, wish, line = job.source, job.wish, self._queue._line
        key = (
            source.node,
            source.rect,
            wish.key or repr((wish.instruction, wish.plan)),
            wish.model,
            wish.scale,
            wish.quality,
            zlib.crc32(data),
            zlib.crc32(source.mask or b""),
        )
        if self._last is not None and self._last[0] == key:
            kept = self._last[1]
            try:
                return line.call(lambda session: session.adjust(kept, strength=wish.strength, texture=wish.texture))
            except ClientError as problem:
                if problem.code != "expired":
                    raise
        pixels = self._travelling(job, data)
        mask = None if source.mask is None else Pixels(pixels.width, pixels.height, 1, "u8", source.mask)
        self._last = None

        def progress(step: Any) -> None:
            fraction = None if step.fraction is None else (part[0] + step.fraction) / part[1]
            words = step.words if part[1] == 1 else tr("Frame %d of %d") % (part[0] + 1, part[1])
            self._queue.progress(job, fraction, words)

        whole = context or source.context
        asked = replace(wish, profile=source.profile, place=source.place if whole else None, keep=True)
        outcome = line.call(lambda session: session.carry_out(Order.of(asked, pixels, mask, whole), progress, job.cancelled))
        job.inferred = True
        if outcome.job:
            self._last = (key, outcome.job)
        return outcome

    def _travelling(self, job: Any, data: Any) -> Pixels:
        source = job.source
        target = source.space if source.profile is not None else colour.exchange_space(source.space)
        converted = self._converted(job, data, source.rect[2], source.rect[3], source.space, target)
        return to_wire(converted, target, source.rect[2], source.rect[3])

    def _returning(self, job: Any, pixels: Pixels) -> Buffer:
        space = job.source.space
        came = space if job.source.profile is not None else colour.exchange_space(space)
        return self._converted(job, from_wire(pixels, came), pixels.width, pixels.height, came, space)

    def _converted(self, job: Any, data: Buffer, width: int, height: int, source: Any, target: Any) -> Buffer:
        """Krita's conversion, stripe by stripe, so that the canvas stays alive in between."""
        if source == target:
            return data
        row = width * source.pixel_bytes
        parts: List[Buffer] = []
        for start, end in colour.stripes(height, width):
            part = bytes(memoryview(data)[start * row : end * row])
            rows = end - start
            parts.append(self.in_gui(job, lambda part=part, rows=rows: colour.convert(part, width, rows, source, target)))
        return b"".join(parts)
