"""What the search for marks learns from, and a few steps of its training: by the clock, saved, and gone on with."""

import json
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from restored.models.bundle import load_bundle
from restored.models.files import SHIPPED
from restored.models.manifest import MANIFEST
from restored.models.searching import SEARCH
from restored_training.filling import mark_layers
from restored_training.filling.damaging import LayerPool, damaged
from restored_training.filling.exporting import add_search
from restored_training.filling.hard import HardPieces
from restored_training.filling.searching import DARK, WEIGHTS, Searcher, SearchRun, learn, search_loss
from restored_training.runs.folder import RunFolder

SIDE = 64


def store() -> LayerPool:
    random = np.random.default_rng(0)
    kinds, drawn = zip(*(mark_layers.drawn(random, SIDE) for _ in range(40)), strict=True)
    held = LayerPool(48, SIDE, len(mark_layers.MARKS), DARK, torch.device("cpu"))
    held.add(torch.tensor(kinds), torch.from_numpy(np.stack(drawn)))
    return held


@pytest.mark.parametrize("kind", mark_layers.KINDS)
def test_every_kind_is_drawn(kind: str) -> None:
    _, draw = {**mark_layers.MARKS, **mark_layers.DECOYS}[kind]
    drawn = [draw(np.random.default_rng(seed), SIDE) for seed in range(8)]
    assert all(each.shape == (SIDE, SIDE) and each.dtype == np.uint8 for each in drawn)
    assert any(each.any() for each in drawn)
    assert (drawn[0] == draw(np.random.default_rng(0), SIDE)).all()


@pytest.mark.slow
def test_drawers_fill_their_slots_and_end() -> None:
    drawers = mark_layers.Drawers(1, SIDE, seed=1)
    kinds, drawn = drawers.taken()
    while not len(kinds):
        time.sleep(0.01)
        kinds, drawn = drawers.taken()
    drawers.close()
    assert drawn.shape == (len(kinds), SIDE, SIDE)
    assert set(kinds.tolist()) <= set(range(len(mark_layers.KINDS)))


def test_pieces_are_pictures_and_what_is_marked_was_changed() -> None:
    torch.manual_seed(0)
    patches = torch.rand(16, 3, 8, 8).repeat_interleave(8, 2).repeat_interleave(8, 3)
    pieces = damaged(patches, store(), torch.Generator().manual_seed(5))
    assert pieces.seen.shape == patches.shape
    assert float(pieces.seen.min()) >= 0
    assert float(pieces.seen.max()) <= 1
    assert set(pieces.marked.unique().tolist()) == {0.0, 1.0}
    share = pieces.marked.mean((1, 2, 3))
    assert 2 < int((share == 0).sum()) < 14
    assert float(share.max()) < 0.9
    assert 0 < float(pieces.counts.min()) < float(pieces.counts.max()) == 1


def test_a_miss_and_a_false_alarm_both_cost() -> None:
    marked = torch.zeros(1, 1, 8, 8)
    marked[..., 3] = 1
    counts = torch.ones_like(marked)
    right = float(search_loss(20 * marked - 10, marked, counts))
    missed = float(search_loss(torch.full_like(marked, -10.0), marked, counts))
    wrong = float(search_loss(torch.full_like(marked, 10.0), marked, counts))
    assert right < 0.02 < missed < wrong


def test_what_was_mistaken_is_kept_and_forgotten_when_it_no_longer_is() -> None:
    bank = HardPieces(4, 8, torch.device("cpu"))
    patches = torch.linspace(0, 1, 6)[:, None, None, None].expand(6, 3, 8, 8)
    wrong = torch.tensor([0.0, 0.9, 0.1, 0.8, 0.0, 0.7])[:, None, None, None].expand(6, 1, 8, 8)
    bank.judge(patches, wrong, shown=0)
    picked = bank.pick(3, torch.Generator().manual_seed(0))
    assert {round(float(each.mean()), 1) for each in picked} <= {0.2, 0.4, 0.6, 1.0}
    again = torch.Generator().manual_seed(0)
    for _ in range(40):
        bank.judge(bank.pick(4, again), torch.zeros(4, 1, 8, 8), shown=4)
    bank.judge(torch.full((4, 3, 8, 8), 0.5), torch.full((4, 1, 8, 8), 0.05), shown=0)
    assert all(abs(float(each.mean()) - 0.5) < 0.01 for each in bank.pick(4, again))


@pytest.mark.slow
def test_it_learns_by_the_clock_and_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "photographs"
    folder.mkdir()
    random = np.random.default_rng(0)
    for number in range(12):  # some are kept out, some put aside
        small = Image.fromarray(random.integers(0, 255, (9, 12, 3), np.uint8))
        small.resize((200, 150), Image.Resampling.BICUBIC).save(folder / f"{number}.png")

    def run(out: str, start: Path | None = None) -> SearchRun:
        settings = {"batch": 2, "side": SIDE, "drawers": 1, "layers": 64, "hard": 8, "start": start}
        return SearchRun((folder, tmp_path / "missing"), tmp_path / out, 8, "cpu", **settings)

    learn(run("first"), lambda _: None)
    first = load_file(tmp_path / "first" / WEIGHTS)
    assert {value.dtype for value in first.values()} == {torch.float16}
    assert first.keys() == Searcher().state_dict().keys()
    assert json.loads(RunFolder(tmp_path / "first").curve.read_text())[-1]["step"] >= 0
    learn(run("second", tmp_path / "first" / WEIGHTS), lambda _: None)
    assert (tmp_path / "second" / WEIGHTS).stat().st_size < 3_000_000


def test_it_is_put_into_a_bundle_and_stays_there(tmp_path: Path) -> None:
    folder, out = tmp_path / "filler", tmp_path / "out"
    out.mkdir()
    shutil.copytree(SHIPPED / "infill", folder)
    manifest = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps({**manifest, "name": "filler"}))
    state = {name: value.half().contiguous() for name, value in Searcher().state_dict().items()}
    save_file(state, out / WEIGHTS)
    (RunFolder(out).photographs).write_text(json.dumps([{"file": "new.jpg", "sha256": "f" * 64, "licence": "CC0"}]))
    before = load_bundle(folder)
    bundle = add_search(out, folder)
    assert bundle.manifest.files[SEARCH] != before.manifest.files[SEARCH]
    assert bundle.manifest.files["model.safetensors"] == before.manifest.files["model.safetensors"]
    saw = json.loads((RunFolder(folder).photographs).read_text())
    assert saw[-1]["file"] == "new.jpg"
    assert bundle.manifest.training_data.startswith(f"{len(saw)} ")
    assert (bundle.arrays(SEARCH)["convs.out.bias"] == state["convs.out.bias"].numpy()).all()
