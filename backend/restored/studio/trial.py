"""How a paired machine does: whether it answers, how long there and back takes, and one picture there and here."""

import statistics
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from restored.ground.errors import RestoredError
from restored.service.protocol import Service
from restored_client.desk.device import in_short
from restored_client.wire.order import Order
from restored_client.wire.pixels import Pixels

from .book import Machine
from .connection import Declined, LinkLost, Road
from .keys import KeyPair, StudioError
from .link import Link
from .pace import SLOW
from .speeds import HERE, Speeds, shown, work_of

SIDE: Final = 1024
GREETINGS: Final = 5
INSTRUCTION: Final = "remove the noise"


@dataclass(frozen=True, slots=True)
class LinkReport:
    """round_trip: seconds of a greeting. there: of a picture, all in all; there_itself: of it, what was computing. here: of the
    same picture on this machine, None where it cannot restore. rate: bytes a second that the link carried; packs: whether both
    machines can pack pictures for a slow one."""

    machine: str
    device: str
    round_trip: float
    megapixels: float
    there: float
    there_itself: float
    here: float | None
    rate: float | None = None
    packs: bool = True

    def sentence(self) -> str:
        way = max(0.0, self.there - self.there_itself)
        words = (
            f"{self.machine} answers within {self.round_trip * 1000:.1f} ms: {in_short(self.device) or 'its engine is loading'}. "
        )
        words += f"A picture of {self.megapixels:.0f} megapixel takes {shown(self.there)} there, {way:.2f} s of it on the way"
        words += f"; this machine needs {shown(self.here)}." if self.here is not None else "."
        return f"{words} {self._of_the_link()}".rstrip()

    def _of_the_link(self) -> str:
        if self.rate is None:
            return ""
        carries = f"The link carries {max(1, round(self.rate * 8 / 1e6))} Mbit/s"
        if self.rate >= SLOW:
            return f"{carries}."
        if self.packs:
            return f"{carries}, so pictures are packed on their way, without loss."
        return (
            f"{carries}. That is slow: pictures would be packed on their way, without loss, if both machines had "
            "imagecodecs with JPEG XL (pip install --upgrade imagecodecs)."
        )


def measure(machine: Machine, keys: KeyPair, road: Road, local: Service, say: Callable[[str], None]) -> LinkReport:
    """Ask the machine, and this one; what they needed is remembered for the choice between them. Raises StudioError."""
    sha256 = next((model["sha256"] for model in local.models() if "error" not in model and model.get("sha256")), "")
    order = Order(instruction=INSTRUCTION, layer=_picture())
    say(f"Calling {machine.name}")
    try:
        link = Link.open(machine, keys, road)
        try:
            trips = [_timed(link.greet) for _ in range(GREETINGS)]

            def there() -> None:
                nonlocal itself, device
                answer = link.restore(uuid.uuid4().hex, order, sha256, lambda *_, **__: None, lambda: False)
                itself, device = answer.seconds, answer.device

            itself, device = 0.0, str(link.hello.get("device", ""))
            say(f"A picture in {machine.name}")
            _timed(there)  # the first one opens the model
            seconds = _timed(there)
        finally:
            link.close()
    except (LinkLost, Declined) as error:
        raise StudioError(f"{machine.name} cannot be used now, because {error}.") from error
    say("The same picture on this machine")
    here = _here(local, order)
    speeds, work, pixels = Speeds(), work_of([{"task": "denoise"}], 1), SIDE * SIDE
    speeds.learn(machine.key, work, pixels, seconds, save=True)
    if here is not None:
        speeds.learn(HERE, work, pixels, here, save=True)
    return LinkReport(
        machine.name, device, statistics.median(trips), pixels / 2**20, seconds, itself, here, link.pace.rate, link.pace.packs
    )


def _picture() -> Pixels:
    """Soft tones with noise on them: packed for a slow link it shrinks about as much as a noisy photograph."""
    tones = np.linspace(32, 208, SIDE, dtype=np.uint8)[:, None, None]
    noise = np.random.default_rng(0).integers(0, 16, (SIDE, SIDE, 3), np.uint8)
    return Pixels(SIDE, SIDE, 3, "u8", (tones + noise).tobytes())


def _here(local: Service, order: Order) -> float | None:
    try:
        local.load(lambda words: None)
        runs = [_timed(lambda: local.restore(order, lambda *_, **__: None, lambda: False)) for _ in range(2)]
    except RestoredError:
        return None
    return min(runs)


def _timed(do: Callable[[], object]) -> float:
    start = time.perf_counter()
    do()
    return time.perf_counter() - start
