"""The adjustments: their ids, what their amounts mean, and how a person reads them."""

from typing import Final, Literal, TypeGuard, get_args

Adjustment = Literal[
    "exposure",
    "contrast",
    "saturation",
    "vibrance",
    "temperature",
    "tint",
    "shadows",
    "highlights",
    "blacks",
    "whites",
    "black_and_white",
]

ADJUSTMENTS: Final[tuple[Adjustment, ...]] = get_args(Adjustment)

RANGES: Final[dict[Adjustment, tuple[float, float]]] = {
    "exposure": (-5.0, 5.0),
    "contrast": (-1.0, 1.0),
    "saturation": (-1.0, 1.0),
    "vibrance": (-1.0, 1.0),
    "temperature": (-2.0, 2.0),
    "tint": (-2.0, 2.0),
    "shadows": (-1.0, 1.0),
    "highlights": (-1.0, 1.0),
    "blacks": (-1.0, 1.0),
    "whites": (-1.0, 1.0),
    "black_and_white": (0.0, 1.0),
}
"""Lowest and highest amount. exposure: stops (each doubles the light). temperature: + is warmer, 1 = 50 mired. tint: + is towards
magenta, - towards green, 1 = 0.012 Duv. black_and_white: the share of the colour that is taken away. The others: 1 is the whole
way of their formula, + is more (brighter)."""

PLAIN: Final[dict[Adjustment, float]] = {
    "exposure": 0.7,
    "contrast": 0.25,
    "saturation": 0.3,
    "vibrance": 0.4,
    "temperature": 0.4,
    "tint": 0.4,
    "shadows": 0.5,
    "highlights": 0.5,
    "blacks": 0.4,
    "whites": 0.4,
    "black_and_white": 1.0,
}
"""How much is meant where the words give no amount: clearly visible, and seldom too much."""

_WORDS: Final[dict[Adjustment, tuple[str, str]]] = {
    "exposure": ("brighter", "darker"),
    "contrast": ("more contrast", "less contrast"),
    "saturation": ("more saturated", "less saturated"),
    "vibrance": ("more vibrant", "less vibrant"),
    "temperature": ("warmer", "cooler"),
    "tint": ("towards magenta", "towards green"),
    "shadows": ("brighter shadows", "darker shadows"),
    "highlights": ("brighter highlights", "darker highlights"),
    "blacks": ("lifted blacks", "deeper blacks"),
    "whites": ("brighter whites", "softer whites"),
    "black_and_white": ("black and white", "black and white"),
}


OF_COLOUR: Final[tuple[Adjustment, ...]] = ("saturation", "vibrance", "temperature", "tint", "black_and_white")
"""What changes colours on purpose, so that none of it would be left where colours are to stay."""


def family(name: Adjustment, amount: float) -> str:
    """The task that a direction would be, were it left to a model: what brightens is `lowlight`, the rest `enhance`."""
    return "lowlight" if name in ("exposure", "shadows") and amount > 0 else "enhance"


def is_adjustment(name: object) -> TypeGuard[Adjustment]:
    """True when `name` is one of the adjustment ids."""
    return isinstance(name, str) and name in ADJUSTMENTS


def is_plain(name: Adjustment, amount: float) -> bool:
    """Whether an amount, either way, is as much as is done where nothing says how much."""
    return abs(abs(amount) - PLAIN[name]) <= 1e-3


def clamp(name: Adjustment, amount: float) -> float:
    """The amount inside its range."""
    low, high = RANGES[name]
    return min(high, max(low, amount))


def label(name: Adjustment, amount: float) -> str:
    """The direction as a person reads it, such as "warmer"."""
    return _WORDS[name][0 if amount >= 0 else 1]


def amount_words(name: Adjustment, amount: float) -> str:
    """The amount as a person reads it: "1 stop", "40 %"."""
    size = abs(amount)
    if name == "exposure":
        return f"{size:.2g} stop{'' if size == 1 else 's'}"
    return f"{size:.0%}".replace("%", " %")
