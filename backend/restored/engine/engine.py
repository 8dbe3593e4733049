"""The engine: an object that owns its models, its devices and what was measured."""

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt

from restored.engine.picture.pixels import Floats
from restored.instruction.plan import Plan
from restored.regions import Frame, Region

from .machine.devices import Devices
from .machine.memory import release
from .machine.store import Store
from .work.job import Job
from .work.marks import marks_of_layer
from .work.outcome import EngineResult, Progress
from .work.region_mask import mask_of_region
from .work.run import carry_out


class Engine:
    """Pixels to pixels. Several jobs may run at once; models stay open until `unload`."""

    def __init__(self) -> None:
        self.store = Store()
        self.devices = Devices()

    def run(
        self,
        image: np.ndarray,
        plan: Plan,
        job: Job | None = None,
        *,
        progress: Progress | None = None,
        cancel: Callable[[], bool] | None = None,
    ) -> EngineResult:
        """Restore a layer as the plan says.

        image: H x W x C as `picture.pixels` defines it; never written to. progress: called in this thread with a fraction in
        [0, 1], words and perhaps a Preview. cancel: asked about ten times a second; True ends the job.

        Raises Cancelled, EngineError, PixelError or ModelError, each with a sentence for the user.
        """
        return carry_out(self.store, self.devices, image, plan, job or Job(), progress, cancel)

    def marks(
        self, image: np.ndarray, progress: Progress | None = None, cancel: Callable[[], bool] | None = None
    ) -> npt.NDArray[np.bool_]:
        """H x W: what of a layer seems to be scratches, dust, hairs and folds. progress, cancel: as of `run`.

        Raises PixelError as it does, ModelError for a damaged installation, Cancelled."""
        return marks_of_layer(self.store, image, progress, cancel)

    def where(
        self,
        image: np.ndarray,
        region: Region,
        context: Floats | None = None,
        place: Frame | None = None,
        progress: Progress | None = None,
        cancel: Callable[[], bool] | None = None,
    ) -> npt.NDArray[np.uint8]:
        """H x W x 1, 255 where a step of this region is done in full.

        context, place: as of a `Job`. progress, cancel: as of `run`. Raises as `marks` does."""
        return mask_of_region(self.store, image, region, context, place, progress, cancel)

    def warm(self) -> None:
        """Open the default model and measure how this machine computes fastest. Raises ModelError."""
        bundle = self.store.bundle()
        self.devices.choose(self.store.model(bundle, "auto"), bundle.fingerprint)

    def unload(self) -> None:
        """Close every model and give its memory back, on the device and in main memory. The next job opens them anew."""
        self.devices.unload()
        self.store.unload()
        release()


@cache
def shared() -> Engine:
    """The engine of this process, for all who do not bring their own."""
    return Engine()
