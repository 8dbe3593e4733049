"""The device line as the hosts show it: without runtimes, precisions and reasons."""

import pytest

from restored.engine.work.directly import LINE
from restored_client.desk.catalogue import SHARED, load
from restored_client.desk.desk import Desk
from restored_client.desk.device import NO_MACHINE, in_short, in_words


@pytest.mark.parametrize(
    ("line", "short"),
    [
        ("AMD EPYC, 2 cores: OpenVINO in bfloat16, 1.6 times as fast here as PyTorch; no GPU was found.", "AMD EPYC, 2 cores"),
        ("Intel(R) Core(TM) i7, 8 cores (how to compute is measured with the first picture)", "Intel(R) Core(TM) i7, 8 cores"),
        ("NVIDIA H200, 137.2 of 139.8 GiB free: PyTorch in bfloat16.", "NVIDIA H200"),
        ("Apple GPU: PyTorch in float32.", "Apple GPU"),
        (
            "H200 in the studio, 0.4 s; this machine would need 4.0 s",
            "H200 in the studio, 0.4 s; this machine would need 4.0 s",
        ),
        (
            "AMD EPYC, 2 cores, 0.3 s; the studio would need 0.5 s: OpenVINO in float32.",
            "AMD EPYC, 2 cores, 0.3 s; the studio would need 0.5 s",
        ),
        (
            "AMD EPYC, 2 cores, because the studio fell silent: OpenVINO in float32.",
            "AMD EPYC, 2 cores, because the studio fell silent",
        ),
        (
            "H200 in the studio when that is faster, else AMD EPYC, 2 cores: OpenVINO.",
            "H200 in the studio when that is faster, else AMD EPYC, 2 cores",
        ),
        ("CPU, in negative", "CPU, in negative"),
        ("", ""),
    ],
)
def test_only_the_machine_is_named(line: str, short: str) -> None:
    assert in_short(line) == short


@pytest.mark.parametrize(
    ("line", "german"),
    [
        ("AMD EPYC, 2 cores: OpenVINO in bfloat16; no GPU was found.", "AMD EPYC, 2 Kerne"),
        ("Old one, 1 core: OpenVINO in float32.", "Old one, 1 Kern"),
        ("H200 in attic, 0.4 s; this machine would need 4.0 s", "H200 in attic, 0.4 s; dieser Rechner bräuchte 4.0 s"),
        ("EPYC, 2 cores, 0.3 s; attic would need 0.5 s: OpenVINO.", "EPYC, 2 Kerne, 0.3 s; attic bräuchte 0.5 s"),
        (
            "H200 in attic when that is faster, else EPYC, 2 cores: x",
            "H200 in attic, wenn das schneller ist, sonst EPYC, 2 Kerne",
        ),
        ("", ""),
    ],
)
def test_what_is_no_name_is_translated(line: str, german: str) -> None:
    assert in_words(line, load([SHARED], ["de"])) == german
    assert in_words(line, load([SHARED], ["en"])) == in_short(line)


def test_what_needs_no_model_says_nothing_of_the_machine(desk: Desk) -> None:
    """Else the window would read "Computes on by formula, without a model"."""
    desk.greeted({"device": "AMD EPYC, 2 cores: OpenVINO."})
    desk.computed_on(LINE)
    assert desk.device_short == "AMD EPYC, 2 cores"
    assert LINE == NO_MACHINE
