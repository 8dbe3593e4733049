"""Krita beside a strong machine in another network: it asks its own daemon, and says in the docker who computed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostkit import OUTPUT, Screen
from krita_host import Krita
from tests.backend.studio.machines import Place
from tests.backend.studio.networks import cabled

pytestmark = [pytest.mark.hosts, pytest.mark.slow, pytest.mark.timeout(1800)]

PORT = 47340
DEVICE = "NVIDIA Testing in the studio, "


@pytest.fixture
def desk() -> Iterator[Place]:
    with cabled(PORT) as (desk, _):
        yield desk


def test_a_layer_is_restored_in_the_studio_and_the_docker_says_so(
    own_krita: Krita, box: Path, desk: Place, krita_screen: Screen
) -> None:
    ways = {name: value for name, value in desk.own.items() if name != "HOME"}  # where Krita's own settings are
    (told,) = own_krita.window(box, krita_screen, "studio_cases.py", **ways)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    shutil.copy(box / "studio.png", OUTPUT / "krita-studio.png")
    assert told["error"] is None, told["error"]
    facts = told["facts"]
    assert facts["pixel"] == [225, 195, 165, 0], "every byte is the strong machine's"
    assert facts["job"].startswith(DEVICE), facts
    assert facts["docker"].startswith(DEVICE), facts
