"""What the service says, in the words of a shell."""

import pytest

from restored.cli.in_a_shell import device_words, in_a_shell
from restored.filling.holes import WHERE
from restored.instruction.grammar.sentences import CANNOT, NOT_READ, by_hand
from restored.instruction.outcomes import proposal


@pytest.mark.parametrize("restricted", [False, True])
@pytest.mark.parametrize("outside", [False, True])
def test_a_place_is_shown_with_a_mask(restricted: bool, outside: bool) -> None:
    said = in_a_shell(f"{by_hand('old wall', restricted, outside)} {NOT_READ}")
    assert "“old wall”" in said
    assert "--mask FILE" in said
    assert "select" not in said
    assert said.endswith(NOT_READ)


def test_nothing_asks_for_a_selection() -> None:
    for message in (*CANNOT.values(), WHERE):
        said = in_a_shell(message)
        assert "select" not in said.lower()
        assert said.count(".") >= 1
    assert "steps" not in in_a_shell(proposal(("denoise",)))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "AMD EPYC, 2 cores: OpenVINO in bfloat16, 2.1 times as fast here as OpenVINO in float32; no GPU was found.",
            "this machine's processor (AMD EPYC, 2 cores)",
        ),
        (
            "AMD EPYC, 2 cores, because studio has not answered yet: OpenVINO in float32; no GPU was found.",
            "this machine's processor (AMD EPYC, 2 cores), because studio has not answered yet",
        ),
        (
            "NVIDIA H100 80GB HBM3, 70.1 of 79.2 GiB free: PyTorch in bfloat16.",
            "this machine's graphics card (NVIDIA H100 80GB HBM3)",
        ),
        ("Apple GPU: PyTorch in float32.", "this machine's graphics card (Apple GPU)"),
        ("H200 in the studio, 0.4 s; this machine would need 4.0 s", "H200 in the studio, 0.4 s; this machine would need 4.0 s"),
        ("by formula, without a model", "this machine, by formula"),
        ("", ""),
    ],
)
def test_where_it_was_computed_is_plain(line: str, words: str) -> None:
    assert device_words(line) == words
