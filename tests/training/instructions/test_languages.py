"""What reads other languages: the program computes what was trained, and it learns."""

from pathlib import Path

import pytest
import torch

from restored.instruction import multilingual
from restored.instruction.arithmetic import linear
from restored.instruction.layer_files import read_tensors, write_tensors
from restored.instruction.multilingual import MultilingualError
from restored.instruction.wish_classes import CLASSES
from restored_training.instructions.attentive_fit import padded
from restored_training.instructions.labelled_rows import LabelledRow
from restored_training.instructions.languages import LanguageNetwork, LanguageSettings, exact, features, fit

TEXTS = ("körnig ohne ende", "zu dunkel, viel zu dunkel", "全体にぼやけています", "trop de grain")


@torch.inference_mode()
def test_the_program_computes_what_was_trained(tmp_path: Path) -> None:
    torch.manual_seed(3)
    network = LanguageNetwork(64, 2).eval()
    for parameter in network.parameters():
        parameter.data += 0.02 * torch.randn_like(parameter)
    words, vectors, _ = features([LabelledRow(text, "natives", {}) for text in TEXTS])
    logits, places = network(*padded(words), torch.from_numpy(vectors))
    expected = logits.sigmoid().numpy()
    write_tensors(tmp_path / "m.safetensors", network.tensors(), CLASSES, encoder="USE", made_from="chance")
    program = multilingual.network_of(read_tensors(tmp_path / "m.safetensors", "is tested", CLASSES, MultilingualError)[0])
    for row, said, text in zip(expected, places, TEXTS, strict=True):
        found = multilingual.words(text)
        made = program.words(found)
        assert program.probabilities(made, multilingual.vector(found) * multilingual.SCALE) == pytest.approx(
            row, abs=5e-3
        )  # half precision
        assert linear(made, program.place) == pytest.approx(said[: len(made)].numpy(), abs=2e-2)


def test_it_learns_what_is_known_and_the_same_twice() -> None:
    wishes = ("denoise", "lowlight", "deblur", "denoise")
    rows = [LabelledRow(text, "natives", {name: 1.0}) for text, name in zip(TEXTS, wishes, strict=True)] * 8
    made = features(rows)
    settings = LanguageSettings(epochs=15, width=64, layers=1)
    one, other = (fit(*made, rows, settings) for _ in range(2))
    assert exact(one, *made[:2], rows) == 1
    for first, second in zip(one.parameters(), other.parameters(), strict=True):
        assert torch.equal(first, second)
