"""What is said about words that were heard and cannot be followed."""

from typing import Final

CANNOT: Final[dict[str, str]] = {
    "halftone": "I cannot remove halftone dots or moiré yet: scan at a higher resolution and reduce it, or blur it a little.",
    "fringes": "I cannot remove colour fringes yet: your raw converter's lens correction does.",
    "vignette": "I cannot remove vignetting yet. Say “brighten the border” to lighten the border of the picture.",
    "redeye": "I cannot remove red eyes yet: in GIMP, Filters > Enhance > Red Eye Removal does.",
    "flare": "I cannot remove flare or reflections yet. GIMP's Heal tool or Krita's Smart Patch tool helps.",
    "drops": "I cannot remove drops on the lens yet: select each, and ask to fill it (“remove the spots”).",
    "geometry": "I do not turn, crop or straighten pictures: your editor's transform and crop tools do.",
    "objects": "I do not remove things from pictures. GIMP's Heal tool or Krita's Smart Patch tool does it.",
    "colourise": "I cannot colour black-and-white pictures yet.",
    "inverse": "Only what is selected changes. To leave it alone instead, invert the selection first, and leave this part out.",
    "kinds": "I do not tell scratches, dust and folds apart: look at the marks that I find, and take out those that should stay.",
    "creative": "I only restore what the picture has: nothing is added, replaced or painted. Your editor's own tools do that.",
    "other": "I cannot remove this yet. Select it and ask to fill it (“remove the spots”), or use your editor's healing tools.",
    "matching": "I cannot match one picture to another.",
}
"""Concept of the section `unused` -> why, and what to do instead."""

DID_YOU_MEAN: Final = "One word alone may mean anything, so nothing was changed. Did you mean: “{wish}”?"

WISHES: Final[dict[str, str]] = {
    "denoise": "remove the noise",
    "deblur": "remove the blur",
    "derain": "remove the rain",
    "dehaze": "remove the haze",
    "desnow": "remove the snow",
    "lowlight": "brighten it",
}
"""Task -> how to ask for it."""

OTHER_SCALE: Final = "A picture can be enlarged 2 or 4 times; the nearest of them was taken."

NOT_READ: Final = "I did not understand this part of your wish, so it was left out."


ONLY_BY_HAND: Final = "I cannot find “{place}” in a picture: select it, and only what is selected changes."
ALL_BUT_BY_HAND: Final = "I cannot find “{place}” in a picture: select everything else, and only what is selected changes."
NOT_FOUND: Final = "I cannot find “{place}” in a picture, so the whole picture was meant. To limit it, select the place first."


def by_hand(place: str, restricted: bool, outside: bool = False) -> str:
    """About a place that no estimator finds; outside: it is what must not change."""
    return ((ALL_BUT_BY_HAND if outside else ONLY_BY_HAND) if restricted else NOT_FOUND).format(place=place)


def about_places(place: str) -> set[str]:
    """All that may be said about a place that no estimator finds."""
    return {by_hand(place, restricted, outside) for restricted in (False, True) for outside in (False, True)}
