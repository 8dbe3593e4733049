"""The real daemon with a stand-in for the engine, whose answer a test can compute exactly: the photographic negative.

    python negative.py [serve's options]

A negative is a strong residual at every depth, so a pixel that was touched and should not have been, or the reverse, shows.
Words that name a task make the plan; "slow N" in the instruction takes N seconds, unless the result is to be kept as previews'
are; "slower N" takes them always, also to look for scratches. "held" takes until a file RELEASED lies in the runtime folder
("slow held" does not for previews): what a test does meanwhile is done meanwhile, however slow the machine is. "2x" is a size,
and where "there is none" the picture stays as it is.
"""

import os
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from restored.daemon.entry import serve
from restored.daemon.settings import read_settings
from restored.ground.errors import Cancelled
from restored.instruction.tasks import LABELS, TASKS
from restored.regions import MARKS, PLACES, Region
from restored.service import IsCancelled, Say, Tell
from restored.service.local import NOTHING_FOUND, LocalService
from restored.service.space import LayerSpace
from restored_client.wire.order import Answer, Order
from restored_client.wire.pixels import Pixels
from restored_client.wire.recipe import make_recipe

SLOWLY_SEARCHED = 333
"""A layer as wide as this is looked through until that is cancelled, whatever place is asked for."""

RELEASED = "released"
"""The file that ends what is held."""

WORDS = {
    "noise": "denoise",
    "blur": "deblur",
    "rain": "derain",
    "haze": "dehaze",
    "snow": "desnow",
    "bright": "lowlight",
    "scratch": "inpaint",
}
TYPES = {"u8": np.dtype("u1"), "u16": np.dtype("<u2"), "u32": np.dtype("<u4"), "f16": np.dtype("<f2"), "f32": np.dtype("<f4")}


def array(pixels: Pixels) -> np.ndarray:
    """HxWxC at the pixels' own depth."""
    flat = np.frombuffer(pixels.data, TYPES[pixels.depth])
    return flat.reshape(pixels.height, pixels.width, pixels.channels)


def negative(image: np.ndarray, strength: float = 1.0, mask: np.ndarray | None = None) -> np.ndarray:
    """What this engine makes of an HxWxC image, at its depth. mask: HxW in [0, 1]. Alpha and what is not masked stay."""
    white = 1.0 if image.dtype.kind == "f" else float(np.iinfo(image.dtype).max)
    colours = image.shape[2] - (image.shape[2] in (2, 4))
    if mask is None and strength == 1 and image.dtype.kind != "f":  # the same, quickly: some tests are about large pictures
        out = image.copy()
        np.subtract(np.iinfo(image.dtype).max, image[..., :colours], out=out[..., :colours])
        return out
    weight = np.full(image.shape[:2], strength) if mask is None else strength * mask.astype(np.float64)
    out = image.copy()
    before = image[..., :colours].astype(np.float64)
    after = before + weight[..., None] * (white - 2 * before)
    if image.dtype.kind != "f":
        after = np.rint(after).clip(0, white)
    changed = weight > 0
    out[changed, :colours] = after[changed].astype(image.dtype)
    return out


def weights(mask: Pixels | None) -> np.ndarray | None:
    """A mask's values in [0, 1]."""
    if mask is None:
        return None
    values = array(mask)[..., 0].astype(np.float64)
    return values / 255 if mask.depth == "u8" else values


@dataclass(frozen=True, slots=True)
class Kept:
    order: Order
    plan: Mapping[str, Any]
    nbytes: int
    home: LayerSpace | None = None


class Negative:
    """The daemon's Work, in negative."""

    def tasks(self) -> list[dict[str, str]]:
        return [{"id": task, "label": LABELS[task]} for task in TASKS]

    def load(self, say: Say) -> None:
        say("Loading nothing…")

    def device(self) -> str:
        return "CPU, in negative"

    def opened(self) -> list[str]:
        return []

    def models(self) -> list[dict[str, Any]]:
        return [{"name": "negative", "family": "negative", "tasks": list(TASKS)}]

    def explain(self, text: str, context: Pixels | None, plan: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        if plan is not None and text == "half of it":  # the one thing it knows to be said of a plan that stands
            steps = [{**step, "strength": step["strength"] / 2} for step in plan["steps"]]
            before = {name: value for name, value in plan.items() if name != "history"}
            return {**plan, "text": text, "steps": steps, "action": "plan", "message": "", "history": [before]}
        found = sorted((text.find(word), task, word) for word, task in WORDS.items() if word in text)
        steps = [
            {"task": task, "label": LABELS[task], "confidence": 0.95, "strength": 1.0, "words": word} for _, task, word in found
        ]
        for step in steps:
            if step["task"] == "inpaint":
                region = Region((MARKS,)).to_dict()
                step |= {"region": region, "label": f"{step['label']}, {region['label']}"}
                if "slower" in text:
                    region["label"] = text
        for place in PLACES:
            if f"the {place}" in text:  # shown over the preview; a negative is done everywhere
                region = Region((place,)).to_dict()
                steps = [{**step, "region": region, "label": f"{step['label']}, {region['label']}"} for step in steps]
        reason = None if steps else "off_topic" if text.strip() else "empty"
        said = {"text": text, "steps": steps, "excluded": [], "reason": reason, "message": "", "proposed": False}
        return {**said, "scale": 2} if "2x" in text else said

    def restore(self, order: Order, tell: Tell, cancelled: IsCancelled) -> Answer:
        home = LayerSpace.of(order)
        order = order if home is None else replace(order, layer=home.leave(), profile=None)
        plan = order.plan or self.explain(order.instruction or "", order.context)
        if not any(step["strength"] > 0 for step in plan["steps"]):
            return Answer(None, plan, "Nothing names any damage.")
        if "there is none" in (order.instruction or str(plan.get("text", ""))):
            return Answer(None, plan, NOTHING_FOUND)
        slow = re.search(r"slow(er)? ([\d.]+)", order.instruction or str(plan.get("text", "")))
        seconds = float(slow.group(2)) if slow and (slow.group(1) or not order.keep) else 0.0
        held = re.search(r"\b(slow )?held\b", order.instruction or str(plan.get("text", "")))
        if held and not (held.group(1) and order.keep):
            _hold("Working on tile 3 of 8", tell, cancelled)
        _pass_time(seconds, "Working on tile 3 of 8", tell, cancelled)
        return self._develop(Kept(order, plan, order.pixels.nbytes, home), order.strength, order.mask)

    def adjust(self, kept: Kept, strength: float | None, mask: Pixels | None, texture: float | None = None) -> Answer:
        order = kept.order
        return self._develop(kept, order.strength if strength is None else strength, mask or order.mask)

    def _develop(self, kept: Kept, strength: float, mask: Pixels | None) -> Answer:
        order, layer = kept.order, array(kept.order.pixels)
        layer = layer.repeat(order.scale, 0).repeat(order.scale, 1)
        out = negative(layer, strength, weights(mask))
        result = Pixels(out.shape[1], out.shape[0], out.shape[2], order.pixels.depth, out.tobytes())
        words = order.instruction or str(kept.plan.get("text", ""))
        done = replace(order, instruction=words, plan=kept.plan, strength=strength, model="negative")
        recipe = make_recipe(done, sha256="0" * 64, version="0")
        changed = None if strength == 0 else kept.home.back(result) if kept.home else result
        return Answer(changed, kept.plan, "", self.device(), "negative", 0.01, recipe, kept=kept if order.keep else None)

    def region(self, region: Mapping[str, Any], order: Order, tell: Tell, cancelled: IsCancelled) -> Pixels:
        if order.pixels.width == SLOWLY_SEARCHED:
            _hold("Looking for scratches and dust", tell, cancelled)
        slow = re.search(r"slower ([\d.]+)", str(region.get("label", "")))
        _pass_time(float(slow.group(1)) if slow else 0.0, "Looking for scratches and dust", tell, cancelled)
        return LocalService().region(region, order, tell, cancelled)  # it needs no model

    def unload(self) -> None:
        pass


def _hold(words: str, tell: Tell, cancelled: IsCancelled) -> None:
    while not (Path(os.environ["RESTORED_RUNTIME_DIR"]) / RELEASED).exists():
        if cancelled():
            raise Cancelled
        tell(0.4, words)
        time.sleep(0.02)


def _pass_time(seconds: float, words: str, tell: Tell, cancelled: IsCancelled) -> None:
    start = time.perf_counter()
    while (gone := time.perf_counter() - start) < seconds:
        if cancelled():
            raise Cancelled
        tell(gone / seconds, words)
        time.sleep(0.02)


if __name__ == "__main__":
    serve(read_settings([word for word in sys.argv[1:] if word != "serve"]), Negative())
