"""Crops of made-up pictures: enough for a few steps."""

import numpy as np
import pytest
import torch

from restored_training.papers.crop_archive import Crops
from restored_training.papers.sentence_vectors import STYLES, TASKS, SentenceVectors


@pytest.fixture(scope="session")
def crops() -> Crops:
    rng = np.random.default_rng(0)
    coarse = torch.from_numpy(rng.random((6, 3, 12, 12), dtype=np.float32))
    smooth = torch.nn.functional.interpolate(coarse, (144, 144), mode="bicubic").clamp(0, 1)
    images = (smooth * 255).to(torch.uint8).permute(0, 2, 3, 1).numpy()
    return Crops(images[:4], images[3:, :128, :128], ("a", "b", "c"))


@pytest.fixture(scope="session")
def words() -> SentenceVectors:
    rng = np.random.default_rng(0)
    own = {task: rng.standard_normal(384).astype(np.float32) for task in TASKS}

    def some(task: str, count: int) -> np.ndarray:
        vectors = own[task] + 0.3 * rng.standard_normal((count, 384)).astype(np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    return SentenceVectors(
        {task: some(task, 8) for task in TASKS}, {task: {style: some(task, 3) for style in STYLES} for task in TASKS}
    )
