"""A job of `swift` on a CPU needs neither torch nor sentence-transformers: not loaded where they are, not missed where not."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

pytest.importorskip("openvino", reason="without OpenVINO a CPU computes with torch")

HEAVY = ("torch", "torchvision", "sentence_transformers", "transformers", "scipy", "sklearn")
SEEN = f"print('loaded:', *[name for name in {HEAVY!r} if name in sys.modules])"
HIDE = f"""
import importlib.machinery, sys
class Hiding:
    find_distributions = importlib.machinery.PathFinder.find_distributions
    @staticmethod
    def find_spec(name, path=None, target=None):
        return None if name.partition(".")[0] in {HEAVY!r} else importlib.machinery.PathFinder.find_spec(name, path, target)
sys.meta_path[:] = [Hiding if finder is importlib.machinery.PathFinder else finder for finder in sys.meta_path]
"""
JOB = """
import sys, numpy as np, restored
picture = np.random.default_rng(0).integers(0, 255, (48, 80, 3), np.uint8)
done = restored.restore(picture, "remove the noise and clear the haze")
print(done.changed, done.device)
"""
DAEMON = """
import sys, numpy as np
from restored.service.local import LocalService
from restored.engine.machine import devices
engine = LocalService()
engine.load(lambda words: None)
print(engine.device(), [model["name"] for model in engine.models()])
"""


def output(code: str, *arguments: str) -> str:
    with tempfile.TemporaryDirectory() as folder:  # not the daemon of whoever runs the tests
        environment = {**os.environ, "RESTORED_RUNTIME_DIR": folder}
        done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("where", [HIDE, "import sys"], ids=["not installed", "installed"])
def test_a_restoration_in_the_process(where: str) -> None:
    said = output(f"{where}\n{JOB}\n{SEEN}")
    assert "True" in said and "OpenVINO" in said  # noqa: PT018 - both in one line of output
    assert said.splitlines()[-1] == "loaded:"


@pytest.mark.slow
@pytest.mark.parametrize("where", [HIDE, "import sys"], ids=["not installed", "installed"])
def test_the_daemons_engine(where: str) -> None:
    said = output(f"{where}\n{DAEMON}\n{SEEN}")
    assert "OpenVINO" in said
    assert "swift" in said
    assert said.splitlines()[-1] == "loaded:"


def test_doctor_finds_nothing_wrong_without_it() -> None:
    said = output(f"{HIDE}\nfrom restored import doctor\nprint([f for f in doctor.examine() if f.state == 'bad'])\n{SEEN}")
    assert said.splitlines() == ["[]", "loaded:"]


@pytest.mark.slow
def test_what_needs_torch_says_so_in_a_sentence(tmp_path: Path) -> None:
    from restored.models.bundle import write_bundle
    from restored.models.instructir import InstructIR

    shape = {"width": 4, "encoder": [1], "middle": 1, "decoder": [1]}
    write_bundle(
        tmp_path / "big", InstructIR(**shape), shape, licence="MIT", training_data="random numbers", version="0"
    )  # fmt: skip
    code = f"""{HIDE}
import sys, numpy as np, restored
picture = np.zeros((8, 8, 3), np.uint8)
for options in ({{"model": sys.argv[1]}}, {{"device": "cuda"}}):
    try:
        restored.restore(picture, "remove the noise", **options)
    except ValueError as error:
        print(error)
    except Exception as error:
        print(type(error).__name__, error)
"""
    model, device = output(code, str(tmp_path / "big")).splitlines()
    assert "PyTorch, which is not installed" in model
    assert "PyTorch, which is not installed" in device
