"""The runs that a rented GPU makes, a few steps of each, and the command that makes them."""

import json
import zipfile
from functools import partial

import numpy as np
import pytest
import torch

from restored.models.instruct_ipt import InstructIPT, preset
from restored_training.papers import diffusion, encoders, instructed, nine, rented
from restored_training.papers.crop_archive import Crops
from restored_training.papers.diffusion_unet import UNet
from restored_training.papers.sentence_vectors import TASKS, SentenceVectors, bag_of_words, file_of

pytestmark = pytest.mark.timeout(1500)
"""They train, though only a few steps: a machine with other work needs its time."""

TOGETHER = (["elementary"], ["encoders", "instructed"], ["diffusion"], ["nine"])
"""A test has a limit of time, and a rehearsal of all experiments in one takes a busy machine long."""

WIDTH = 4
"""Of the networks that are told by sentences: what is tried here does not depend on it, and four times as wide takes long."""


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks of a few channels, and pictures for the few steps only."""
    monkeypatch.setattr(instructed, "_POOL", 4)
    monkeypatch.setattr(diffusion, "UNet", partial(UNet, widths=(8, 8, 8)))
    monkeypatch.setattr(nine, "ExperimentSettings", partial(nine.ExperimentSettings, preset="toy"))
    for told in (encoders, instructed):
        monkeypatch.setattr(told, "ExperimentSettings", partial(told.ExperimentSettings, width=WIDTH))


def test_nine_tasks_side_by_side_are_the_family_s_network() -> None:
    learner = nine.AllTasks(preset("toy", tasks=("denoise", "derain", "dejpeg")))
    member = learner.init(0)
    torch.manual_seed(0)
    member = {key: value + 0.05 * torch.randn_like(value) for key, value in member.items()}
    model = InstructIPT(learner.config)
    model.load_state_dict(learner.state_dict(member))
    images = torch.rand(2, 1, 3, 64, 64)
    with torch.no_grad():
        found = learner.restore(member, images, torch.tensor([2, 0]))
        for row, task in enumerate(("dejpeg", "denoise")):
            assert torch.allclose(found[row], model(images[row], {task: 1.0}), atol=2e-4)
    again = learner.init(1, begun={key: value.half() for key, value in learner.state_dict(member).items()})
    assert all(torch.allclose(again[key], value, atol=2e-3) for key, value in member.items())


def test_in_bfloat16_it_is_the_same_network_to_its_precision() -> None:
    """Also the convolutions' biases: on a GPU a bias left in float32 stopped the run."""
    exact = nine.AllTasks(preset("toy", tasks=("denoise", "derain")))
    member = exact.init(0)
    torch.manual_seed(0)
    member = {key: value + 0.02 * torch.randn_like(value) for key, value in member.items()}
    images, tasks = torch.rand(2, 1, 3, 64, 64), torch.tensor([1, 0])
    with torch.no_grad():
        one = exact.restore(member, images, tasks) - images
        two = nine.AllTasks(exact.config, half=True).restore(member, images, tasks) - images
    assert float((one - two).abs().mean()) < 0.05 * float(one.abs().mean())
    assert not torch.equal(one, two)


@pytest.mark.slow
def test_nine_goes_on_from_its_weights(crops: Crops, tmp_path) -> None:
    few = nine.ExperimentSettings(steps=1, batch=1, groups=2, preset="toy")
    found, carried = nine.run(crops, few, "cpu", tell=lambda line: None)
    assert set(found["psnr"]) == set(nine.TASKS)
    assert len(found["psnr"]["denoise"]) == len(crops.test)
    torch.save(carried, tmp_path / "w.pt")
    still = nine.ExperimentSettings(steps=0, batch=1, groups=2, preset="toy")
    again, _ = nine.run(crops, still, "cpu", begun=tmp_path / "w.pt", tell=lambda line: None)
    assert again["psnr"]["derain"] == pytest.approx(found["psnr"]["derain"], abs=0.02)


@pytest.mark.slow
@pytest.mark.usefixtures("narrow")
def test_members_without_text_do_not_hear_the_instruction(crops: Crops, words: SentenceVectors) -> None:
    found = instructed.run(
        crops, words, instructed.ExperimentSettings(steps=3, batch=2, seeds=(0,)), "cpu", tell=lambda line: None
    )
    assert found["members"][:2] == ["3D", "3D no text"]
    for task in TASKS:
        precise, wrong = found["psnr"][f"{task}/precise"], found["psnr"][f"{task}/wrong"]
        for name, one, other in zip(found["members"], precise, wrong, strict=True):
            assert (one == other) or "no text" not in name


@pytest.mark.slow
@pytest.mark.usefixtures("narrow")
def test_another_encoder_s_head_leaves_the_image_model_as_it_is(crops: Crops, words: SentenceVectors) -> None:
    """Table 8: with no step, each head is new and what the image model learnt is the same; the widths may differ."""
    wide = SentenceVectors(
        {task: np.pad(rows, ((0, 0), (0, 8))) for task, rows in words.train.items()},
        {task: {style: np.pad(rows, ((0, 0), (0, 8))) for style, rows in of.items()} for task, of in words.test.items()},
    )
    few = encoders.ExperimentSettings(steps=1, heads=1, batch=2, seeds=(0,))
    found = encoders.run(crops, {"minilm": words, "use": wide, "bag": words}, few, "cpu", tell=lambda line: None)
    assert set(found["psnr"]) == {encoders.FIRST, *encoders.ENCODERS}
    assert found["psnr"]["minilm"] == found["psnr"]["bag"], "the same vectors under another name"
    assert len(found["intent"]["use"]["derain/precise"]) == 1
    assert found["psnr"][found["first"]].keys() >= {"derain/precise", "derain/wrong"}
    assert found["kept"].keys() >= {"derain/precise", "derain/wrong", "derain/untaught"}


def test_a_bag_of_words_knows_words_and_not_their_order() -> None:
    one, other, third = bag_of_words(["remove the rain", "the rain, remove!", "brighten it"])
    assert np.array_equal(one, other)
    assert not np.array_equal(one, third)
    assert np.linalg.norm(one) == pytest.approx(1)


@pytest.mark.slow
@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("names", TOGETHER, ids="-".join)
def test_the_command_runs_what_it_is_asked_for_and_leaves_alone_what_is_done(
    names: list[str], crops: Crops, words: SentenceVectors, tmp_path, capsys
) -> None:
    crops.save(tmp_path / "crops.npz", 90)
    for name in encoders.ENCODERS:
        words.save(file_of(tmp_path / "words.npz", name))
    line = ["--out", str(tmp_path / "out"), "--minutes", "600", "--crops", str(tmp_path / "crops.npz"), "--device", "cpu"]
    line += ["--words", str(tmp_path / "words.npz"), "--rehearsal", "--only", *names]
    assert rented.main(line) == 0
    found = {}
    for archive in sorted((tmp_path / "out").glob("*.zip")):
        with zipfile.ZipFile(archive) as packed:
            found |= {name: json.loads(packed.read(name)) for name in packed.namelist() if name.endswith(".json")}
    assert set(found) == {f"{name}.json" for name in names}
    assert all(result["crops"]["stored"] == "as JPEG of quality 90" for result in found.values())
    wanted = [rented.FIGURES, rented.WEIGHTS] if "nine" in names else [rented.FIGURES]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == wanted
    if "nine" not in names:
        assert rented.main(line) == 0
        said = capsys.readouterr().out
        assert all(f"{name}: done before" in said for name in names)


def test_every_experiment_of_the_command_is_tried_above() -> None:
    assert {name for names in TOGETHER for name in names} == set(rented.SHARES)


def test_what_a_rented_machine_sends_back_becomes_results_and_a_toy_bundle(tmp_path) -> None:
    from typer.testing import CliRunner

    from restored.models.bundle import load_bundle
    from restored_training.cli.app import app
    from restored_training.papers.arms import LowRankArm

    arm = LowRankArm("lowrank", "", preset("toy", tasks=()))
    torch.manual_seed(0)
    member = {key: value + 0.05 * torch.randn_like(value) for key, value in arm.init(0).items()}
    torch.save({f"lowrank/{key}": value.half() for key, value in member.items()}, tmp_path / "elementary.pt")
    with zipfile.ZipFile(tmp_path / "papers-0.zip", "w") as packed:
        packed.write(tmp_path / "elementary.pt", "elementary.pt")
        packed.writestr("elementary.json", "{}")
    line = ["papers", "unpack", str(tmp_path / "papers-0.zip"), "--out", str(tmp_path / "out"), "--weights", str(tmp_path / "w")]
    result = CliRunner().invoke(app, line)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out" / "elementary.json").exists()
    model = load_bundle(tmp_path / "out" / "instruct_ipt-toy").network()
    image = torch.rand(2, 1, 3, 64, 64)
    assert isinstance(model, InstructIPT)
    with torch.no_grad():
        half = {key: value.half().float() for key, value in member.items()}
        expected = arm.predict(half, image)
        assert torch.allclose(model(image[1], {"deblur": 1.0}), expected[1], atol=1e-3)
