"""What is said of a result, learned together with the plan that it is said of."""

from pathlib import Path

import numpy as np
import pytest
import torch

from restored.instruction import reaction_reader
from restored.instruction.layer_files import read_tensors, write_tensors
from restored.instruction.reaction_odds import ACTS, OUTPUTS, WANTS, ReactionsError
from restored.instruction.reaction_reader import first_layers
from restored_training.instructions.adapt import AdaptSettings
from restored_training.instructions.attentive_fit import padded
from restored_training.instructions.reaction_fit import ReactionNetwork, fit, read, steps_of
from restored_training.instructions.reaction_labels import named_of
from restored_training.instructions.reaction_lines import Reaction

PLASTIC = Reaction("her skin went to plastic", "change", ("denoise-",), plan=("denoise+", "exposure+"))


@torch.inference_mode()
def test_the_program_computes_what_was_trained(tmp_path: Path) -> None:
    torch.manual_seed(3)
    network = ReactionNetwork(rank=4).eval()
    for parameter in network.parameters():
        parameter.data += 0.02 * torch.randn_like(parameter)
    rows = [PLASTIC, Reaction("only the chimney on the left, that was all I meant with it", "limit", plan=("exposure+",))]
    said = read(rows)
    x, mask = padded([each.words for each in said])
    logits, steps, where = network(x, mask, steps_of(said, x.shape[1]), named_of([list(each.steps) for each in said]))
    file = tmp_path / "reactions.safetensors"
    write_tensors(file, network.tensors(), OUTPUTS, encoder="all-MiniLM-L6-v2, adapted", made_from="chance")
    program = reaction_reader.reader_of(read_tensors(file, "is tested", OUTPUTS, ReactionsError)[0])
    count = 0
    for i, each in enumerate(said):
        words = program.words(first_layers(rows[i].text, list(each.steps))[0])
        odds = program.heard(words, each.steps)
        assert [odds.acts[name] for name in ACTS] == pytest.approx(logits[i, : len(ACTS)].softmax(0).numpy(), abs=1e-2)
        assert list(odds.wants.values()) == pytest.approx(
            logits[i, len(ACTS) : len(ACTS) + len(WANTS)].sigmoid().numpy(), abs=1e-2
        )
        for of in odds.steps.values():
            assert [of.more, of.less, of.dropped, of.there] == pytest.approx(steps[count].sigmoid().numpy(), abs=1e-2)
            count += 1
        row, bias = program.place
        assert words @ row.T + bias == pytest.approx(where[i, : len(words)].numpy(), abs=5e-2)
    assert count == len(steps)


@pytest.mark.slow
def test_it_learns_which_step_is_meant_from_the_words_of_the_plan() -> None:
    rows = [
        Reaction("too much", "change", ("denoise-",), plan=("denoise+",)),
        Reaction("too little", "change", ("contrast+",), plan=("contrast+",)),
        Reaction("wax, but flat", "change", ("denoise-", "contrast+"), plan=("denoise+", "contrast+")),
    ] * 20
    said = read(rows)
    network = fit(said, rows, AdaptSettings(epochs=12, rank=4, rate=1e-3))
    x, mask = padded([each.words for each in said[-1:]])
    with torch.inference_mode():
        found = network(x, mask, steps_of(said[-1:], x.shape[1]), named_of([list(said[-1].steps)]))[1].sigmoid().numpy() >= 0.5
    assert np.array_equal(found[list(said[-1].steps).index("denoise+")], [False, True, False, False])
    assert np.array_equal(found[list(said[-1].steps).index("contrast+")], [True, False, False, False])
