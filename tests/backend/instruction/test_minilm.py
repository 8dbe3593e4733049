"""The encoder that runs is the encoder of sentence-transformers: every vector within 1e-5, every sentence the same plan."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from restored.instruction import encoder, explain, head, reference, understanding
from restored.instruction.encoding import EncoderError
from restored.instruction.minilm import MiniLM
from restored.instruction.reader import SentenceReading

HERE = Path(__file__).parent
pytestmark = pytest.mark.slow  # the reference takes its time to load


def sentences() -> list[str]:
    """Everything held out that the head reads, of the four lists of its own."""
    names = ("held_out", "held_out_unseen", "held_out_users", "unseen")
    lines = [line for name in names for line in (HERE / f"{name}.txt").read_text("utf-8").splitlines()]
    return [line.rsplit("|", 1)[1] for line in lines if line.strip() and not line.startswith("# ")]


def close(got: encoder.Encoded, expected: encoder.Encoded) -> None:
    assert got.offsets == expected.offsets
    assert np.array_equal(got.mask, expected.mask)
    assert np.abs(got.pooled - expected.pooled).max() <= 1e-5
    assert np.abs(got.tokens - expected.tokens).max() <= 1e-5


class ReferenceHead:
    """The network that was trained, read like the reader."""

    def __init__(self) -> None:
        self.network = head.network()

    @torch.inference_mode()
    def read(self, tokens: np.ndarray, pooled: np.ndarray) -> SentenceReading:
        mask = torch.ones(1, len(tokens), dtype=torch.bool)
        reading = self.network(torch.from_numpy(tokens)[None], mask, torch.from_numpy(pooled)[None])
        return SentenceReading(*(part[0].numpy() for part in reading))


@given(st.lists(st.text(max_size=90), min_size=1, max_size=5))
@settings(max_examples=30, deadline=None)
def test_any_texts_in_any_batch(texts: list[str]) -> None:
    close(encoder.encode(texts), reference.load().encode(texts))


def test_a_long_text_is_cut_alike() -> None:
    close(encoder.encode(["remove the noise " * 60, "short"]), reference.load().encode(["remove the noise " * 60, "short"]))


def test_they_know_the_same_words() -> None:
    assert sorted(encoder.vocabulary()) == sorted(reference.load().vocabulary())


@pytest.mark.timeout(900)
def test_every_sentence_gives_the_same_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = sentences()
    assert len(texts) > 700

    def plans() -> list[dict]:
        understanding._understand.cache_clear()
        return [explain(text).to_dict() for text in texts]

    loaded = head.load()
    ours = plans()
    small = MiniLM.from_folder(encoder.model_folder(), encoder.half_precision())
    monkeypatch.setattr(encoder, "load", lambda: small)
    half = plans()
    monkeypatch.setattr(encoder, "load", reference.load)
    monkeypatch.setattr(loaded, "head", ReferenceHead())
    expected = plans()
    monkeypatch.undo()
    understanding._understand.cache_clear()
    for text, plan, other, known in zip(texts, ours, half, expected, strict=True):
        assert same(plan, known, 1e-4), text
        assert same(unworded(other), unworded(known), 2e-3), text


def unworded(plan: dict) -> dict:
    """Without the words that a step was read from, which are only shown: half a step of the file's numbers decides whether
    "Sharpen" or "Sharpen it" is."""
    return plan | {"steps": [{name: value for name, value in step.items() if name != "words"} for step in plan["steps"]]}


def same(plan: object, known: object, tolerance: float) -> bool:
    """Equal, numbers within the tolerance."""
    if isinstance(plan, dict) and isinstance(known, dict):
        return plan.keys() == known.keys() and all(same(plan[name], known[name], tolerance) for name in plan)
    if isinstance(plan, list | tuple) and isinstance(known, list | tuple):
        return len(plan) == len(known) and all(same(a, b, tolerance) for a, b in zip(plan, known, strict=True))
    if isinstance(plan, float) and isinstance(known, float):
        return abs(plan - known) <= tolerance
    return plan == known


def test_missing_tensors_are_a_sentence() -> None:
    tokenizer = MiniLM.from_folder(encoder.model_folder(), encoder.checked_weights())._tokenizer
    with pytest.raises(EncoderError, match="reinstall"):
        MiniLM({}, tokenizer)
