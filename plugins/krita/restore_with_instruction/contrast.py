"""Colours that can be read in every theme of Krita's: contrast as WCAG 2.1 counts it, at least 4.5 : 1 for words."""

from __future__ import annotations

from .qt import QtGui

LEGIBLE = 4.5


def ratio(one, other) -> float:
    """From 1 (the same lightness) to 21 (black and white), of two opaque colours. WCAG 2.1, relative luminance."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour) -> float:
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in colour.getRgbF()[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def mixed(colour, ground, part: float):
    """`part` of a colour over an opaque ground."""
    values = [ground_ + part * (own - ground_) for own, ground_ in zip(colour.getRgbF()[:3], ground.getRgbF()[:3])]
    return QtGui.QColor.fromRgbF(*(min(1.0, max(0.0, value)) for value in values))


def quiet(text, ground):
    """The colour of words that matter less: as faint as can still be read."""
    return next(
        (each for each in (mixed(text, ground, part / 20) for part in range(12, 20)) if ratio(each, ground) >= LEGIBLE), text
    )


def fill(colour, ground, text, most: float):
    """The ground behind words, tinted by at most `most` of a colour and by no more than leaves the words legible."""
    steps = (most * part / 10 for part in range(10, 0, -1))
    return next((each for each in (mixed(colour, ground, part) for part in steps) if ratio(text, each) >= LEGIBLE), ground)
