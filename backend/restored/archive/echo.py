"""An engine that costs nothing, to see what an archive itself costs: each picture comes back inverted."""

import os
import time
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from restored.files import Done, FileOrder, OnProgress
from restored_client.wire.order import Asked
from restored_client.wire.recipe import make_recipe

PLAN: Final = {"steps": [{"task": "enhance", "label": "inverted", "strength": 1.0}]}
SECONDS: Final = "RESTORED_ECHO_SECONDS"
"""An environment variable: how long each picture takes."""


class NegativeEngine:
    """What `Workbench` asks of an engine."""

    def restore(
        self, pixels: NDArray, wish: FileOrder, mask: NDArray | None, progress: OnProgress, cancelled: Callable[[], bool]
    ) -> Done:
        time.sleep(float(os.environ.get(SECONDS, "0")))
        out = (1 - pixels if pixels.dtype.kind == "f" else np.iinfo(pixels.dtype).max - pixels).astype(pixels.dtype)
        recipe = make_recipe(Asked(wish.instruction or "", PLAN, model="echo"), sha256=None, version="0")
        return Done(pixels=out, plan=dict(PLAN), message="", device="none", model="echo", seconds=0.0, recipe=recipe)
