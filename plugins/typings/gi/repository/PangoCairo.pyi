"""Made by tools/typings.py: what the adapter names of PangoCairo, as GIMP 3.0 has it."""

from collections.abc import Sequence
from typing import Any, overload

def __init__(*args: Any, **kwargs: Any) -> Any: ...
__name__: str
