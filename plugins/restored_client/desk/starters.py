"""Presets that come with the plug-ins: (name, instruction). Names are translated by the adapters' catalogues."""

from __future__ import annotations

from typing import Final, Tuple

STARTERS: Final[Tuple[Tuple[str, str], ...]] = (
    ("Night shot", "brighten this dark photo and remove the noise"),
    ("Foggy view", "remove the haze and bring back the colours"),
    ("Rainy street", "remove the rain streaks"),
    ("Falling snow", "remove the falling snow"),
    ("Shaky hands", "make this blurry photo sharp"),
    ("High ISO", "remove the noise but keep the sharpness"),
    ("Old web picture", "remove the JPEG artefacts and recover fine detail"),
    ("Dull colours", "improve the colours and the tone"),
)
