"""An evaluation in several processes gives the figures of one."""

from pathlib import Path
from typing import Any

import pytest
import torch

from restored.models.base import ModelError
from restored.models.bundle import write_bundle
from restored.models.swift import Swift, SwiftConfig
from restored_training.evaluation.parallel import Opening, evaluate_parallel
from restored_training.evaluation.run import Scope, evaluate
from restored_training.evaluation.subjects import load_subject


def tiny_bundle(folder: Path) -> Path:
    torch.manual_seed(2)
    config = SwiftConfig(widths=(16, 16), encoder=(1,), middle=1, decoder=(1,), rank=1, context_width=8, grid_channels=4)
    network = Swift(config)
    with torch.no_grad():
        for weight in network.parameters():
            weight.add_(torch.randn_like(weight) * 0.01)
    write_bundle(folder, network, config.to_dict(), licence="MIT", training_data="nothing", version="1")
    return folder


def without_time(results: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in results.items() if key != "seconds"}


@pytest.mark.slow
def test_two_processes_measure_what_one_does(bench: Path, photographs: Path, tmp_path: Path) -> None:
    place = tiny_bundle(tmp_path / "tiny")
    scope = Scope(bench, photographs, ("LOL", "CBSD68 s25"), limit=1)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as in the processes: sums in another order would differ in the last digit
    try:
        alone = evaluate(load_subject(place), scope)
    finally:
        torch.set_num_threads(threads)
    heard: list[str] = []
    kept: list[dict[str, Any]] = []
    together = evaluate_parallel(Opening(place), scope, 2, tell=heard.append, keep=kept.append)
    assert without_time(together) == without_time(alone)
    assert list(together) == list(alone), "the same order, whatever was finished first"
    assert len(heard) == len(together["sets"]) == 2
    assert len(kept) == 4
    assert any("CBSD68" in line for line in heard)


def test_a_model_that_cannot_be_opened_is_an_error_and_not_a_wait(bench: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        evaluate_parallel(Opening(tmp_path / "nothing"), Scope(bench, None, ("LOL",), limit=1), 2)
