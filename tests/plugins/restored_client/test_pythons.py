"""The client in the Pythons that hosts bring: standard library only, from 3.9 on."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import restored_client

CLIENT = Path(restored_client.__file__).parent
OLDEST = (3, 9)


def pythons() -> list[str]:
    """Every Python from 3.9 on at hand, other than by the same version twice."""
    places = [
        "/usr/bin/python3",
        *(shutil.which(f"python3.{minor}") for minor in range(9, 20)),
        *(str(path) for path in Path.home().glob(".pyenv/versions/3.*/bin/python3")),
        *(str(path) for path in Path.home().glob(".local/share/uv/python/*/bin/python3")),
    ]
    found = {sys.version_info[:2]: sys.executable}
    for place in dict.fromkeys(os.path.realpath(place) for place in places if place):
        code = "import sys; print(*sys.version_info[:2])"
        said = subprocess.run([place, "-I", "-S", "-c", code], capture_output=True, text=True, check=False).stdout.split()
        if len(said) == 2 and (version := (int(said[0]), int(said[1]))) >= OLDEST:
            found.setdefault(version, place)
    return [found[version] for version in sorted(found)]


ROUND_TRIP = """
import sys
sys.path.insert(0, sys.argv[1])
import restored_client, restored_client.desk.history, restored_client.wire.recipe
from restored_client.wire.messages import decode, encode
from restored_client.wire.zmtp import Dealer
dealer = Dealer.connect(sys.argv[2], username=b"restored", password=b"the token", timeout=60)
pixels = bytes(range(256)) * 20000
dealer.send([encode({"text": "caf\\u00e9", "sizes": [1, 2.5, None, True, 2**40]}), pixels, b""])
header, back, empty = dealer.receive(60)
assert decode(header) == {"text": "caf\\u00e9", "sizes": [1, 2.5, None, True, 2**40]}, header
assert back == pixels and empty == b""
print("good", *sys.version_info[:2])
"""


@pytest.mark.slow
@pytest.mark.parametrize("python", pythons())
def test_it_talks_to_libzmq(router, python) -> None:
    """In isolation (-I, -S): no site-packages, as inside a host."""
    command = [python, "-I", "-S", "-W", "error", "-c", ROUND_TRIP, str(CLIENT.parent), router().endpoint]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("good"), done.stderr
