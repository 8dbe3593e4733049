"""Where a layer seems to be scratched or dusty: a proposal of what is to be filled, for a person to look at.

A network says of each pixel how surely it is damaged; `restored.filling.proposal` and `false_marks` say what of that is proposed.
On photographs that nothing was trained or chosen on, in one run with sums along lines and rings around spots, which did this
before: of 72 kinds of drawn damage on 12 pictures 48 % of the pixels are found (19 %; scratches 72, faint ones 49, folds 77,
blobs 35, hairs 34, dust 22), and of 47 clean pictures 0.13 % are marked (0.20 %; the worst 0.48 %, 1.13 %; two above 0.3 %, ten);
of 20 photographs of 4 to 8 megapixels, some of which training saw smaller, 0.14 % (the worst 0.30 %).
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from restored.engine.machine.devices import exact_on_cpu
from restored.engine.machine.runtimes import Setup
from restored.engine.machine.store import Store
from restored.engine.picture.masks import Mask
from restored.engine.picture.pixels import Box, Floats, Layer, check_layer, visible
from restored.engine.picture.source import LayerSource
from restored.filling.false_marks import without_crowds, without_frame
from restored.filling.proposal import proposal
from restored.ground.cores import cores
from restored.instruction.plan import Plan
from restored.models.base import Request

from .coarse import reduce
from .conduct import Cancel, conduct, never
from .outcome import Progress, silent
from .tiles import Tile, lay_tiles

SIDE: Final = 1024
"""Of the network's windows."""

STREAMS: Final = 4
"""Windows at a time, at most: each takes some 150 MB."""

FINE: Final = 2048
"""From this long side on, marks are looked for in the picture halved, too: the finer a scan, the wider its scratches."""

ROWS: Final = 1536
"""Of a mask at a time."""

LOOKING: Final = "Looking for scratches and dust"


def marks_of_layer(
    store: Store, layer: npt.NDArray, tell: Progress | None = None, stop: Cancel | None = None
) -> npt.NDArray[np.bool_]:
    """(H, W): what seems to be scratches, dust, hairs and folds; never where nothing is shown. tell, stop: as of a job. Raises
    PixelError as a job does, ModelError for a damaged installation, Cancelled."""
    picture: Layer = check_layer(layer)
    source = LayerSource(picture)
    found = without_crowds(without_frame(proposal(_sureties(store, source, tell or silent, stop or never))))
    seen = visible(picture)
    return found if seen is None else found & seen


def found_in(
    store: Store, layer: npt.NDArray, mask: npt.NDArray | None, tell: Progress | None = None, stop: Cancel | None = None
) -> npt.NDArray[np.bool_]:
    """`marks_of_layer`, inside a mask (as a job has it) where there is one."""
    found = marks_of_layer(store, layer, tell, stop)
    if mask is None:
        return found
    where = Mask(mask, *layer.shape[:2])
    for top in range(0, len(found), ROWS):
        box = Box(top, 0, min(len(found), top + ROWS), layer.shape[1])
        found[box.top : box.bottom] &= np.asarray(where.weight(box, 1.0)) > 0
    return found


def _sureties(store: Store, source: LayerSource, tell: Progress, stop: Cancel) -> npt.NDArray[np.uint8]:
    """(H, W): how surely each pixel is damaged, of 255."""
    if max(source.height, source.width) < FINE:
        return _at_one_scale(store, source, lambda share: tell(share, LOOKING, None), stop)
    found = _at_one_scale(store, source, lambda share: tell(0.8 * share, LOOKING, None), stop)
    small = _at_one_scale(store, reduce(source, 2), lambda share: tell(0.8 + 0.2 * share, LOOKING, None), stop)
    for top in range(0, source.height, ROWS):
        wide = small[top // 2 : (top + ROWS) // 2].repeat(2, axis=0).repeat(2, axis=1)
        strip = found[top : top + ROWS]
        np.maximum(strip, wide[: strip.shape[0], : strip.shape[1]], out=strip)
    return found


def _at_one_scale(store: Store, source: LayerSource, tell: Callable[[float], None], stop: Cancel) -> npt.NDArray[np.uint8]:
    model, identity = store.searcher()
    runtime = exact_on_cpu(model)
    tiling = lay_tiles(source.height, source.width, side=SIDE, stride=model.stride, halo=model.halo)
    streams = min(len(tiling), cores(), STREAMS)
    request = Request(Plan.of("inpaint"), None, np.full((1, 3, 8, 8), 0.5, np.float32))
    kernel = runtime.prepare(Setup(model, identity, request, source, tiling, streams, max(streams, cores())))
    found = np.empty((source.height, source.width), np.uint8)
    done = 0

    def work(tile: Tile) -> tuple[Tile, Floats]:
        sure = kernel(source.read(tile.outer), tiling.window(tile.outer))[0, 0]
        return tile, np.nan_to_num(tile.kept().of(sure))

    def take(result: tuple[Tile, Floats]) -> None:
        nonlocal done
        tile, sure = result
        tile.inner.of(found)[...] = np.rint(sure * 255)
        done += 1
        tell(done / len(tiling))

    conduct(tiling, work, take, streams=streams, cancel=stop)
    return found
