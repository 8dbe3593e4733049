"""What makes the arms' comparison honest, and what each arm is."""

import pytest
import torch
from torch import Tensor

from restored.models.instruct_ipt import InstructIPT, preset
from restored_training.papers.arms import TASKS, Arm, LowRankArm, PlainArm, count
from restored_training.papers.crop_archive import Crops
from restored_training.papers.elementary import ORDER, Elementary, ExperimentSettings, arms, base_of, second_stage
from restored_training.papers.stacked import TrainingArm, schedule, stack
from restored_training.papers.toy_pairs import PATCH, Batches

SETTINGS = ExperimentSettings(steps=4, batch=2, seeds=(0, 1))
EVERY = {**arms(SETTINGS), **second_stage(SETTINGS)}


@pytest.fixture(scope="module")
def image() -> Tensor:
    return torch.rand(2, 1, 3, PATCH, PATCH, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", EVERY)
def test_an_arm_starts_as_the_identity_and_with_the_backbone_of_its_seed(name: str, image: Tensor) -> None:
    arm = EVERY[name]
    member, other = arm.init(0), EVERY["plain"].init(0)
    with torch.no_grad():
        assert torch.equal(arm.predict(member, image), image)
    if name != "wide":
        assert all(torch.equal(member[key], value) for key, value in other.items())


@pytest.mark.parametrize("name", [name for name in EVERY if name not in ("plain", "wide")])
def test_an_arm_is_told_the_task(name: str, image: Tensor) -> None:
    """Once it is trained a little, the same picture comes back differently under the other task."""
    arm = EVERY[name]
    torch.manual_seed(0)
    member = {key: value + 0.1 * torch.randn_like(value) for key, value in arm.init(0).items()}
    same = torch.stack([image[0], image[0]])
    with torch.no_grad():
        first, second = arm.predict(member, same)
        assert torch.allclose(arm.predict_one(member, image[0], 1), second, atol=2e-5), "and alone as beside the other"
    assert not torch.allclose(first, second, atol=1e-4)


def test_plain_arms_are_told_nothing_and_the_wide_one_has_as_many_parameters() -> None:
    sizes = {name: count(arm.init(0)) for name, arm in EVERY.items()}
    assert isinstance(EVERY["plain"], PlainArm)
    assert not EVERY["plain"].per_task(EVERY["plain"].init(0))
    assert abs(sizes["wide"] / sizes["lowrank"] - 1) < 0.03
    assert sizes["proportional"] > sizes["two-stage"] > sizes["plain"], "Table 10: the constant rank has fewer parameters"


def test_the_low_rank_arm_is_the_family_s_network() -> None:
    """Table 1's arm and the bundle's network are one and the same function."""
    config = preset("toy", tasks=())
    arm = LowRankArm("lowrank", "", config)
    torch.manual_seed(1)
    member = {key: value + 0.05 * torch.randn_like(value) for key, value in arm.init(0).items()}
    model = InstructIPT(preset("toy", tasks=("denoise", "deblur")))
    state = {key: value for key, value in member.items() if not key.startswith("own.")}
    for key, value in member.items():
        if key.startswith("own."):
            _, layer, side = key.split(".")
            state |= {f"layers.{layer}.{side}.{task}": value[i] for i, task in enumerate(("denoise", "deblur"))}
    model.load_state_dict(state)
    image = torch.rand(TASKS, 1, 3, PATCH, PATCH)
    with torch.no_grad():
        found = arm.predict(member, image)
        for row, task in enumerate(("denoise", "deblur")):
            assert torch.allclose(found[row], model(image[row], {task: 1.0}), atol=2e-4)


def test_all_arms_of_a_seed_see_the_same_batches(crops: Crops) -> None:
    one, two = Batches(crops.train, (0, 1), 2, "cpu"), Batches(crops.train, (1,), 2, "cpu")
    before, after = one(3)
    assert before.shape == (2, 2, 2, 3, PATCH, PATCH)
    assert torch.equal(before[1], two(3)[0][0])
    assert torch.equal(after[1], two(3)[1][0])
    assert not torch.equal(before[0], before[1])


@pytest.mark.slow
def test_seeds_side_by_side_are_seeds_one_by_one(crops: Crops) -> None:
    arm = EVERY["lowrank"]

    def trained(seeds: tuple[int, ...]) -> dict[str, Tensor]:
        job = TrainingArm("x", arm, stack([arm.init(seed) for seed in seeds], "cpu"), Batches(crops.train, seeds, 1, "cpu"), 2)
        while not job.finished:
            job.step()
        job.release()
        return job.tensors

    both, second = trained((0, 1)), trained((1,))
    for key, value in both.items():
        assert torch.allclose(value[1], second[key][0], atol=1e-3), key


def test_biases_alone_leave_the_backbone_to_the_byte(crops: Crops) -> None:
    arm = EVERY["two-stage"]
    start = stack([arm.init(0)], "cpu")
    batches = Batches(crops.train, (0,), 1, "cpu")
    job = TrainingArm("x", arm, start, batches, 2, trained=lambda name: name.startswith("own."))
    while not job.finished:
        job.step()
    changed = {key for key, value in job.tensors.items() if not torch.equal(value, start[key])}
    assert changed
    assert all(key.startswith("own.") for key in changed)


def test_the_rate_warms_up_and_ends_at_nothing() -> None:
    rates = [schedule(step, 200) for step in range(200)]
    assert rates[0] < rates[10] < rates[20]
    assert max(rates) == 1.0
    assert rates[-1] < 1e-3


@pytest.mark.slow
def test_the_whole_run_gives_every_figure_and_a_resumed_one_the_same(crops: Crops, tmp_path) -> None:
    first = Elementary(crops, SETTINGS, "cpu", keep=tmp_path)
    assert first.train()
    results = first.results()
    assert set(results["psnr"]) == set(EVERY)
    assert set(results["psnr half"]) == set(EVERY)
    assert set(results["similarity"]) == {"denoise", "deblur", "mix"}
    again = Elementary(crops, SETTINGS, "cpu", keep=tmp_path)
    assert again.train()
    assert again.results()["psnr"] == results["psnr"]


def test_settings_that_differ_take_up_nothing(crops: Crops, tmp_path) -> None:
    arm: Arm = EVERY["plain"]
    run = Elementary(crops, SETTINGS, "cpu", keep=tmp_path)
    job = TrainingArm("plain/1", arm, stack([arm.init(0), arm.init(1)], "cpu"), lambda step: (), 0)
    run._finish(job, 1.0)
    assert Elementary(crops, SETTINGS, "cpu", keep=tmp_path)._found("plain/1")
    assert not Elementary(crops, ExperimentSettings(steps=5, batch=2, seeds=(0, 1)), "cpu", keep=tmp_path)._found("plain/1")


@pytest.mark.slow
def test_what_there_was_time_for_is_measured(crops: Crops, tmp_path) -> None:
    run = Elementary(crops, ExperimentSettings(steps=2, batch=1, seeds=(0,)), "cpu", keep=tmp_path, tell=lambda line: None)
    job = run._job("plain/1")
    while not job.finished:
        job.step()
    run._finish(job, 1.5)
    again = Elementary(crops, run.settings, "cpu", keep=tmp_path, tell=lambda line: None)
    assert not again.train(budget=0.0)
    results = again.results()
    assert set(results["psnr"]) == {"plain"}
    assert results["seconds"] == 1.5
    assert not results["finished"]


def test_every_run_begins_from_something_that_comes_before_it() -> None:
    for place, name in enumerate(ORDER):
        assert base_of(name) is None or base_of(name) in ORDER[:place]
        assert name.split("/")[0] in EVERY or name.startswith("finetuned-")
