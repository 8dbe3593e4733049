"""One job: a layer and a plan in, a restored layer out."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from restored.engine.machine import store
from restored.engine.machine.devices import Choice, choose
from restored.engine.machine.load import LoadMeter
from restored.engine.machine.memory import SHARE, free_device_memory, free_memory, out_of_memory, release
from restored.engine.machine.runtimes import Work
from restored.engine.picture.context import check_context, thumbnail
from restored.engine.picture.enlarge import enlarge
from restored.engine.picture.masks import Mask
from restored.engine.picture.pixels import Box, Floats, Layer, check_layer, has_alpha, visible
from restored.engine.picture.residual import Residual, blend, compact
from restored.engine.picture.source import LayerSource
from restored.engine.work.coarse import Guess, LayerForm
from restored.engine.work.conduct import Cancel, conduct
from restored.engine.work.directly import adjusted
from restored.engine.work.heeding import Heeding, heeding_of, without_selection
from restored.engine.work.outcome import EngineResult, Preview, Progress
from restored.engine.work.passes import Pass, plan_passes
from restored.engine.work.scan import Scan, Share, shares
from restored.engine.work.tiles import Tile, Tiling, lay_tiles, smallest_side
from restored.ground.cores import cores
from restored.ground.errors import Cancelled, EngineError, PixelError
from restored.ground.limits import SCALES
from restored.instruction.plan import Plan, Step
from restored.models.base import Model
from restored.models.bundle import Bundle
from restored.models.coarse import coarse_to_fine, usable
from restored.regions import Frame

Heed = Callable[[Box, Floats, Floats], Floats]
PassesFor = Callable[[Model], tuple[list[Pass], list[str]]]

TOO_LITTLE: Final = "There is too little free memory for this picture. Close other programs, or restore a selection."


def run(
    image: np.ndarray,
    plan: Plan,
    *,
    model: Bundle | str | Path | None = None,
    mask: np.ndarray | None = None,
    strength: float = 1.0,
    scale: int = 1,
    context: np.ndarray | None = None,
    place: Frame | None = None,
    device: str | None = None,
    text: str | None = None,
    embedding: Floats | None = None,
    keep: bool = False,
    previews: bool = False,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
    tile_side: int | None = None,
) -> EngineResult:
    """Restore a layer as the plan says.

    image: H x W x C as `pixels` defines it; never written to. model: a loaded bundle, its name or path, or None for the
    default. mask: H x W in [0, 1] of any depth; strength in [0, 1]. scale: 1, 2 or 4 (see `_stages`). context: the whole layer
    as a small picture when `image` is only a part of it; computed from `image` otherwise;
    place: where that part lies in the whole. device: "auto" (None), "cpu", "cuda" or "mps".
    text / embedding: for models that read the instruction itself; else `plan.text` is used. keep: also return the Residual
    (and so infer under a zero mask too). previews: give finished tiles to `progress`.
    progress: called in this thread with a fraction in [0, 1], words and perhaps a Preview. cancel: asked about ten times a
    second; True ends the job. tile_side: the largest window side, for tests and measurements; planned from memory otherwise.

    Raises Cancelled, EngineError, PixelError (a kind of ValueError) or ModelError, each with a sentence for the user.
    """
    start = time.perf_counter()
    load = LoadMeter()
    layer = check_layer(image)
    if scale not in SCALES:
        raise PixelError(f"A picture can be enlarged by {', '.join(map(str, SCALES[1:]))}, not by {scale}.")
    if not 0.0 <= strength <= 1.0:
        raise PixelError("The strength must lie between 0 and 1.")
    weights = Mask(mask, layer.shape[0], layer.shape[1], scale)
    tell = progress or _silent
    stop = cancel or _never
    plan, missing = without_selection(plan, mask is not None)
    if not plan.actionable:
        return EngineResult(layer, plan, False, "", "", time.perf_counter() - start, notes=missing)
    if not plan.restoring and scale == 1:
        heeding = heeding_of(layer, plan, context, place)
        return adjusted(layer, heeding, weights, strength, keep=keep, previews=previews, tell=tell, stop=stop, notes=missing)

    tell(0.0, "Opening the model", None)
    bundle = store.bundle(model)
    plan = _with_resolution(plan, bundle, scale)
    _refuse_giants(layer, scale, keep)
    base = enlarge(layer, scale)
    if strength == 0.0 and not keep:
        return EngineResult(base, plan, scale > 1, "", bundle.name, time.perf_counter() - start)

    frame = check_context(context) if context is not None else thumbnail(LayerSource(layer))
    early, late = _stages(plan, scale)
    shown, notes = base, missing
    if early is not None:
        begin, tell = _split(tell, 1 / (1 + scale * scale))
        below = run(
            layer, early, model=bundle, context=frame, place=place, device=device, embedding=embedding, progress=begin,
            cancel=stop, tile_side=tile_side,
        )  # fmt: skip
        shown, notes = enlarge(below.image, scale), (*missing, *below.notes)
        frame = thumbnail(LayerSource(below.image)) if context is None else frame

    heeding = Heeding(LayerSource(base), frame, late, context is not None, place)
    if not late.restoring:
        return adjusted(base, heeding, weights, strength, keep=keep, previews=previews, tell=tell, stop=stop, scale=scale)
    job = _Job(shown, base, bundle, weights, strength, scale, keep, previews, tell, stop, load, tile_side, heeding, notes)

    def passes_for(net: Model) -> tuple[list[Pass], list[str]]:
        return plan_passes(net, bundle, late, frame, text=text if early is None else None, embedding=embedding)

    residual, choice = job.follow(passes_for, device or "auto")
    return EngineResult(
        job.out,
        plan,
        job.changed or scale > 1,
        choice.line,
        bundle.name,
        time.perf_counter() - start,
        job.tiles,
        tuple(job.notes),
        residual,
    )


@dataclass
class _Job:
    """The state of one `run`, so that a retry can begin again from the layer."""

    shown: Layer
    base: Layer
    bundle: Bundle
    weights: Mask
    strength: float
    scale: int
    keep: bool
    previews: bool
    tell: Progress
    stop: Cancel
    load: LoadMeter
    tile_side: int | None
    heeding: Heeding
    said: tuple[str, ...] = ()
    changed: bool = False
    tiles: int = 0

    def __post_init__(self) -> None:
        self.notes = list(self.said)
        self.out = np.empty_like(self.base)
        self._shape = (0, 0)
        self._largest: int | None = None

    def follow(self, passes_for: PassesFor, device: str) -> tuple[Residual | None, Choice]:
        """Infer on the chosen device; when memory runs out, once more in smaller pieces, then once on the CPU."""
        self._largest = None
        retried = False
        while True:
            net = store.model(self.bundle, device)
            choice = choose(net, self.bundle.fingerprint, device)
            passes, self.notes[len(self.notes) :] = _noted(passes_for(net), self.notes)
            try:
                return self._infer(net, choice, passes), choice
            except out_of_memory() as lost:
                release()
                if not retried:
                    retried, self._largest = True, self._half()
                    self._say("Memory ran short, so the picture was worked on in smaller pieces.")
                elif choice.runtime.device != "cpu":
                    device, self._largest = "cpu", None
                    self._say("The GPU's memory did not suffice, so the CPU was used.")
                else:
                    raise EngineError(TOO_LITTLE) from lost

    def _half(self) -> int:
        """A window side with a quarter of the pixels of the windows just tried."""
        return int((self._shape[0] * self._shape[1]) ** 0.5) // 2

    def _say(self, note: str) -> None:
        self.notes.append(note)
        self.tell(0.0, note, None)

    def _infer(self, net: Model, choice: Choice, passes: list[Pass]) -> Residual | None:
        source = LayerSource(self.base, edge=net.edge, colour=None if self.shown is self.base else self.shown)
        residual = Residual(self.base, scale=self.scale) if self.keep else None
        self.tiles = 0
        self.heeding.restart()
        for index, step in enumerate(passes):
            if self.stop():
                raise Cancelled
            words = _words(index, len(passes))
            self.tell(index / len(passes), words if index else "Preparing the model", None)
            reductions = usable(net.reductions(step.request.plan), source.height, source.width)
            share = dict(zip((*reductions, 1), shares([*reductions, 1], index, len(passes)), strict=True))
            last = index == len(passes) - 1
            heed = self._heed(index, step)

            def at(
                factor: int,
                shown: LayerSource,
                guess: Guess | None,
                *,
                index: int = index,
                step: Pass = step,
                heed: Heed = heed,
                share: dict[int, Share] = share,
                words: str = words,
                last: bool = last,
            ) -> Floats:
                """One scan. Returns the correction of a coarse one, else the picture's colour after it (empty after the last)."""
                scan = self._scan(net, choice, step, shown, guess)
                if factor == 1 and last:
                    self._settle(index, step, scan, self._last_pass(scan, heed, residual), words, share[factor])
                    return np.empty((0, 0, 3), np.float32)
                out = np.empty((shown.height, shown.width, 3), np.float32)
                if factor > 1:
                    self._count(scan, _coarse_pass(scan, out), words, share[factor])
                else:
                    self._settle(index, step, scan, _early_pass(scan, heed, out), words, share[factor])
                return out

            *_, (_, colour) = coarse_to_fine(source, reductions, at, LayerForm())
            source = source.with_colour(colour)
        return residual

    def _settle(
        self, index: int, step: Pass, scan: Scan, work: Callable[[Tile], Preview | None], words: str, share: Share
    ) -> None:
        """One scan, and again where it moved local means that must stay (see `physics.Means`)."""
        self._count(scan, work, words, share)
        means = self.heeding.means(index, step.request.plan.steps)
        while means is not None and means.settle():
            self._count(scan, work, words, Share(share.start + share.length, 0.0))
            self.tiles -= len(scan.tiling)  # the same tiles once more

    def _heed(self, index: int, step: Pass) -> Callable[[Box, Floats, Floats], Floats]:
        """What may be changed of what a pass would change, of a box, as the plan's step and the physics say."""
        steps, amount = step.request.plan.steps, np.float32(step.blend)

        def heed(box: Box, before: Floats, change: Floats) -> Floats:
            return amount * self.heeding.change(index, steps, step.region, step.part, box, before, change)

        return heed

    def _scan(self, net: Model, choice: Choice, step: Pass, source: LayerSource, guess: Guess | None) -> Scan:
        """Get ready for one picture at one scale."""
        tiling = self._tiling(net, choice, source, net.overlap(step.request.plan))
        self._shape = max(self._shape, tiling.shape, key=math.prod)
        streams = min(len(tiling), cores() if choice.runtime.device == "cpu" else 2)
        threads = max(streams, self.load.free_cores())
        guided = guess is not None
        work = Work(net, self.bundle.fingerprint, step.request, source, tiling, streams, threads, guided)
        return Scan(choice.runtime.prepare(work), source, tiling, streams, guess)

    def _count(self, scan: Scan, work: Callable[[Tile], Preview | None], words: str, share: Share) -> None:
        finished = 0
        self.tiles += len(scan.tiling)

        def done(preview: Preview | None) -> None:
            nonlocal finished
            finished += 1
            self.tell(share.start + share.length * finished / len(scan.tiling), words, preview if self.previews else None)

        conduct(scan.tiling, work, done, streams=scan.streams, cancel=self.stop, load=self.load)

    def _last_pass(self, scan: Scan, heed: Heed, residual: Residual | None) -> Callable[[Tile], Preview]:
        source = scan.source
        first = source if source.colour is None else source.with_colour(None)

        def work(tile: Tile) -> Preview:
            box = tile.inner
            block = box.of(self.base)
            weight = self.weights.weight(box, self.strength)
            if (residual is None and not isinstance(weight, np.ndarray) and weight == 0) or _all_hidden(block):
                box.of(self.out)[...] = block
                return Preview(box.left, box.top, block)
            before, change = scan.change(tile)
            change = heed(box, before, change)
            if source is not first:  # earlier passes changed the colour: the residual is the sum of all
                change += before - first.inside(box)
            values = compact(block, self.heeding.finish(box, block, change))
            if residual is not None:
                box.of(residual.values)[...] = values
            piece = blend(block, values, weight)
            box.of(self.out)[...] = piece
            if not self.changed and piece.tobytes() != block.tobytes():
                self.changed = True
            return Preview(box.left, box.top, piece)

        return work

    def _tiling(self, net: Model, choice: Choice, source: LayerSource, overlap: int) -> Tiling:
        height, width = source.height, source.width
        runtime = choice.runtime
        margin = net.stride if net.edge == "mirror" else 0
        side = self.tile_side
        if side is None:
            streams = cores() if runtime.device == "cpu" else 2
            free = free_device_memory(runtime.device) * SHARE
            side = int((free / (streams * runtime.bytes_per_pixel(net))) ** 0.5)
            if side < min(smallest_side(net.stride, overlap), max(height, width)):
                raise EngineError(TOO_LITTLE)
            side = min(side, runtime.largest_side(net), self._largest or side)
        return lay_tiles(height, width, side=side, stride=net.stride, halo=overlap, margin=margin)


def _early_pass(scan: Scan, heed: Heed, colour: Floats) -> Callable[[Tile], None]:
    """Work that writes the picture after a pass into `colour`, (H, W, 3)."""

    def work(tile: Tile) -> None:
        before, change = scan.change(tile)
        tile.inner.of(colour)[...] = before + heed(tile.inner, before, change)

    return work


def _coarse_pass(scan: Scan, correction: Floats) -> Callable[[Tile], None]:
    """Work that writes what a scan of the reduced picture changes into `correction`, (h, w, 3)."""

    def work(tile: Tile) -> None:
        _, change = scan.change(tile)
        tile.inner.of(correction)[...] = change

    return work


def _words(index: int, of: int) -> str:
    return "Restoring" if of == 1 else f"Restoring, step {index + 1} of {of}"


def _all_hidden(block: Layer) -> bool:
    if not has_alpha(block) and block.dtype.kind != "f":
        return False
    seen = visible(block)
    return seen is not None and not seen.any()


def _stages(plan: Plan, scale: int) -> tuple[Plan | None, Plan]:
    """What is done at the picture's own size, if anything, and what on its enlargement: noise, blur and light are learned and
    seen best before an enlargement smears them, and cost less there; only detail is added after it."""
    large = tuple(step for step in plan.steps if step.task == "superres" and step.strength > 0)
    small = tuple(step for step in plan.restoring if step.task != "superres")
    if scale == 1 or not large or not small:
        return None, plan
    return replace(plan, steps=small), replace(plan, steps=(*large, *plan.adjusting))


def _split(tell: Progress, share: float) -> tuple[Progress, Progress]:
    """Progress for two stages, of which the first takes `share` of the time and has no previews of the result."""
    return (
        lambda fraction, words, preview: tell(fraction * share, words, None),
        lambda fraction, words, preview: tell(share + fraction * (1 - share), words, preview),
    )


def _with_resolution(plan: Plan, bundle: Bundle, scale: int) -> Plan:
    """Asking for a larger picture asks for its detail too, unless the user excluded it or the model cannot."""
    tasks = [step.task for step in plan.steps]
    if scale == 1 or "superres" in tasks or "superres" in plan.excluded or "superres" not in bundle.manifest.tasks:
        return plan
    return replace(plan, steps=(*plan.steps, Step("superres")))


def _refuse_giants(layer: Layer, scale: int, keep: bool) -> None:
    """Refuse with numbers what cannot fit, before the first allocation."""
    pixels = layer.shape[0] * layer.shape[1] * scale * scale
    each = layer.dtype.itemsize * layer.shape[2] * (2 if scale > 1 else 1) + (6 if keep else 0)
    needed, free = pixels * each, free_memory()
    if needed > free:
        raise EngineError(
            f"This needs {needed / 2**30:.1f} GiB of memory and {free / 2**30:.1f} GiB are free. "
            "Close other programs, or restore a selection."
        )


def _silent(fraction: float, words: str, preview: Preview | None) -> None:
    pass


def _never() -> bool:
    return False


def _noted(result: tuple[list[Pass], list[str]], before: list[str]) -> tuple[list[Pass], list[str]]:
    passes, notes = result
    return passes, [note for note in notes if note not in before]
