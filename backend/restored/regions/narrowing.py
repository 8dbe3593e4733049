"""Regions of two conditions ("on the left, but not the sky"): one within another, and a region cut in two by a place."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from .names import MARKS, PLACES, Place, Region

ACROSS: Final[dict[Place, Place]] = {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}
"""A side, and all but it."""


def conditions(region: Region | None) -> tuple[Region, ...]:
    """Each condition of a region by itself, the latest first; none for the whole picture."""
    found = []
    while region is not None:
        found.append(replace(region, within=None))
        region = region.within
    return tuple(found)


def together(parts: Iterable[Region]) -> Region | None:
    """Where all of these hold, the latest first, but before them what a hand has to show; the whole picture where there is
    none."""
    found = None
    latest_last = tuple(parts)[::-1]
    for part in sorted(latest_last, key=lambda part: bool(part.by_hand)):
        found = replace(part, within=found)
    return found


def turned(region: Region) -> Region:
    """Everywhere but in a region of one condition: all but the left side is the right side."""
    if not region.outside and not region.by_hand and len(region.places) == 1 and region.places[0] in ACROSS:
        return replace(region, places=(ACROSS[region.places[0]],))
    return replace(region, outside=not region.outside)


def same(one: Region, other: Region) -> bool:
    """Whether two regions are of the same places, the same way round."""
    return _named(one) == _named(other) and one.outside == other.outside


def narrowed(region: Region | None, said: Region) -> Region | None:
    """A region after a further place was named of it. Another place takes the place of the one before, and what was left out
    stays left out; a place to leave out joins those. Marks stay marks."""
    if region is not None and MARKS in region.places:
        left = narrowed(region.where, said)
        return None if left is None else left.marked()
    parts = conditions(region)
    if not said.outside:
        return together((said, *(part for part in parts if part.outside and not set(part.places) & set(said.places))))
    joins = [part for part in parts if part.outside and not (part.both or said.both or part.by_hand or said.by_hand)]
    places = {place for part in (said, *joins) for place in part.places}
    out = replace(said, places=tuple(place for place in PLACES if place in places)) if joins else said
    return together((out, *(part for part in parts if part not in joins and not same(part, said))))


def cut(region: Region | None, place: Region) -> tuple[list[Region | None], list[Region | None]]:
    """What of a region lies in a place of one condition, and what of it lies elsewhere; nothing where that is empty. Marks
    are not cut."""
    parts = conditions(region)
    other = turned(place)
    if any(same(part, place) or MARKS in part.places for part in parts):
        return [region], []
    if any(same(part, other) for part in parts):
        return [], [region]
    return [together((place, *parts))], [together((other, *parts))]


def _named(region: Region) -> tuple[frozenset[Place], bool, str]:
    return frozenset(region.places), region.both and len(region.places) > 1, region.by_hand
