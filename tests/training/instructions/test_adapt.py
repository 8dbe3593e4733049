"""What is added to the encoder's last layers: the program computes what was trained, and it learns."""

from pathlib import Path

import numpy as np
import pytest
import torch

from restored.instruction import adapted, encoder
from restored.instruction.adapted import AdaptedEncoder, AdaptedError
from restored.instruction.arithmetic import linear, sigmoid
from restored.instruction.encoding import WIDTH
from restored.instruction.layer_files import read_tensors, write_tensors
from restored.instruction.wish_classes import CLASSES, MUCH, SLIGHTLY
from restored.instruction.word_places import OUTPUTS
from restored_training.instructions.adapt import FIRST, AdaptedNetwork, AdaptSettings, corpus, features, fit, padded
from restored_training.instructions.labelled_rows import LabelledRow


def states(*texts: str) -> list[np.ndarray]:
    return [encoder.words(text, FIRST)[0] for text in texts]


def in_program(network: AdaptedNetwork, file: Path) -> AdaptedEncoder:
    """Written, and read as the program reads it."""
    write_tensors(file, network.tensors(), CLASSES, encoder="all-MiniLM-L6-v2", made_from="chance")
    terms, _ = read_tensors(file, "is tested", CLASSES, AdaptedError)
    return adapted.network_of(terms)


@pytest.fixture
def network() -> AdaptedNetwork:
    torch.manual_seed(3)
    network = AdaptedNetwork(rank=4).eval()
    for parameter in network.parameters():
        parameter.data += 0.02 * torch.randn_like(parameter)
    return network


@torch.inference_mode()
def test_the_program_computes_what_was_trained(network: AdaptedNetwork, tmp_path: Path) -> None:
    read = states("a short wish", "a wish that is a good deal longer than the other one")
    said, where = (logits.sigmoid().numpy() for logits in network(*padded(read)))
    program = in_program(network, tmp_path / "adapted.safetensors")
    for row, marks, words in zip(said, where, read, strict=True):
        made = program.words(words)
        assert program.probabilities(made) == pytest.approx(row, abs=5e-3)  # the file is in half precision
        assert sigmoid(linear(made, program.place)) == pytest.approx(marks[: len(words)], abs=5e-3)


@torch.inference_mode()
def test_without_terms_the_layers_are_the_encoder_s_own() -> None:
    network = AdaptedNetwork(rank=4).eval()
    x, mask = padded(states("remove the noise, and keep the grain"))
    for layer in network.layers:
        x = layer(x, mask)
    assert x[0].numpy() == pytest.approx(encoder.encode(["remove the noise, and keep the grain"]).tokens[0, :, WIDTH:], abs=1e-3)


@pytest.mark.slow
def test_it_learns_what_is_known_and_the_same_twice() -> None:
    texts = ["ants on the collar", "pepper all over it", "the window glows", "her dress is a lamp"] * 2
    rows = [LabelledRow(text, "wishes", {"denoise" if i % 4 < 2 else "highlights-": 1.0}) for i, text in enumerate(texts)]
    settings = AdaptSettings(epochs=25, rank=4)
    networks = [fit(*features(rows), rows, settings) for _ in range(2)]
    with torch.inference_mode():
        odds = networks[0](*padded(states(*texts[:4])))[0].sigmoid()
    assert [CLASSES[int(row.argmax())] for row in odds] == ["denoise", "denoise", "highlights-", "highlights-"]
    for one, other in zip(networks[0].parameters(), networks[1].parameters(), strict=True):
        assert torch.equal(one, other)


@pytest.mark.slow
def test_it_learns_which_words_say_where() -> None:
    texts = [f"{what} the {where} please" for what in ("warm", "cool") for where in ("barn", "boat", "roof", "wreck")] * 6
    rows = [
        LabelledRow(
            text, "wishes", {"temperature+": 1.0}, places=(where := frozenset({text.split()[2]})), where={"temperature+": where}
        )
        for text in texts
    ]
    network = fit(*features(rows), rows, AdaptSettings(epochs=20, rank=4))
    with torch.inference_mode():
        where = network(*padded(states("warm the boat please")))[1][0]
    assert int(where[:, 0].argmax()) == 3  # behind the token that begins every text
    assert where[3, OUTPUTS.index("temperature+")] > 0


def test_the_one_that_ships_fits_the_program() -> None:
    assert adapted._network().reading.classes[0].shape[0] == len(CLASSES)
    assert len(adapted._network().layers) == 6 - FIRST
    said = adapted.read("please get rid of the grain")
    assert max(said, key=said.__getitem__) == "denoise"


@pytest.mark.slow
def test_the_corpus_has_every_sentence_once_and_every_class_often() -> None:
    rows = corpus()
    assert len({row.text for row in rows}) == len(rows)
    for name in set(CLASSES) - {*SLIGHTLY, *MUCH}:
        assert sum(row.targets.get(name, 0) > 0 for row in rows) >= 20, name
