"""One job: a layer and a plan in, a restored layer out."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from restored.engine.machine.devices import Choice, Devices
from restored.engine.machine.load import LoadMeter
from restored.engine.machine.memory import SHARE, free_device_memory, free_memory, out_of_memory, release
from restored.engine.machine.runtimes import Setup
from restored.engine.machine.store import Store
from restored.engine.picture.context import check_context, thumbnail
from restored.engine.picture.enlarge import enlarge
from restored.engine.picture.masks import Mask
from restored.engine.picture.pixels import Box, Floats, Layer, check_layer, has_alpha, visible
from restored.engine.picture.residual import Residual, blend, compact
from restored.engine.picture.source import LayerSource
from restored.filling.holes import WHERE
from restored.ground.cores import cores
from restored.ground.errors import Cancelled, EngineError, PixelError
from restored.ground.limits import QUALITIES, SCALES
from restored.ground.tasks import LABELS, info
from restored.instruction.plan import Plan
from restored.models.base import Model
from restored.models.bundle import Bundle
from restored.models.coarse import coarse_to_fine
from restored.regions import Frame

from . import orientations
from .coarse import Guess, LayerForm
from .conduct import Cancel, conduct
from .directly import adjusted
from .filling import Filled, FillTools, filled, filling, without_filling
from .heeding import Heeding, heeding_of, without_selection
from .marks import found_in
from .outcome import EngineResult, Preview, Progress
from .passes import Pass, plan_passes
from .scan import Scan
from .schedule import WHOLE, ScheduledScan, Share, scans, stages, with_resolution
from .tiles import Tile, smallest_side

Heed = Callable[[Box, Floats, Floats], Floats]

FILLING: Final = Share(0.0, 0.15)
"""The share of a job's progress that filling takes when there is more to do."""

FINDING: Final = Share(0.0, 0.2)
"""The share of a job's progress that looking for marks takes, where it is asked for."""

TOO_LITTLE: Final = "There is too little free memory for this picture. Close other programs, or restore a selection."


@dataclass(frozen=True, slots=True)
class Job:
    """Everything that a run may be told beside the picture and the plan.

    model: a loaded bundle, its name or path, or None for the default. mask: H x W in [0, 1] of any depth, where anything may
    change; holes: the same form, what is to be filled (the mask where it is None); find: look for that,
    inside the mask; strength in [0, 1].
    scale: 1, 2 or 4 (see `schedule.stages`). context: the whole layer as a small picture when the image is only a part of it;
    computed from the image otherwise; place: where that part lies in the whole. device: "auto" (None), "cpu", "cuda" or "mps".
    text / embedding: for models that read the instruction itself; else `plan.text` is used. keep: also return the Residual
    (and so infer under a zero mask too). previews: give finished tiles to `progress`. quality: "best" restores every window in
    all of `orientations.ALL`. tile_side: the largest window side, for tests and measurements; planned from memory otherwise.
    """

    model: Bundle | str | Path | None = None
    mask: np.ndarray | None = None
    holes: np.ndarray | None = None
    find: bool = False
    strength: float = 1.0
    scale: int = 1
    context: np.ndarray | None = None
    place: Frame | None = None
    device: str | None = None
    text: str | None = None
    embedding: Floats | None = None
    keep: bool = False
    previews: bool = False
    quality: str = "normal"
    tile_side: int | None = None

    def check(self) -> None:
        """Raises PixelError for what is outside the limits."""
        if self.scale not in SCALES:
            raise PixelError(f"A picture can be enlarged by {', '.join(map(str, SCALES[1:]))}, not by {self.scale}.")
        if self.quality not in QUALITIES:
            raise PixelError(f"The quality can be {' or '.join(QUALITIES)}, not {self.quality}.")
        if not 0.0 <= self.strength <= 1.0:
            raise PixelError("The strength must lie between 0 and 1.")


def carry_out(
    store: Store,
    devices: Devices,
    image: np.ndarray,
    plan: Plan,
    job: Job,
    progress: Progress | None = None,
    cancel: Cancel | None = None,
) -> EngineResult:
    """What `Engine.run` does."""
    start = time.perf_counter()
    layer = check_layer(image)
    job.check()
    weights = Mask(job.mask, layer.shape[0], layer.shape[1], job.scale)
    tell, stop = progress or _silent, cancel or _never
    plan, missing = without_selection(plan, job.mask is not None)
    marks = job.mask if job.holes is None else job.holes
    if job.find and job.holes is None and filling(plan):
        marks = found_in(layer, job.mask, _part(tell, FINDING), stop)
        tell = _part(tell, Share(FINDING.length, 1 - FINDING.length), previews=True)
    if marks is None and filling(plan):
        plan, missing = without_filling(plan), (*missing, WHERE)
    if not plan.actionable:
        return EngineResult(layer, plan, False, "", "", time.perf_counter() - start, notes=missing)
    bundle = None
    if plan.for_model or job.scale > 1:
        tell(0.0, "Opening the model", None)
        bundle = store.bundle(job.model)
        plan, left_out = _known_to(bundle, plan, job.scale)
        missing = (*missing, *left_out)
    asked, plan, whole = plan, without_filling(plan), Filled(layer)
    if marks is not None and plan != asked and (job.strength > 0 or job.keep):
        share, later = (FILLING, Share(FILLING.length, 1 - FILLING.length)) if plan.restoring else (WHOLE, WHOLE)
        tools = FillTools(store, devices, job.device or "auto", _part(tell, share), stop)
        whole = filled(tools, layer, marks, asked, job.context, job.place)
        tell = _part(tell, later, previews=True)
    if bundle is None or (not plan.restoring and job.scale == 1):
        heeding = heeding_of(whole.layer, plan, job.context, job.place)
        done = adjusted(
            layer,
            heeding,
            weights,
            job.strength,
            shown=whole.layer,
            keep=job.keep,
            previews=job.previews,
            tell=tell,
            stop=stop,
            notes=missing,
        )
        return whole.told(done, asked)

    plan = with_resolution(plan, bundle.manifest.tasks, job.scale)
    asked = replace(asked, steps=(*(step for step in asked.steps if step not in plan.steps), *plan.steps))
    _refuse_giants(layer, job.scale, job.keep)
    base = enlarge(layer, job.scale)
    if job.strength == 0.0 and not job.keep:
        return EngineResult(base, asked, job.scale > 1, "", bundle.name, time.perf_counter() - start)

    means = Tools(store, devices, bundle, LoadMeter(), stop)
    frame = check_context(job.context) if job.context is not None else thumbnail(LayerSource(whole.layer))
    *early, late = stages(plan, job.scale)
    notes, text = missing, job.text
    shown = base if whole.layer is layer else enlarge(whole.layer, job.scale)
    for stage in early:
        below = _Picture(
            means,
            whole.layer,
            whole.layer,
            Mask(None, *layer.shape[:2]),
            replace(job, strength=1.0, scale=1, keep=False, previews=False),
            _part(tell, stage.share),
            Heeding(LayerSource(whole.layer), frame, stage.plan, True, job.place),
        )
        below.follow(stage.plan, frame, None)
        shown, notes, text = enlarge(below.out, job.scale), (*notes, *below.notes), None
        frame = thumbnail(LayerSource(below.out)) if job.context is None else frame

    tell = _part(tell, late.share, previews=True)
    first = base if whole.layer is layer else enlarge(whole.layer, job.scale)
    heeding = Heeding(LayerSource(first), frame, late.plan, job.context is not None, job.place)
    if not late.plan.restoring:
        done = adjusted(
            base,
            heeding,
            weights,
            job.strength,
            shown=shown,
            keep=job.keep,
            previews=job.previews,
            tell=tell,
            stop=stop,
            scale=job.scale,
            notes=notes,
        )
        return whole.told(done, asked)
    picture = _Picture(means, shown, base, weights, job, tell, heeding, notes)
    residual, line = picture.follow(late.plan, frame, text)
    done = EngineResult(
        picture.out,
        asked,
        picture.changed or job.scale > 1,
        line,
        bundle.name,
        time.perf_counter() - start,
        picture.tiles,
        tuple(picture.notes),
        residual,
    )
    return whole.told(done, asked)


def _known_to(bundle: Bundle, plan: Plan, scale: int) -> tuple[Plan, list[str]]:
    """The plan as this model can follow it, and a sentence for each step that it cannot take. Raises EngineError when that leaves
    nothing to do."""
    known = plan.within(bundle.manifest.tasks, bundle.name)
    if not known.actionable and scale == 1:
        can = ", ".join(LABELS[task] for task in bundle.manifest.tasks)
        raise EngineError(f"The model “{bundle.name}” cannot do this. It can treat: {can}.")
    return known, [item.message for item in known.unused if item not in plan.unused]


@dataclass(frozen=True, slots=True)
class Tools:
    """What a job works with."""

    store: Store
    devices: Devices
    bundle: Bundle
    load: LoadMeter
    stop: Cancel


@dataclass
class _Picture:
    """One picture at one size, worked on as a plan says; what it holds, so that a retry can begin again from the layer."""

    by: Tools
    shown: Layer
    base: Layer
    weights: Mask
    job: Job
    tell: Progress
    heeding: Heeding
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
        plans = [step.request.plan for step in passes]
        todo = scans(net, plans, source.height, source.width, lambda overlap: self._side(net, choice, source, overlap))
        self.tiles = 0
        self.heeding.restart()
        for index, step in enumerate(passes):
            if self.by.stop():
                raise Cancelled
            words = _words(step, index, len(passes))
            self.tell(index / len(passes), words if index else "Preparing the model", None)
            mine = {scan.factor: scan for scan in todo if scan.index == index}
            at = _Pass(self, net, choice, step, index, mine, self._heed(index, step), words, residual)
            *coarse, _ = mine
            *_, (_, colour) = coarse_to_fine(source, coarse, at, LayerForm())
            source = source.with_colour(colour)
        return residual

    def settle(
        self, index: int, step: Pass, scan: Scan, work: Callable[[Tile], Preview | None], words: str, share: Share
    ) -> None:
        """One scan, and again where it moved local means that must stay (see `physics.Means`)."""
        self.count(scan, work, words, share)
        means = self.heeding.means(index, step.request.plan.steps)
        while means is not None and means.settle():
            self.count(scan, work, words, Share(share.start + share.length, 0.0))
            self.tiles -= len(scan.tiling)  # the same tiles once more

    def _heed(self, index: int, step: Pass) -> Callable[[Box, Floats, Floats], Floats]:
        """What may be changed of what a pass would change, of a box, as the plan's step and the physics say."""
        steps, amount = step.request.plan.steps, np.float32(step.blend)

        def heed(box: Box, before: Floats, change: Floats) -> Floats:
            return amount * self.heeding.change(index, steps, step.region, step.part, box, before, change)

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
        return Scan(orientations.prepare(choice.runtime, setup, held), source, tiling, streams, guess)

    def count(self, scan: Scan, work: Callable[[Tile], Preview | None], words: str, share: Share) -> None:
        finished = 0
        self.tiles += len(scan.tiling)

        def done(preview: Preview | None) -> None:
            nonlocal finished
            finished += 1
            self.tell(share.of(finished / len(scan.tiling)), words, preview if self.job.previews else None)

        conduct(scan.tiling, work, done, streams=scan.streams, cancel=self.by.stop, load=self.by.load)

    def last_pass(self, scan: Scan, heed: Heed, residual: Residual | None) -> Callable[[Tile], Preview]:
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
            values = compact(block, self.heeding.finish(box, block, change))
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

    picture: _Picture
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
        if factor == 1 and planned.last:
            picture.settle(
                self.index, self.step, scan, picture.last_pass(scan, self.heed, self.residual), self.words, planned.share
            )
            return np.empty((0, 0, 3), np.float32)
        out = np.empty((shown.height, shown.width, 3), np.float32)
        if factor > 1:
            picture.count(scan, _coarse_pass(scan, out), self.words, planned.share)
        else:
            picture.settle(self.index, self.step, scan, _early_pass(scan, self.heed, out), self.words, planned.share)
        return out


def _early_pass(scan: Scan, heed: Heed, colour: Floats) -> Callable[[Tile], None]:
    """Setup that writes the picture after a pass into `colour`, (H, W, 3)."""

    def work(tile: Tile) -> None:
        before, change = scan.change(tile)
        tile.inner.of(colour)[...] = before + heed(tile.inner, before, change)

    return work


def _coarse_pass(scan: Scan, correction: Floats) -> Callable[[Tile], None]:
    """Setup that writes what a scan of the reduced picture changes into `correction`, (h, w, 3)."""

    def work(tile: Tile) -> None:
        _, change = scan.change(tile)
        tile.inner.of(correction)[...] = change

    return work


def _words(step: Pass, index: int, of: int) -> str:
    tasks = [each.task for each in step.request.plan.steps]
    return "Restoring" if of == 1 else f"{info(tasks[0]).doing}, step {index + 1} of {of}"


def _all_hidden(block: Layer) -> bool:
    if not has_alpha(block) and block.dtype.kind != "f":
        return False
    seen = visible(block)
    return seen is not None and not seen.any()


def _part(tell: Progress, share: Share, *, previews: bool = False) -> Progress:
    """Progress of one stage; those before the last have no previews of the result."""
    return lambda fraction, words, preview: tell(share.of(fraction), words, preview if previews else None)


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
