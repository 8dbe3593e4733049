"""What the search for marks is measured on: every kind of damage, the same each time, and recall of what can be seen."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from restored_training.data.photographs import HELD_OUT, photo_files
from restored_training.evaluation.searching import KINDS, recall, searches


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    for number in range(40):  # an eighth of them is kept out
        small = random.integers(0, 255, (5, 6, 3), np.uint8)
        Image.fromarray(small).resize((90, 70), Image.Resampling.BICUBIC).save(tmp_path / f"{number}.png")
    assert any(file.sha256.startswith(HELD_OUT) for file in photo_files(tmp_path))
    return tmp_path


def test_every_kind_is_drawn_and_the_same_each_time(folder: Path) -> None:
    one, other = (list(searches([folder], 1)) for _ in range(2))
    assert [search.kind for search in one] == [kind for kind, *_ in KINDS]
    for search, again in zip(one, other, strict=True):
        assert (search.damaged == again.damaged).all()
        assert search.damaged.shape == (70, 90, 3)
        assert 0 < search.hole.mean() < 0.3


def test_recall_is_the_share_that_is_marked(folder: Path) -> None:
    search = next(searches([folder], 1))
    assert recall(search, lambda damaged: np.ones(damaged.shape[:2], bool)) == 1
    assert recall(search, lambda damaged: np.zeros(damaged.shape[:2], bool)) == 0
    assert recall(search, lambda _: search.hole & (np.arange(search.hole.size).reshape(search.hole.shape) % 2 == 0)) < 0.7
