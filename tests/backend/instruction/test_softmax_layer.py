"""A layer on an encoder's vector is read as it was written, by the program that it was made for."""

from pathlib import Path

import numpy as np
import pytest

from restored.ground.errors import InstallationError
from restored.instruction import tones
from restored.instruction.softmax_layer import SoftmaxLayer, read_layer, write_layer

CLASSES = ("one", "two", "three")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    numbers = np.random.default_rng(0)
    layer = SoftmaxLayer(numbers.normal(size=(8, 3)), numbers.normal(size=3), 0.4)
    write_layer(tmp_path / "layer.safetensors", layer, CLASSES, encoder="of eight numbers", made_from="chance", told=7)
    return tmp_path / "layer.safetensors"


def test_what_was_written_is_read(file: Path) -> None:
    layer = read_layer(file, "counts", CLASSES, InstallationError)
    vectors = np.random.default_rng(1).normal(size=(5, 8)).astype(np.float32)
    odds = layer.probabilities(vectors)
    assert odds.shape == (5, 3)
    assert odds.sum(1) == pytest.approx(1.0)
    assert layer.probabilities(vectors[2]) == pytest.approx(odds[2])
    assert layer.threshold == 0.4


def test_one_for_other_classes_is_said(file: Path) -> None:
    with pytest.raises(InstallationError, match="The file that counts belongs to another version"):
        read_layer(file, "counts", CLASSES[::-1], InstallationError)


def test_the_one_that_ships_fits_the_program() -> None:
    assert tones._layer().weight.shape[1] == len(tones.CLASSES) == len(tones._layer().bias)
