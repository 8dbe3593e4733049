"""The recipe: what was done to a layer, complete enough to do it again. Plain JSON, attached to layers and files."""

from __future__ import annotations

import json
from typing import Any, Dict, Final, Mapping, Optional

from .checks import is_model_name
from .errors import ClientError
from .limits import QUALITIES
from .order import AGAIN, FIELDS, Asked
from .parsing import parse_json

RECIPE_FORMAT: Final = 1
PARASITE: Final = "restore-with-instruction/recipe"
"""Name under which hosts attach a recipe to a layer."""

MAX_RECIPE: Final = 1 << 20

_UNSAID: Final = {"texture": 0.0, "quality": QUALITIES[0]}
"""What is not worth a JPEG's room for metadata when it is as usual."""

_TEXTS: Final = ("sha256", "mask", "source", "wish")
"""What files add to it (`restored.files`), beside the fingerprint."""


def make_recipe(done: Asked, sha256: Optional[str], version: str) -> Dict[str, Any]:
    """A recipe of what was done. `sha256` is the weights' of its model, `version` the restored package's."""
    said = {name: value for name, value in done.asked().items() if name in AGAIN and value != _UNSAID.get(name)}
    return {"restore_with_instruction": RECIPE_FORMAT, **said, "sha256": sha256, "version": version}


def encode_recipe(recipe: Mapping[str, Any]) -> str:
    """One line of JSON."""
    return json.dumps(recipe, ensure_ascii=False, separators=(",", ":"))


def decode_recipe(text: str | bytes) -> Dict[str, Any]:
    """The inverse, for text found on a layer or in a file. Raises ClientError("bad_recipe") with a sentence."""
    try:
        recipe = parse_json(text, MAX_RECIPE)
        if not isinstance(recipe, dict):
            raise ValueError("not a map")
    except ValueError as error:
        raise ClientError("bad_recipe", detail=str(error)) from None
    found = recipe.get("restore_with_instruction")
    if not isinstance(found, int) or not isinstance(recipe.get("plan"), dict):
        raise ClientError("bad_recipe", detail=f"no recipe in {text[:80]!r}")
    if found > RECIPE_FORMAT:
        raise ClientError("bad_recipe", "This recipe was made by a newer version. Please update.", f"format {found}")
    for name, value in recipe.items():
        if not _fits(name, value):
            raise ClientError("bad_recipe", detail=f"{name} {value!r}"[:200])
    if recipe.get("model") and not is_model_name(recipe["model"]):
        # a recipe comes with a picture, from anybody: it may name a model, not say which folder to open
        sentence = "This recipe does not name a model but a place on the disk, so it is not followed."
        raise ClientError("bad_recipe", sentence, f"model {recipe['model']!r}"[:200])
    return recipe


def _fits(name: str, value: Any) -> bool:
    """Whether a recipe can say this. A name that a later version adds may say anything."""
    if name in AGAIN:
        return FIELDS[name].check(value) or (value is None and getattr(Asked, name) is None)
    return name not in _TEXTS or value is None or isinstance(value, str)
