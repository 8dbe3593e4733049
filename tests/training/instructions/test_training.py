"""A head really learns: two tasks, a handful of sentences, a few seconds."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from restored.instruction import Task
from restored.instruction import head as shipped
from restored.instruction.decision import decide
from restored.instruction.head import LoadedHead
from restored.instruction.network import HeadConfig, Heads
from restored.instruction.spelling import Speller
from restored_training.instructions.evaluate import judge, tune
from restored_training.instructions.example import Example
from restored_training.instructions.features import compute
from restored_training.instructions.train import TrainConfig, fit

NOUNS: dict[Task, tuple[str, ...]] = {
    "denoise": ("noise", "grain", "specks", "static"),
    "dehaze": ("fog", "haze", "mist", "smog"),
}
TEMPLATES = ("remove the {}", "no more {}", "I hate the {}", "{} must go", "please clear the {}", "take the {} away")


@pytest.fixture(scope="module")
def examples():
    return [
        Example(
            template.format(noun),
            {task: 1.0},
            kinds=("wish",),
            stratum="precise",
            spans=((0, len(template.format(noun)), task, True),),
        )
        for task, nouns in NOUNS.items()
        for noun in nouns
        for template in TEMPLATES
    ] + [Example(text, kinds=("off_topic",), stratum="off_topic") for text in ("hello", "add a cat", "rotate it", "sing a song")]


@pytest.mark.slow
def test_learns_saves_and_loads(examples, tmp_path):
    speller = Speller({"noise": 1})
    features = compute(examples, speller, tmp_path / "cache")
    config = TrainConfig(epochs=40, batch=16, learning_rate=4e-3, average=0.9, head=HeadConfig(width=32, heads=2, layers=1))
    head = Heads([fit(examples, features, replace(config, seed=seed)) for seed in (1, 2)]).eval()
    probabilities = judge(head, features)
    settings = tune(probabilities, examples)
    right = [set(probabilities.decision(row, settings).wanted) == set(e.wanted) for row, e in enumerate(examples)]
    assert sum(right) / len(right) > 0.95

    shipped.save(head, speller.lexicon, settings, tmp_path / "head", {"seed": 1})
    loaded = shipped.load(tmp_path / "head")
    assert isinstance(loaded, LoadedHead)
    judgement, _ = loaded.read("remove the grain")
    assert "denoise" in decide(judgement.wanted, judgement.excluded, judgement.kinds, loaded.settings).wanted


@pytest.mark.slow
def test_features_are_cached_sentence_by_sentence(examples, tmp_path, monkeypatch):
    speller = Speller({"noise": 1})
    first = compute(examples[:6], speller, tmp_path)
    calls: list[int] = []
    from restored.instruction import reference

    encoder = reference.load()
    encode = encoder.encode
    monkeypatch.setattr(encoder, "encode", lambda texts: calls.append(len(texts)) or encode(texts))
    again = compute(examples[:8], speller, tmp_path)
    assert sum(calls) == 2
    rows = np.array([0, 5])
    for before, after in zip(first.batch(rows), again.batch(rows), strict=True):
        assert torch.equal(before, after)
