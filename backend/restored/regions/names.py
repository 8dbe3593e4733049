"""The places that have a mask, and a region: one or more of them, or all but them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeGuard, get_args

from restored.ground.errors import PlanError

Place = Literal[
    "sky",
    "skin",
    "text",
    "contours",
    "shadows",
    "midtones",
    "highlights",
    "left",
    "right",
    "top",
    "bottom",
    "centre",
    "border",
    "marks",
]

MARKS: Final = "marks"
"""Where scratches, dust and hairs seem to be: a proposal, that a step never acts on by itself; a selection or mask does."""

PLACES: Final[tuple[Place, ...]] = tuple(place for place in get_args(Place) if place != MARKS)
"""Those that words can name."""

LABELS: Final[dict[Place, str]] = {
    "sky": "sky",
    "skin": "skin",
    "text": "text",
    "contours": "edges",
    "shadows": "dark parts",
    "midtones": "midtones",
    "highlights": "bright parts",
    "left": "left side",
    "right": "right side",
    "top": "top",
    "bottom": "bottom",
    "centre": "middle",
    "border": "border",
    "marks": "marks that I find",
}
"""What a person reads."""

ESTIMATED: Final[tuple[Place, ...]] = ("sky", "skin", "text")
"""Found by an estimator, which can err; the others are exact."""

GUESSED: Final[tuple[Place, ...]] = ("skin", "text")
"""Found by rules that miss and mistake too much to act on: a guess that can be looked at, and a selection begun from. A wish for
such a place waits for a selection."""


class RegionError(PlanError):
    """A region that cannot be meant; the message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Region:
    """Where a step applies.

    places: inside any of them; where several sides are named ("upper left"), `both` asks for all of them. outside: everywhere
    but there. MARKS among other places is no place of its own, but says that only marks are meant: "the scratches in the sky"
    and, with `outside`, "the scratches, but not in the sky".
    by_hand: a place that has no estimator, in the user's words: the step is done only inside a selection or mask.
    threshold: in (0, 1), from which an estimated mask counts as inside, 0.5 as found; feather: width of the soft border as a
    share of the picture's longer side. With both `places` and `by_hand` the places are a guess, for looks and selections only.
    within: another condition that must hold, too ("on the left, but not the sky"); see `narrowing`.
    """

    places: tuple[Place, ...] = ()
    outside: bool = False
    both: bool = False
    by_hand: str = ""
    threshold: float = 0.5
    feather: float = 0.02
    within: "Region | None" = None

    def __post_init__(self) -> None:
        unknown = [place for place in self.places if not is_place(place)]
        if unknown:
            raise RegionError(f"“{unknown[0]}” is not a place that I can find. I know: {', '.join(LABELS.values())}.")
        if not self.places and not self.by_hand:
            raise RegionError("A region must name a place.")
        for name, low, high in (("threshold", 0.0, 1.0), ("feather", 0.0, 1.0)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
                raise RegionError(f"The {name} of a region must lie between {low:g} and {high:g}.")

    @property
    def label(self) -> str:
        """As a person reads it: "only the sky", "not the sky"; a place by hand in their own words, whatever is guessed of it:
        "only “her face”"."""
        if self.within is not None:
            return f"{self.within.label}, {replace(self, within=None).label}"
        where = self.where
        if where is not self and where is not None:
            return f"only the {LABELS[MARKS]}, {where.label}"
        if self.by_hand:
            joined = f"“{self.by_hand}”"
        elif self.both:
            joined = " ".join(["the", *self.places, "corner"])
        else:
            joined = f"the {', '.join(LABELS[place] for place in self.places)}"
        return f"{'not' if self.outside else 'only'} {joined}"

    @property
    def where(self) -> "Region | None":
        """The region without MARKS, where these are one condition and the other places another; None for MARKS alone."""
        if MARKS not in self.places:
            return self
        others = tuple(place for place in self.places if place != MARKS)
        return replace(self, places=others) if others or self.by_hand else self.within

    def marked(self) -> "Region":
        """The same, and only what seems to be damaged there."""
        return self if MARKS in self.places else replace(self, places=(*self.places, MARKS))

    def to_dict(self) -> dict[str, Any]:
        """Plain maps and lists for JSON and the wire, with the label that a person reads."""
        return {
            "places": list(self.places),
            "outside": self.outside,
            "both": self.both,
            "by_hand": self.by_hand,
            "threshold": self.threshold,
            "feather": self.feather,
            "label": self.label,
            **({} if self.within is None else {"within": self.within.to_dict()}),
        }

    @classmethod
    def from_dict(cls, data: object) -> "Region":
        """The inverse. Unknown keys are ignored; raises RegionError."""
        if not isinstance(data, Mapping):
            raise RegionError("A region must be a map with “places”.")
        places, within = data.get("places", ()), data.get("within")
        if not isinstance(places, list | tuple):
            raise RegionError("“places” of a region must be a list.")
        return cls(
            places=tuple(places),
            outside=bool(data.get("outside", False)),
            both=bool(data.get("both", False)),
            by_hand=str(data.get("by_hand") or ""),
            threshold=data.get("threshold", 0.5),
            feather=data.get("feather", 0.02),
            within=None if within is None else cls.from_dict(within),
        )


def is_place(name: object) -> TypeGuard[Place]:
    """True when `name` is one of the place ids."""
    return isinstance(name, str) and name in LABELS
