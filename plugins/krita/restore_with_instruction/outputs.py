"""Where a result can go in this Krita."""

from __future__ import annotations

from typing import Tuple

import krita

from .restored_client.desk.wish import MASKED, NEW_IMAGE, NEW_LAYER, REPLACE


def possible() -> Tuple[str, ...]:
    """In the order in which they are offered. Before 5.2 scripts cannot give a mask its selection."""
    masked = (MASKED,) if hasattr(krita.Document, "createTransparencyMask") else ()
    return (NEW_LAYER, REPLACE, *masked, NEW_IMAGE)
