"""Marks and what only looks like them, drawn by processes beside the training: each layer says how much of a pixel is covered."""

import multiprocessing
import os
import time
from collections.abc import Callable, Mapping
from multiprocessing.sharedctypes import RawArray, RawValue
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from ..degradations.scratches import mark_of

Bytes = npt.NDArray[np.uint8]
Random = np.random.Generator

SLOTS: Final = 64
"""Layers of a process that wait to be taken, at most."""


def rails(random: Random, side: int) -> Bytes:
    """Railings, cables or blinds: thin and even as scratches are, but many and orderly."""
    canvas, pen = _canvas(side)
    thick, angle = int(random.integers(2, 9)), random.choice([0, np.pi / 2, random.uniform(0, np.pi)])
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])
    gap, first = random.uniform(8, 80), random.uniform(-side, side)
    for number in range(random.integers(3, 24)):
        middle = side + across * (first + number * gap)
        ends = np.concatenate([middle - 2 * side * along, middle + 2 * side * along])
        pen.line(tuple(ends.tolist()), fill=255, width=thick)
    return _small(canvas, side)


def text(random: Random, side: int) -> Bytes:
    """Lines of type or of figures, turned a little."""
    canvas, pen = _canvas(side)
    size = int(random.integers(12, 70))
    top, left = random.uniform(0, 1.5 * side, 2)
    for number in range(random.integers(1, 7)):
        words = "".join(random.choice(list("abcdefghilmnoprstuvw  ABEKMT,.1247&/-"), 30))
        pen.text((float(left - side / 2), float(top + number * size * 1.3)), words, fill=255, font_size=size)
    return _small(canvas.rotate(float(random.normal(0, 4))), side)


def wires(random: Random, side: int) -> Bytes:
    """One to four cables that sag, or twigs that part: scenes hide them behind what stands in front."""
    canvas, pen = _canvas(side)
    if random.random() < 0.5:
        slope, sag, thick = random.normal(0, 0.4), random.uniform(0, 0.3), int(random.integers(1, 7))
        x = np.linspace(0, 2 * side, 40)
        for _ in range(random.integers(1, 5)):
            y = random.uniform(0, 2 * side) + slope * x + sag * 2 * side * (x / side - 1) ** 2
            pen.line(list(zip(x.tolist(), y.tolist(), strict=True)), fill=255, width=thick)
    else:
        for _ in range(random.integers(1, 4)):
            _twig(pen, random, random.uniform(0, 2 * side, 2), random.uniform(0, 2 * np.pi), random.uniform(3, 10), side)
    return _small(canvas, side)


def points(random: Random, side: int) -> Bytes:
    """Stars, lights, drops or foam: round, and of many sizes; the same everywhere, or in a cloud."""
    canvas, pen = _canvas(side)
    count, spread = int(np.exp(random.uniform(np.log(15), np.log(400)))), random.choice([side, random.uniform(0.1, 0.6) * side])
    places = random.normal(random.uniform(0, 2 * side, 2), spread, (count, 2))
    for (x, y), radius in zip(places.tolist(), (1 + random.exponential(random.uniform(0.4, 2.0), count)).tolist(), strict=True):
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=int(random.integers(90, 256)))
    return _small(canvas, side)


def crack(random: Random, side: int) -> Bytes:
    """Where an emulsion or paper broke: jagged, and branching."""
    canvas, pen = _canvas(side)
    for _ in range(random.integers(1, 4)):
        at, heading = random.uniform(0, 2 * side, 2), random.uniform(0, 2 * np.pi)
        _twig(pen, random, at, heading, random.uniform(2, 7), side, jagged=0.5)
    return _small(canvas, side)


def _mark(kind: str) -> Callable[[Random, int], Bytes]:
    def drawn(random: Random, side: int) -> Bytes:
        return np.rint(255 * mark_of(kind, random, side, side)).astype(np.uint8)

    return drawn


MARKS: Final[Mapping[str, tuple[float, Callable[[Random, int], Bytes]]]] = {
    "scratch": (0.32, _mark("scratch")),
    "bundle": (0.08, _mark("bundle")),
    "dust": (0.22, _mark("dust")),
    "hair": (0.14, _mark("hair")),
    "fold": (0.10, _mark("fold")),
    "blob": (0.09, _mark("blob")),
    "crack": (0.05, crack),
}
"""What is to be found: how often, and how it is drawn."""

DECOYS: Final[Mapping[str, tuple[float, Callable[[Random, int], Bytes]]]] = {
    "rails": (0.3, rails),
    "text": (0.25, text),
    "wires": (0.25, wires),
    "points": (0.2, points),
}
"""What is not."""

KINDS: Final = (*MARKS, *DECOYS)


def drawn(random: Random, side: int) -> tuple[int, Bytes]:
    """A layer: its kind's place in KINDS, and (side, side)."""
    table = DECOYS if random.random() < 0.25 else MARKS
    weights = np.array([weight for weight, _ in table.values()])
    kind = str(random.choice(list(table), p=weights / weights.sum()))
    return KINDS.index(kind), table[kind][1](random, side)


class Drawers:
    """Processes that draw without end, each into slots of its own; `taken` never waits for them. Make it before the device is
    touched: they are forked."""

    def __init__(self, count: int, side: int, seed: int) -> None:
        self._side = side
        forking = multiprocessing.get_context("fork")
        self._shared = [_Slots(side) for _ in range(count)]
        self._processes = [
            forking.Process(target=_draw, args=(slots, side, seed + number, os.getpid()), daemon=True)
            for number, slots in enumerate(self._shared)
        ]
        for process in self._processes:
            process.start()

    def taken(self) -> tuple[Bytes, Bytes]:
        """Kinds (n,) and layers (n, side, side) that were drawn since."""
        kinds, layers = [], []
        for slots in self._shared:
            made, taken = slots.made.value, slots.taken.value
            places = np.arange(taken, made) % SLOTS
            kinds.append(slots.kinds[places])
            layers.append(slots.layers[places])
            slots.taken.value = made
        empty = np.zeros((0, self._side, self._side), np.uint8)
        return np.concatenate([np.zeros(0, np.uint8), *kinds]), np.concatenate([empty, *layers])

    def close(self) -> None:
        """End the processes."""
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.join(2)


class _Slots:
    """Memory that one process writes and another reads: `made` counts layers that are written, `taken`
    those that are read."""

    def __init__(self, side: int) -> None:
        self.made: Any = RawValue("q", 0)
        self.taken: Any = RawValue("q", 0)
        self.kinds = np.frombuffer(RawArray("B", SLOTS), np.uint8)
        self.layers = np.frombuffer(RawArray("B", SLOTS * side * side), np.uint8).reshape(SLOTS, side, side)


def _draw(slots: _Slots, side: int, seed: int, parent: int) -> None:
    random = np.random.default_rng(seed)
    while os.getppid() == parent:
        if slots.made.value - slots.taken.value >= SLOTS:
            time.sleep(0.005)
            continue
        place = slots.made.value % SLOTS
        slots.kinds[place], slots.layers[place] = drawn(random, side)
        slots.made.value += 1


def _twig(
    pen: ImageDraw.ImageDraw,
    random: Random,
    start: npt.NDArray[np.float64],
    heading: float,
    thick: float,
    side: int,
    jagged: float = 0.12,
) -> None:
    """A line that wanders, gets thinner, and parts at times; starts wait in a list, so that nothing recurs."""
    waiting = [(start, heading, thick)]
    steps = 0
    while waiting and steps < 600:
        at, heading, thick = waiting.pop()
        while thick > 0.8 and steps < 600:
            heading += float(random.normal(0, jagged))
            to = at + random.uniform(4, 14) * np.array([np.cos(heading), np.sin(heading)])
            pen.line((*at.tolist(), *to.tolist()), fill=255, width=max(1, round(thick)))
            at, thick, steps = to, thick * random.uniform(0.94, 1.0), steps + 1
            if random.random() < 0.06:
                waiting.append((at, heading + float(random.choice([-1, 1]) * random.uniform(0.4, 1.2)), 0.7 * thick))
            if not (0 <= at[0] < 2 * side and 0 <= at[1] < 2 * side):
                break


def _canvas(side: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """Twice as large as what comes of it: edges are soft."""
    canvas = Image.new("L", (2 * side, 2 * side))
    return canvas, ImageDraw.Draw(canvas)


def _small(canvas: Image.Image, side: int) -> Bytes:
    return np.asarray(canvas.resize((side, side), Image.Resampling.BOX))
