"""YAML that somebody else may have written (a run file, a queue): read within bounds, and never more than it says."""

from pathlib import Path
from typing import Any, Final

import yaml

from restored.ground.bounded import read_bounded

MOST: Final = 1 << 18
"""Bytes of a file."""

DEEPEST: Final = 32
"""Lists and maps in each other."""

LONGEST: Final = 64
"""Characters of a number. YAML knows numbers to the base 60, which take hours to read when they are long."""


def read_yaml(path: Path) -> Any:
    """What a file says; None for an empty one. Raises OSError, and ValueError as `parse_yaml`."""
    return parse_yaml(read_bounded(path, MOST))


def parse_yaml(content: str | bytes) -> Any:
    """What a text says as YAML's plain types. Raises ValueError for what is no YAML, is nested too deeply, has aliases (a few
    lines of them say more than memory holds) or endless numbers."""
    loader = _Loader(content)
    try:
        return loader.get_single_data()
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    finally:
        loader.dispose()


class _Loader(yaml.SafeLoader):
    def __init__(self, content: str | bytes) -> None:
        self._depth = 0
        try:
            super().__init__(content)
        except yaml.YAMLError as error:
            raise ValueError(str(error)) from error

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise ValueError("it has aliases (“*name”), which are not read: please write it out")
        self._depth += 1
        if self._depth > DEEPEST:
            raise ValueError("it is nested too deeply")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_scalar(self, node: Any) -> Any:
        if node.tag in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float") and len(node.value) > LONGEST:
            raise ValueError("a number in it is too long")
        return super().construct_scalar(node)
