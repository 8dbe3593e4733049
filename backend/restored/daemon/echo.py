"""An engine that gives pixels back as they came: for tests, and for measuring what the wire alone costs."""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from restored.ground.errors import Cancelled
from restored.service.protocol import IsCancelled, Say, Tell
from restored_client.wire.order import Answer, Order
from restored_client.wire.pixels import Pixels

SHA256: Final = hashlib.sha256(b"echo").hexdigest()


@dataclass(frozen=True, slots=True)
class KeptLayer:
    """The layer itself."""

    answer: Answer
    nbytes: int


class Echo:
    """Does nothing, visibly. "sleep N" as instruction, or as a region's label, takes N seconds; an empty one is nothing to do."""

    def tasks(self) -> list[dict[str, str]]:
        return [{"id": "denoise", "label": "noise"}]

    def load(self, say: Say) -> None:
        say("Loading nothing…")

    def device(self) -> str:
        return "echo: gives pictures back unchanged"

    def opened(self) -> list[str]:
        return []

    def models(self) -> list[dict[str, Any]]:
        return [{"name": "echo", "family": "echo", "tasks": ["denoise"], "sha256": SHA256}]

    def explain(self, text: str, context: Pixels | None, previous: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        words = text.strip()
        steps = [{"task": "denoise", "label": "noise", "confidence": 1.0, "strength": 1.0, "words": words}] if words else []
        reason, message = (None, "") if words else ("empty", "There is nothing to do: the instruction is empty.")
        return {"text": text, "steps": steps, "excluded": [], "reason": reason, "message": message, "proposed": False}

    def restore(self, order: Order, tell: Tell, cancelled: IsCancelled) -> Answer:
        start = time.perf_counter()
        plan = order.plan or self.explain(order.instruction or "", order.context)
        if not plan["steps"]:
            return Answer(None, plan, plan.get("message", ""))
        _sleep(order.instruction or "", tell, cancelled)
        done = Answer(order.layer, plan, "", self.device(), "echo", time.perf_counter() - start, {"strength": order.strength})
        return replace(done, kept=KeptLayer(done, order.pixels.nbytes)) if order.keep else done

    def adjust(self, kept: KeptLayer, strength: float | None, mask: Pixels | None, texture: float | None = None) -> Answer:
        return replace(kept.answer, recipe={"strength": strength})

    def region(self, region: Mapping[str, Any], order: Order, tell: Tell, cancelled: IsCancelled) -> Pixels:
        _sleep(str(region.get("label", "")), tell, cancelled)
        width, height = order.pixels.width, order.pixels.height
        return Pixels(width, height, 1, "u8", b"\xff" * (width * height))

    def unload(self) -> None:
        pass


def _sleep(text: str, tell: Tell, cancelled: IsCancelled) -> None:
    words, start = text.split(), time.perf_counter()
    seconds = float(words[1]) if words[:1] == ["sleep"] else 0.0
    while (gone := time.perf_counter() - start) < seconds:
        if cancelled():
            raise Cancelled
        tell(gone / seconds, "Sleeping")
        time.sleep(0.02)
