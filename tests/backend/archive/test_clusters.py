"""A cluster that runs already, with two nodes: kills of its workers, of whole nodes and of the driver. Ten of each:
python tests/benchmarks/archive.py kills 10"""

import sys
from pathlib import Path

import pytest

from .killing import VICTIMS, killing

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix"),
]


@pytest.mark.parametrize("victim", VICTIMS)
def test_dask_with_two_nodes(tmp_path: Path, victim: str) -> None:
    pytest.importorskip("distributed")
    assert killing(tmp_path, "dask", victim, kills=2 if victim == "worker" else 1, pictures=100).kills > 0


def test_ray_with_two_nodes(tmp_path: Path) -> None:
    pytest.importorskip("ray")
    assert killing(tmp_path, "ray", "node", kills=1, pictures=80).kills > 0
