"""Steps that fill what a mask marks: done to the picture first, so that all other steps work on a whole one.

Smoothly first, then by a small network on top where one is installed, then with grain. Only marked pixels get other values.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from restored.engine.machine.devices import Devices
from restored.engine.machine.runtimes import Setup
from restored.engine.machine.store import Store
from restored.engine.picture.context import check_context
from restored.engine.picture.masks import Mask
from restored.engine.picture.physics import Neutrals
from restored.engine.picture.pixels import Box, Floats, Layer, colours, full_scale, to_unit, visible
from restored.engine.picture.source import LayerSource, continued
from restored.filling import grain
from restored.filling.biharmonic import HOLE, KNOWN, Kinds, Places, fill
from restored.filling.holes import depth, kinds_of, spread_out, widened
from restored.ground.cores import cores
from restored.ground.limits import LUMA
from restored.ground.tasks import Task, every, info
from restored.instruction.plan import Plan, Step
from restored.models.base import Request
from restored.models.installed import survey
from restored.regions import Frame, Region

from .conduct import Cancel, conduct
from .directly import LINE
from .outcome import EngineResult, Progress
from .step_scope import StepScope, scope_of
from .tiles import Tile, lay_tiles

SIDE: Final = 320
"""Of the network's windows: marks lie scattered, and only windows with marks in them are computed."""

STRIP: Final = 512

HALO: Final = 4
"""Pixels around a mark whose colour is not believed where the mark has tinted it: halved chroma carries a white scratch's colour
that far, and brown prints would be filled with blue."""

TINTED: Final = (0.4, 0.7)
"""Shares of a mark's own colour in what is right beside it: up to the first it has not tinted it, from the second on it has."""

COLOURLESS: Final = 1 / 255
"""Marks whose hue is nowhere farther from that beside them have no colour that could have run: gray pictures, mostly. That saves
the second filling."""

NEAR: Final = 4
"""Squares of `grain.BLOCK` pixels around a mark in which its grain is looked for."""

SQUARES: Final = 4000
"""That are looked at, at most."""


def filling(plan: Plan) -> tuple[Step, ...]:
    """The plan's steps that need a mask."""
    return tuple(step for step in plan.restoring if info(step.task).needs_mask and step.strength > 0)


def without_filling(plan: Plan) -> Plan:
    """The plan's other steps."""
    held = {row.id for row in every() if row.needs_mask}
    return replace(plan, steps=tuple(step for step in plan.steps if step.task not in held))


def marks_of(mask: Mask, layer: Layer) -> npt.NDArray[np.bool_]:
    """(H, W): where a mask says anything at all."""
    height, width = layer.shape[:2]
    found = np.empty((height, width), bool)
    for top in range(0, height, STRIP):
        box = Box(top, 0, min(top + STRIP, height), width)
        box.of(found)[...] = mask.weight(box, 1.0) > 0
    return found


@dataclass(frozen=True, slots=True)
class Filled:
    """layer: the whole picture with what was filled; line: what computed; model: the name of the network on top, if there was
    one; marked: (H, W), what was filled, or None where nothing was."""

    layer: Layer
    line: str = ""
    model: str = ""
    marked: npt.NDArray[np.bool_] | None = None

    def told(self, done: EngineResult, plan: Plan) -> EngineResult:
        """The result of all that was done after the filling, as the result of the whole plan."""
        if self.marked is None:
            return replace(done, plan=plan)
        if done.residual is not None:
            done.residual.keep_whole(self.marked)
        alone = done.device_line in ("", LINE)
        line, model = (self.line or LINE, self.model) if alone else (done.device_line, done.model)
        return replace(done, plan=plan, device_line=line, model=model)


@dataclass(frozen=True, slots=True)
class FillTools:
    """What filling works with. device: as `Devices.choose` has it."""

    store: Store
    devices: Devices
    device: str
    tell: Progress
    stop: Cancel


def filled(
    by: FillTools, layer: Layer, marks: np.ndarray, plan: Plan, context: np.ndarray | None = None, place: Frame | None = None
) -> Filled:
    """A copy of the layer whose marked pixels are filled as the plan says; the layer itself when nothing visible is marked.

    marks: a mask, H x W. context, place: of the whole picture, as a Job has them. Raises PixelError when too much is marked,
    Cancelled, ModelError for a damaged network.
    """
    kinds = kinds_of(marks_of(Mask(marks, *layer.shape[:2]), layer), visible(layer))
    places = np.flatnonzero(kinds == HOLE)
    if not places.size:
        return Filled(layer)
    steps = filling(plan)
    task = steps[0].task
    by.tell(0.0, info(task).doing, None)
    colour = _smoothly(layer, kinds, places)
    smooth = _with(layer, places, colour)
    neutrals = Neutrals(LayerSource(smooth), None if context is None else check_context(context))
    change: Floats = np.zeros((places.size, 3), np.float32)
    name = next((each.name for each in survey() if each.manifest and each.manifest.tasks == (task,)), "")
    line = _correct(by, name, task, smooth, kinds, neutrals, change, places) if name else ""
    _add_grain(layer, kinds, places, colour, neutrals, change)
    colour = colour + (change[:, :1] if colour.shape[1] == 1 else change)
    before = _read(layer, places)
    scope = scope_of(layer, replace(plan, steps=steps), context, place) if any(step.region for step in steps) else None
    shares = [np.float32(step.strength) * _share(scope, step.region, kinds.shape, places) for step in steps]
    after = before + np.maximum.reduce(shares) * (colour - before)
    return Filled(_with(layer, places, after), line, name, kinds == HOLE)


def _smoothly(layer: Layer, kinds: Kinds, places: Places) -> Floats:
    """The colours (n, channels) of a smooth filling from what is right beside the marks, its hue from beyond HALO where the marks
    have tinted that."""

    def read(wanted: Places) -> Floats:
        return _read(layer, wanted)

    near = fill(kinds, read)
    wide = widened(kinds, HALO)
    before = np.nan_to_num(read(places))
    if near.shape[1] == 1 or np.abs(_hue(before - near)).max() < COLOURLESS or not (wide == KNOWN).any():
        return near
    far = fill(wide, read)[np.searchsorted(np.flatnonzero(wide == HOLE), places)]
    shift, own = _hue(near - far), _hue(before - far)
    share = float((shift * own).sum()) / max(float((own * own).sum()), 1e-6)
    untinted, tinted = TINTED
    believed = np.float32(np.clip((tinted - share) / (tinted - untinted), 0, 1))
    return np.asarray(near - (1 - believed) * shift, np.float32)


def _hue(colour: Floats) -> Floats:
    """(n, 3) without its light."""
    return np.asarray(colour - (colour @ np.array(LUMA, np.float32))[:, None], np.float32)


def _correct(
    by: FillTools, name: str, task: Task, smooth: Layer, kinds: Kinds, neutrals: Neutrals, change: Floats, places: Places
) -> str:
    """Write what the network of this name changes of a smooth filling into `change` (n, 3); returns the device line."""
    bundle = by.store.bundle(name)
    net = by.store.model(bundle, by.device)
    choice = by.devices.choose(net, bundle.fingerprint, by.device)
    height, width = kinds.shape
    source = LayerSource(smooth)
    tiling = lay_tiles(height, width, side=SIDE, stride=net.stride, halo=net.halo, margin=net.stride)
    tiles = [tile for tile in tiling if (tile.inner.of(kinds) == HOLE).any()]
    streams = min(len(tiles), cores() if choice.runtime.device == "cpu" else 2)
    request = Request(Plan.of(task), None, np.full((1, 3, 8, 8), 0.5, np.float32))
    kernel = choice.runtime.prepare(Setup(net, bundle.fingerprint, request, source, tiling, streams, max(streams, cores())))
    done = 0

    def marks(box: Box, out: Floats) -> None:
        out[...] = box.of(kinds) == HOLE

    def work(tile: Tile) -> tuple[Tile, Floats]:
        shown = np.concatenate([source.read(tile.outer), continued(tile.outer, height, width, "mirror", marks)[:, :1]], axis=1)
        kept = tile.kept()
        inner = (0, slice(None), slice(kept.top, kept.bottom), slice(kept.left, kept.right))
        after = np.clip(kernel(shown, tiling.window(tile.outer))[inner], 0.0, 1.0) - shown[inner][:3]
        seen = shown[inner][:3].transpose(1, 2, 0)
        return tile, neutrals.project(tile.inner, seen, after.transpose(1, 2, 0), dark=False)

    def take(result: tuple[Tile, Floats]) -> None:
        nonlocal done
        tile, found = result
        down, right = np.nonzero(tile.inner.of(kinds) == HOLE)
        where = np.searchsorted(places, (down + tile.inner.top) * width + right + tile.inner.left)
        change[where] = np.nan_to_num(found[down, right])
        done += 1
        by.tell(done / len(tiles), info(task).doing, None)

    conduct(tiles, work, take, streams=streams, cancel=by.stop)
    return choice.line


def _add_grain(layer: Layer, kinds: Kinds, places: Places, colour: Floats, neutrals: Neutrals, change: Floats) -> None:
    """Add the surroundings' grain to `change` (n, 3)."""
    blocks = _squares(layer, kinds)
    found = None if blocks is None else grain.measure(blocks)
    if found is None:
        return
    rows, columns = np.divmod(places, kinds.shape[1])
    noise = found.at(rows, columns, colour, depth(kinds, places, grain.FADE.size - 1))
    if neutrals.gray and noise.shape[1] == 3:
        noise = np.repeat(noise.mean(axis=1, keepdims=True), 3, axis=1)
    change += noise


def _squares(layer: Layer, kinds: Kinds) -> Floats | None:
    """(n, BLOCK, BLOCK, channels): squares around the marks, all known."""
    side = grain.BLOCK
    rows, columns = (size // side for size in kinds.shape)
    if not rows or not columns:
        return None
    cells = kinds[: rows * side, : columns * side].reshape(rows, side, columns, side)
    near = spread_out((cells == HOLE).any(axis=(1, 3)), NEAR)
    top, left = np.nonzero(near & (cells == KNOWN).all(axis=(1, 3)))
    pick = np.linspace(0, top.size - 1, min(top.size, SQUARES)).astype(np.intp) if top.size else np.zeros(0, np.intp)
    within = np.arange(side)
    places = ((top[pick, None, None] * side + within[:, None]) * kinds.shape[1]) + left[pick, None, None] * side + within
    return _read(layer, places.reshape(-1)).reshape(-1, side, side, colours(layer))


def _share(scope: StepScope | None, region: Region | None, shape: tuple[int, int], places: Places) -> Floats:
    """The weights of a region at some pixels, (n, 1)."""
    if region is None or scope is None:
        return np.ones((1, 1), np.float32)
    strips = (Box(top, 0, min(top + STRIP, shape[0]), shape[1]) for top in range(0, shape[0], STRIP))
    return np.concatenate([scope.where(region, box) for box in strips]).reshape(-1)[places, None]


def _read(layer: Layer, places: Places) -> Floats:
    """The colours (n, channels) of pixels, 1.0 = full scale, unclamped."""
    flat = layer.reshape(-1, layer.shape[2])
    return to_unit(np.ascontiguousarray(flat[places][:, : colours(layer)]))


def _with(layer: Layer, places: Places, colour: Floats) -> Layer:
    """A copy of the layer with other colours (n, channels) at some pixels, in its own depth."""
    out = layer.copy()
    flat = out.reshape(-1, layer.shape[2])
    if layer.dtype.kind != "f":
        exact = np.float64 if layer.dtype == np.uint32 else np.float32
        scale = full_scale(layer.dtype)
        colour = np.clip(np.rint(colour.astype(exact) * scale), 0, scale)
    flat[places, : colours(layer)] = colour.astype(layer.dtype)
    return out
