"""A family and a task of somebody's own, in a package of their own: no file of this house is touched, and all of it works."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

import restored
from restored.ground import tasks
from restored.models import registry
from restored.models.base import ModelError
from restored.models.bundle import write_bundle
from restored.models.restorer import Restorer
from restored.service import LocalService
from restored_client.wire.order import Order
from restored_client.wire.pixels import Pixels
from restored_training.data.sampling import Group
from restored_training.runs.networks import build

TOY = '''
"""The toy family: makes pictures lighter by what one number per task says."""

import torch

from restored.ground import tasks
from restored.models import Conditioned, registry
from restored.models.family import Family
from restored.models.restorer import Restorer

MOIRE = tasks.TaskInfo("demoire", "moiré", "moiré", "Removing moiré", "Remove moiré from this photo", "noise", 1, tone=True)


class Toy(Restorer):
    family = "toy"
    stride = 2
    halo = 0

    def __init__(self, tasks):
        super().__init__()
        self.tasks = tuple(tasks)
        self.light = torch.nn.Parameter(torch.zeros(len(self.tasks)))

    def forward(self, image, strengths):
        return image + self.light @ strengths

    def condition(self, request):
        return Ready(self, torch.tensor(request.plan.strengths(self.tasks)))

    def architecture(self):
        return {"tasks": list(self.tasks)}

    def train_on(self, batch, embedding=None):
        return self(batch.damaged, torch.tensor(batch.plan.strengths(self.tasks)))


class Ready(Conditioned):
    def __init__(self, model, strengths):
        self.model, self.strengths = model, strengths

    def forward(self, tile, window, guess=None):
        return self.model(tile, self.strengths)


class ToyFamily(Family):
    name = "toy"

    def network(self, architecture):
        return Toy(**architecture)


tasks.add(MOIRE)
registry.add(ToyFamily())
'''


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    (tmp_path / "toy_restore").mkdir()
    (tmp_path / "toy_restore" / "__init__.py").write_text(TOY, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(tasks, "_rows", dict(tasks._rows))
    monkeypatch.setattr(registry, "_families", dict(registry._families))
    yield importlib.import_module("toy_restore")
    sys.modules.pop("toy_restore")


def silent(fraction: float | None, words: str, x: int = 0, y: int = 0, piece: Pixels | None = None) -> None:
    pass


def restored_by(folder: Path | None, plan: restored.Plan) -> np.ndarray:
    picture = np.full((9, 7, 3), 100, np.uint8)
    return np.asarray(restored.restore(picture, plan, model=folder, device="cpu").image)


def test_a_bundle_of_a_toy_family_with_a_toy_task_restores(toy: ModuleType, tmp_path: Path) -> None:
    network = registry.build("toy", {"tasks": ["denoise", "demoire"]})
    with torch.no_grad():
        network.get_parameter("light").copy_(torch.tensor([0.0, 0.2]))
    folder = tmp_path / "toy"
    knows = ("denoise", "demoire")
    write_bundle(folder, network, network.architecture(), tasks=knows, licence="MIT", training_data="none", version="1")
    plan = restored.Plan.of("demoire")
    assert plan.to_dict()["steps"][0]["label"] == "moiré"
    assert (restored_by(folder, plan) == 151).all()
    assert (restored_by(folder, restored.Plan.of("demoire", strength=0.4)) == 120).all()
    # what ships does not know the task, and says so
    with pytest.raises(restored.EngineError, match="cannot do this"):
        restored_by(None, plan)


def test_what_the_model_does_not_know_is_marked_in_the_plan(toy: ModuleType, tmp_path: Path) -> None:
    """A bundle with fewer tasks than a plan: the rest is done, and the plan says in data which task the model does not know."""
    network = registry.build("toy", {"tasks": ["denoise"]})
    with torch.no_grad():
        network.get_parameter("light").copy_(torch.tensor([0.2]))
    folder = tmp_path / "smaller"
    write_bundle(folder, network, network.architecture(), tasks=("denoise",), licence="MIT", training_data="none", version="1")
    said = "The model “smaller” cannot treat “moiré” yet; that step was left out."
    marked = [{"words": "moiré", "message": said, "task": "demoire", "label": "moiré", "model": "smaller"}]
    pixels = Pixels(7, 9, 3, "u8", bytes([100]) * 189)
    order = Order(layer=pixels, plan=restored.Plan.of("demoire", "denoise").to_dict(), model=str(folder), device="cpu")
    answer = LocalService().restore(order, silent, lambda: False)
    assert answer.changed
    assert [step["task"] for step in answer.plan["steps"]] == ["denoise"]
    assert answer.plan["unused"] == marked
    assert answer.message == said
    assert answer.recipe["plan"] == answer.plan
    # what a formula does needs no model, and is done although the model can do nothing else
    bright = restored.Plan(steps=(restored.Step("demoire"), restored.Step("exposure", amount=0.5)))
    done = restored.restore(np.full((9, 7, 3), 100, np.uint8), bright, model=folder, device="cpu")
    assert done.changed
    assert [step.task for step in done.plan.steps] == ["exposure"]
    assert done.notes == (said,)


def test_words_for_what_no_step_is_left_of_are_answered(toy: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """`explain` asks the default model; nothing is restored, and the reason and the mark stand in the plan."""
    heard = restored.Plan("remove the moiré", (restored.Step("demoire", words="remove the moiré"),))
    monkeypatch.setattr("restored.instruction.explain", lambda *said: heard)
    plan = restored.explain("remove the moiré")
    assert (plan.steps, plan.reason) == ((), "cannot_yet")
    assert [(item.words, item.task, item.model) for item in plan.unused] == [("remove the moiré", "demoire", "swift")]
    assert restored.Plan.from_dict(plan.to_dict()) == plan
    assert LocalService().explain("remove the moiré", None) == plan.to_dict()
    done = restored.restore(np.full((9, 7, 3), 100, np.uint8), "remove the moiré")
    assert not done.changed
    assert done.plan == plan
    assert plan.message in plan.to_dict()["unused"][0]["message"]


def test_a_toy_family_trains(toy: ModuleType) -> None:
    from restored_training.runs.config import ModelConfig

    network = build(ModelConfig(family="toy", hyperparameters={"tasks": ["demoire"]}))
    assert isinstance(network, Restorer)
    target = torch.full((2, 3, 8, 8), 0.75)
    group = Group(target - 0.25, target, target, torch.tensor([[0.0, 0, 1, 1]] * 2), restored.Plan.of("demoire"), ("demoire",))
    optimizer = torch.optim.SGD(network.parameters(), 0.5)
    for _ in range(20):
        optimizer.zero_grad()
        (view,) = network.views(group, group.target)
        (view.result - view.target).square().mean().backward()
        optimizer.step()
    assert network.get_parameter("light").item() == pytest.approx(0.25, abs=1e-3)


def test_without_its_package_a_family_is_a_sentence() -> None:
    with pytest.raises(ModelError, match=r"“toy” are not known here\. Known: swift"):
        registry.build("toy", {})
    with pytest.raises(ValueError, match="already"):
        registry.add(type("Other", (type(registry.family("swift")),), {})())
