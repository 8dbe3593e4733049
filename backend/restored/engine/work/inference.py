"""One picture at one size worked on by a network as a plan says: pass by pass, coarse to fine, tile by tile."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from restored.engine.machine.devices import Choice, Devices
from restored.engine.machine.load import LoadMeter
from restored.engine.machine.memory import SHARE, free_device_memory, out_of_memory, release
from restored.engine.machine.runtimes import Setup
from restored.engine.machine.store import Store
from restored.engine.picture.masks import Mask
from restored.engine.picture.pixels import Box, Floats, Layer, has_alpha, visible
from restored.engine.picture.residual import Residual, blend, compact
from restored.engine.picture.source import LayerSource
from restored.ground.cores import cores
from restored.ground.errors import Cancelled, EngineError
from restored.ground.tasks import info
from restored.instruction.plan import Plan
from restored.models.base import Model
from restored.models.bundle import Bundle
from restored.models.coarse import coarse_to_fine

from . import orientations
from .coarse import Enlarged, Guess, LayerForm, reduce
from .conduct import Cancel, conduct
from .job import Job
from .outcome import Preview, Progress
from .passes import Pass, plan_passes, with_reduced
from .scan import Scan
from .schedule import ScheduledScan, Share, reduction, scans
from .step_scope import StepScope
from .tiles import Tile, lay_tiles, smallest_side

Heed = Callable[[Box, Floats, Floats], Floats]
"""What may be changed, of what a pass would change: (box, before, change), both (h, w, 3)."""

PIECE: Final = 512
"""Side of the pieces in which a picture is changed without a network."""

TOO_LITTLE: Final = "There is too little free memory for this picture. Close other programs, or restore a selection."


@dataclass(frozen=True, slots=True)
class Tools:
    """What a job works with."""

    store: Store
    devices: Devices
    bundle: Bundle
    load: LoadMeter
    stop: Cancel


@dataclass
class Inference:
    """One picture at one size, worked on as a plan says; what it holds, so that a retry can begin again from the layer."""

    by: Tools
    shown: Layer
    base: Layer
    weights: Mask
    job: Job
    tell: Progress
    scope: StepScope
    said: tuple[str, ...] = ()
    changed: bool = False
    tiles: int = 0

    def __post_init__(self) -> None:
        self.notes = list(self.said)
        self.out = np.empty_like(self.base)
        self._shape = (0, 0)
        self._largest: int | None = None

    def follow(self, plan: Plan, frame: Floats, text: str | None) -> tuple[Residual | None, str]:
        """Infer on the chosen device; when memory runs out, once more in smaller pieces, then once on the CPU. Returns the
        residual, if it is to be kept, and the device line."""
        by, device = self.by, self.job.device or "auto"
        self._largest = None
        retried = False
        while True:
            net = by.store.model(by.bundle, device)
            choice = by.devices.choose(net, by.bundle.fingerprint, device)
            passes = plan_passes(net, by.bundle, plan, frame, text=text, embedding=self.job.embedding)
            passes = with_reduced(net, passes, reduction(*self.scope.size))
            try:
                return self._infer(net, choice, passes), choice.line
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
        residual = Residual(self.base, scale=self.job.scale) if self.job.keep else None
        plans, reduced = [step.request.plan for step in passes], [step.reduced for step in passes]
        todo = scans(net, plans, source.height, source.width, lambda overlap: self._side(net, choice, source, overlap), reduced)
        self.tiles = 0
        self.scope.restart()
        for index, step in enumerate(passes):
            if self.by.stop():
                raise Cancelled
            words = _words(passes, index)
            mine = {scan.factor: scan for scan in todo if scan.index == index}
            self.tell(next(iter(mine.values())).share.start, words if index else "Preparing the model", None)
            at = _Pass(self, net, choice, step, index, mine, self._heed(index, step), words, residual)
            if step.reduced > 1:
                colour = at.on_reduced(source)
            else:
                *coarse, _ = mine
                *_, (_, colour) = coarse_to_fine(source, coarse, at, LayerForm())
            source = source.with_colour(colour)
        return residual

    def settle(
        self, index: int, step: Pass, scan: Scan | Enlarged, work: Callable[[Tile], Preview | None], words: str, share: Share
    ) -> None:
        """One scan, and again where it moved local means that must stay (see `physics.Means`)."""
        self.count(scan, work, words, share)
        means = self.scope.means(index, step.request.plan.steps)
        while means is not None and means.settle():
            self.count(scan, work, words, Share(share.start + share.length, 0.0))
            self.tiles -= len(scan.tiling)  # the same tiles once more

    def _heed(self, index: int, step: Pass) -> Heed:
        """What may be changed of what a pass would change, of a box, as the plan's step and the physics say."""
        steps, amount = step.request.plan.steps, np.float32(step.blend)

        def heed(box: Box, before: Floats, change: Floats) -> Floats:
            return amount * self.scope.change(index, steps, step.region, step.part, box, before, change)

        return heed

    def scan(
        self, net: Model, choice: Choice, step: Pass, planned: ScheduledScan, source: LayerSource, guess: Guess | None
    ) -> Scan:
        """Get ready for one picture at one scale."""
        tiling = planned.tiling
        self._shape = max(self._shape, tiling.shape, key=math.prod)
        streams = min(len(tiling), cores() if choice.runtime.device == "cpu" else 2)
        threads = max(streams, self.by.load.free_cores())
        setup = Setup(net, self.by.bundle.fingerprint, step.request, source, tiling, streams, threads, guess is not None)
        held = orientations.ALL if self.job.quality == "best" else (orientations.AS_IT_IS,)
        return Scan(orientations.prepare(choice.runtime, setup, held), source, tiling, streams, guess, step.finer)

    def count(self, scan: Scan | Enlarged, work: Callable[[Tile], Preview | None], words: str, share: Share) -> None:
        finished = 0
        self.tiles += len(scan.tiling)

        def done(preview: Preview | None) -> None:
            nonlocal finished
            finished += 1
            self.tell(share.of(finished / len(scan.tiling)), words, preview if self.job.previews else None)

        conduct(scan.tiling, work, done, streams=scan.streams, cancel=self.by.stop, load=self.by.load)

    def last_pass(self, scan: Scan | Enlarged, heed: Heed, residual: Residual | None) -> Callable[[Tile], Preview]:
        source = scan.source
        first = source if source.colour is None else source.with_colour(None)

        def work(tile: Tile) -> Preview:
            box = tile.inner
            block = box.of(self.base)
            weight = self.weights.weight(box, self.job.strength)
            if (residual is None and not isinstance(weight, np.ndarray) and weight == 0) or _all_hidden(block):
                box.of(self.out)[...] = block
                return Preview(box.left, box.top, block)
            before, change = scan.change(tile)
            change = heed(box, before, change)
            if source is not first:  # earlier passes changed the colour: the residual is the sum of all
                change += before - first.inside(box)
            values = compact(block, self.scope.finish(box, block, change))
            if residual is not None:
                box.of(residual.values)[...] = values
            piece = blend(block, values, weight)
            box.of(self.out)[...] = piece
            if not self.changed and piece.tobytes() != block.tobytes():
                self.changed = True
            return Preview(box.left, box.top, piece)

        return work

    def _side(self, net: Model, choice: Choice, source: LayerSource, overlap: int) -> int:
        """The largest window side that the free memory allows. Raises EngineError when that is too little."""
        if self.job.tile_side is not None:
            return self.job.tile_side
        runtime = choice.runtime
        streams = cores() if runtime.device == "cpu" else 2
        free = free_device_memory(runtime.device) * SHARE
        side = int((free / (streams * runtime.bytes_per_pixel(net))) ** 0.5)
        if side < min(smallest_side(net.stride, overlap), max(source.height, source.width)):
            raise EngineError(TOO_LITTLE)
        return min(side, runtime.largest_side(net), self._largest or side)


@dataclass(frozen=True)
class _Pass:
    """One pass over the picture, called at every scale. Returns the correction of a coarse scan, else the picture's colour
    after it (empty after the last pass)."""

    picture: Inference
    net: Model
    choice: Choice
    step: Pass
    index: int
    scans: dict[int, ScheduledScan]
    heed: Heed
    words: str
    residual: Residual | None

    def __call__(self, factor: int, shown: LayerSource, guess: Guess | None) -> Floats:
        planned, picture = self.scans[factor], self.picture
        scan = picture.scan(self.net, self.choice, self.step, planned, shown, guess)
        if factor == 1:
            return self._finest(scan, planned, planned.share)
        out = np.empty((shown.height, shown.width, 3), np.float32)
        picture.count(scan, _coarse_pass(scan, out), self.words, planned.share)
        return out

    def on_reduced(self, source: LayerSource) -> Floats:
        """The same over the picture reduced, for the picture itself."""
        factor = self.step.reduced
        found = self(factor, reduce(source, factor), None)
        guess = Guess(found, factor, source.height, source.width, source.edge)
        tiling = lay_tiles(source.height, source.width, side=PIECE, stride=self.net.stride, halo=0)
        planned = self.scans[factor]
        end = Share(planned.share.start + planned.share.length, 0.0)
        return self._finest(Enlarged(source, guess, tiling, cores()), planned, end)

    def _finest(self, scan: Scan | Enlarged, planned: ScheduledScan, share: Share) -> Floats:
        """Take what a scan changes of the picture itself."""
        picture, source = self.picture, scan.source
        out = np.empty((0, 0, 3) if planned.last else (source.height, source.width, 3), np.float32)
        work = picture.last_pass(scan, self.heed, self.residual) if planned.last else _early_pass(scan, self.heed, out)
        picture.settle(self.index, self.step, scan, work, self.words, share)
        return out


def _early_pass(scan: Scan | Enlarged, heed: Heed, colour: Floats) -> Callable[[Tile], None]:
    """The work on one tile that writes the picture after a pass into `colour`, (H, W, 3)."""

    def work(tile: Tile) -> None:
        before, change = scan.change(tile)
        tile.inner.of(colour)[...] = before + heed(tile.inner, before, change)

    return work


def _coarse_pass(scan: Scan, correction: Floats) -> Callable[[Tile], None]:
    """The work on one tile that writes what a scan of the reduced picture changes into `correction`, (h, w, 3)."""

    def work(tile: Tile) -> None:
        _, change = scan.change(tile)
        tile.inner.of(correction)[...] = change

    return work


def _words(passes: Sequence[Pass], index: int) -> str:
    """A step that is worked on reduced first is one step to a person."""
    of = sum(step.reduced == 1 for step in passes)
    before = sum(step.reduced == 1 for step in passes[:index])
    return "Restoring" if of == 1 else f"{info(passes[index].tasks[0]).doing}, step {before + 1} of {of}"


def _all_hidden(block: Layer) -> bool:
    if not has_alpha(block) and block.dtype.kind != "f":
        return False
    seen = visible(block)
    return seen is not None and not seen.any()
