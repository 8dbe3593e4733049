"""A daemon's stand-in for the window: what it is asked for it brightens, and it remembers what that was."""

from typing import Any

import numpy as np

from restored.instruction import Plan, Step
from restored.regions import Region
from restored.service.arrays import array_of, pixels_of
from restored_client.wire.order import Answer, Asked, Order
from restored_client.wire.pixels import Pixels
from restored_client.wire.recipe import make_recipe

MARKS = Region(("marks",))


class Brightening:
    """Brightens by half, and keeps what `adjust` needs."""

    error: Exception | None = None

    def __init__(self) -> None:
        tasks = [{"id": "lowlight", "label": "too dark"}, {"id": "denoise", "label": "noise"}]
        self.hello: dict[str, Any] = {"tasks": tasks, "device": "a test"}
        self.kept: dict[str, np.ndarray] = {}
        self.asked: list[str] = []
        self.found: list[bool] = []

    def explain(self, text: str, context: Any = None, plan: Any = None) -> dict[str, Any]:
        assert context is not None
        self.asked.append("explain")
        if "scratch" in text:
            return Plan(text, (Step("inpaint", 0.9, 1.0, "scratches", region=MARKS),)).to_dict()
        if "bright" not in text:
            return Plan(text, reason="off_topic", message="That is not about a photograph.").to_dict()
        return Plan(text, (Step("lowlight", 0.9, 1.0, "bright"),), scale=2 if "twice" in text else None).to_dict()

    def restore(self, layer: Any, **asked: Any) -> Answer:
        return self.carry_out(Order(layer=layer, **{name: value for name, value in asked.items() if name != "cancelled"}))

    def carry_out(self, order: Order, progress: Any = None, cancelled: Any = None) -> Answer:
        self.asked.append("preview" if order.keep else "job")
        self.found.append(order.find)
        if self.error is not None:
            raise self.error
        pixels = array_of(order.pixels)
        if order.keep:
            self.kept["1"] = pixels
        plan = dict(order.plan or {})
        recipe = make_recipe(Asked("", plan, order.strength, model="m"), sha256=None, version="0")
        return Answer(pixels_of(self._brighter(pixels, order.strength)), plan, "", "a test", "m", 0.1, recipe, "1")

    def region(self, region: Any, layer: Any, context: Any = None, place: Any = None, cancelled: Any = None) -> Pixels:
        assert region["places"] == ["marks"]
        return pixels_of(np.full((layer.height, layer.width, 1), 255, np.uint8))

    def adjust(self, job: str, *, strength: float | None = None, texture: float | None = None, mask: Any = None) -> Answer:
        self.asked.append("adjust")
        return Answer(pixels_of(self._brighter(self.kept[job], strength or 0.0)), {}, "", "a test", "m", 0.1, {}, job)

    def _brighter(self, pixels: np.ndarray, strength: float) -> np.ndarray:
        return (pixels + strength * 0.5 * (255 - pixels.astype(float))).astype(np.uint8)

    def close(self) -> None: ...

    def __enter__(self) -> "Brightening":
        return self

    def __exit__(self, *_: object) -> None: ...
