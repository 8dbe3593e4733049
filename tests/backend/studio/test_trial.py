"""What `restored remote test` says of the link."""

import pytest

from restored.studio.trial import LinkReport


@pytest.mark.parametrize(
    ("rate", "packs", "says"),
    [
        (1e8, True, "The link carries 800 Mbit/s."),
        (1.25e6, True, "The link carries 10 Mbit/s, so pictures are packed on their way, without loss."),
        (1.25e6, False, "if both machines had imagecodecs with JPEG XL (pip install --upgrade imagecodecs)."),
        (None, True, "this machine needs 4.0 s."),
    ],
)
def test_what_is_said_of_the_link(rate: float | None, packs: bool, says: str) -> None:
    report = LinkReport("the studio", "NVIDIA H200", 0.001, 1.0, 0.5, 0.4, 4.0, rate, packs)
    assert report.sentence().endswith(says)
    assert "A picture of 1 megapixel takes 0.5 s there" in report.sentence()
