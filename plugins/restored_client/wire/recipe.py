"""The recipe: what was done to a layer, complete enough to do it again. Plain JSON, attached to layers and files."""

from __future__ import annotations

import json
from typing import Any, Dict, Final, Mapping, Optional

from .checks import is_model_name
from .errors import ClientError
from .limits import QUALITIES, SCALES

RECIPE_FORMAT: Final = 1
PARASITE: Final = "restore-with-instruction/recipe"
"""Name under which hosts attach a recipe to a layer."""

MAX_RECIPE: Final = 1 << 20


def make_recipe(
    *,
    instruction: str,
    plan: Mapping[str, Any],
    strength: float,
    scale: int,
    model: str,
    sha256: Optional[str],
    version: str,
) -> Dict[str, Any]:
    """A recipe. `sha256` is the bundle's weights', `version` the restored package's, `plan` a plan's dict."""
    return {
        "restore_with_instruction": RECIPE_FORMAT,
        "instruction": instruction,
        "plan": dict(plan),
        "strength": float(strength),
        "scale": int(scale),
        "model": model,
        "sha256": sha256,
        "version": version,
    }


def encode_recipe(recipe: Mapping[str, Any]) -> str:
    """One line of JSON."""
    return json.dumps(recipe, ensure_ascii=False, separators=(",", ":"))


def decode_recipe(text: str | bytes) -> Dict[str, Any]:
    """The inverse, for text found on a layer or in a file. Raises ClientError("bad_recipe") with a sentence."""
    try:
        if len(text) > MAX_RECIPE:
            raise ValueError(f"more than {MAX_RECIPE} bytes")
        recipe = json.loads(text if isinstance(text, str) else bytes(text).decode("utf-8"))
        if not isinstance(recipe, dict):
            raise ValueError("not a map")
    except (ValueError, RecursionError) as error:
        raise ClientError("bad_recipe", detail=str(error)) from None
    found = recipe.get("restore_with_instruction")
    if not isinstance(found, int) or not isinstance(recipe.get("plan"), dict):
        raise ClientError("bad_recipe", detail=f"no recipe in {text[:80]!r}")
    if found > RECIPE_FORMAT:
        raise ClientError("bad_recipe", "This recipe was made by a newer version. Please update.", f"format {found}")
    strength, scale = recipe.get("strength", 1.0), recipe.get("scale", 1)
    if isinstance(strength, bool) or not isinstance(strength, (int, float)) or not 0.0 <= strength <= 1.0 or scale not in SCALES:
        raise ClientError("bad_recipe", detail=f"strength {strength!r}, scale {scale!r}"[:200])
    texture = recipe.get("texture") or 0.0
    if isinstance(texture, bool) or not isinstance(texture, (int, float)) or not 0.0 <= texture <= 1.0:
        raise ClientError("bad_recipe", detail=f"texture {texture!r}"[:200])
    if recipe.get("quality", QUALITIES[0]) not in QUALITIES:
        raise ClientError("bad_recipe", detail=f"quality {recipe['quality']!r}"[:200])
    for name in ("instruction", "model", "sha256", "mask", "source", "wish"):
        if not isinstance(recipe.get(name), (str, type(None))):
            raise ClientError("bad_recipe", detail=f"{name} {recipe[name]!r}"[:200])
    if recipe.get("model") and not is_model_name(recipe["model"]):
        # a recipe comes with a picture, from anybody: it may name a model, not say which folder to open
        sentence = "This recipe does not name a model but a place on the disk, so it is not followed."
        raise ClientError("bad_recipe", sentence, f"model {recipe['model']!r}"[:200])
    return recipe
