"""What a plan's steps say beyond their task: where, only the light or the colour, and the adjustments at the end."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from restored.adjustments.adjusting import adjust
from restored.adjustments.lightness import with_colours_of
from restored.adjustments.names import OF_COLOUR
from restored.adjustments.red_darks import without_red_darks
from restored.engine.picture.context import check_context, thumbnail
from restored.engine.picture.physics import Means, Neutrals
from restored.engine.picture.pixels import LUMA, Box, Floats, Layer, colours, to_unit
from restored.engine.picture.source import LayerSource
from restored.ground.tasks import info
from restored.instruction.grammar.sentences import by_hand
from restored.instruction.plan import Part, Plan, Step
from restored.regions import Frame, Region
from restored.regions.frame import WHOLE
from restored.regions.maps import RegionMaps

MARGIN: Final = 2
"""Pixels around a piece that a region of contours looks at."""


@dataclass
class StepScope:
    """Of one job: `change` turns what a model would change into what it may; `finish` does the adjustments.

    first: the picture before anything was done; context: a thumbnail of the whole, when the layer is a part of it, and place:
    where the layer lies in that.
    """

    first: LayerSource
    context: Floats
    plan: Plan
    part: bool = False
    place: Frame | None = None
    _means: dict[int, Means] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.plan.restoring:
            self.neutrals = Neutrals(self.first, self.context if self.part else None)
        whole = self.place if self.place is not None and self.part else WHOLE
        picture = self.context
        if self.part and self.place is None:
            picture = thumbnail(self.first)
        self.maps = RegionMaps(picture, self.first.height, self.first.width, whole)
        for step in self.plan.steps:
            if step.region is not None:
                self.maps.prepare(step.region)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the whole picture, as far as it is known."""
        height, width = self.first.height, self.first.width
        if not self.part or self.place is None:
            return height, width
        place = self.place
        return round(height / (place.bottom - place.top)), round(width / (place.right - place.left))

    def restart(self) -> None:
        """Forget what was noted, as when a job begins again in smaller pieces."""
        self._means.clear()

    def means(self, index: int, steps: Sequence[Step]) -> Means | None:
        """The watch over local means for pass `index`, where its tasks must leave them alone."""
        if index not in self._means:
            rows = [info(step.task) for step in steps]
            if any(row.tone and row.id not in ("derain", "desnow") for row in rows):
                return None
            falling = any(row.tone for row in rows)
            moving = any(row.kind in ("blur", "resolution", "holes") for row in rows)
            self._means[index] = Means(self.first.height, self.first.width, pattern_only=falling, edges_move=moving)
        return self._means[index]

    def change(
        self, index: int, steps: Sequence[Step], region: Region | None, part: Part, box: Box, before: Floats, change: Floats
    ) -> Floats:
        """What pass `index` may change of a tile's inner box."""
        means = self.means(index, steps)
        if means is not None:
            change = means.watch(box, before, change)
        dark = any(info(step.task).kind == "light" for step in steps)
        change = self.neutrals.project(box, self.first.inside(box), change, dark=dark)
        if any(info(step.task).kind == "colour" for step in steps):
            change = without_red_darks(before, before + change) - before
        if part:
            light = (change @ LUMA)[..., None]
            change = np.repeat(light, 3, axis=2) if part == "light" else change - light
        if "colours" in self.plan.keeps:
            change = with_colours_of(before, before + change) - before
        return change if region is None else change * self.where(region, box)[..., None]

    def where(self, region: Region, box: Box) -> Floats:
        """The weights of a region in a box, (h, w). A place that a hand has to show is where the selection is."""
        if region.by_hand:
            all_of_it = np.ones((box.bottom - box.top, box.right - box.left), np.float32)
            return all_of_it if region.within is None else self.where(region.within, box)
        outer = Box(box.top - MARGIN, box.left - MARGIN, box.bottom + MARGIN, box.right + MARGIN)
        if min(self.first.height, self.first.width) <= 2 * MARGIN:
            return self.maps.weight(region, box.top, box.left, self.first.inside(box))
        pixels = self.first.read(outer)[0].transpose(1, 2, 0)
        return self.maps.weight(region, outer.top, outer.left, pixels)[MARGIN:-MARGIN, MARGIN:-MARGIN]

    def finish(self, box: Box, block: Layer, change: Floats) -> Floats:
        """The adjustments, done to `block + change` in the plan's order; gives the change of both together (h, w, 3)."""
        steps = self.plan.adjusting
        if not steps:
            return change
        count = colours(block)
        original = to_unit(np.ascontiguousarray(block[..., :count]))
        if count == 1:
            original = np.repeat(original, 3, axis=2)
        with np.errstate(invalid="ignore", over="ignore"):
            colour = original + change
            for step in steps:
                if step.adjustment is None:
                    continue
                after = adjust(colour, step.adjustment, (step.amount or 0.0) * step.strength)
                if "colours" in self.plan.keeps and step.adjustment not in OF_COLOUR:
                    after = with_colours_of(colour, after)
                if step.region is not None:
                    after = colour + self.where(step.region, box)[..., None] * (after - colour)
                colour = after
            return np.nan_to_num(colour - original, nan=0.0, posinf=0.0, neginf=0.0)


def scope_of(layer: Layer, plan: Plan, context: np.ndarray | None, place: Frame | None) -> StepScope:
    """For a layer without a model: the thumbnail is only made when a region asks for it."""
    source = LayerSource(layer)
    if all(step.region is None for step in plan.steps):
        return StepScope(source, np.zeros((1, 1, 3), np.float32), plan)
    frame = check_context(context) if context is not None else thumbnail(source)
    return StepScope(source, frame, plan, context is not None, place)


def without_selection(plan: Plan, selected: bool) -> tuple[Plan, tuple[str, ...]]:
    """The plan without steps that are meant for a place which only a selection can show, when there is none, and why."""
    held = [step for step in plan.steps if step.region is not None and step.region.by_hand]
    if selected or not held:
        return plan, ()
    places = dict.fromkeys((step.region.by_hand, step.region.outside) for step in held if step.region is not None)
    notes = tuple(by_hand(place, True, outside) for place, outside in places)
    return replace(plan, steps=tuple(step for step in plan.steps if step not in held)), notes
