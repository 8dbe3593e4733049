"""Two folders change places at once, or nothing is changed."""

import sys
from pathlib import Path

import pytest

from restored.standalone import StandaloneError
from restored.standalone.swapping import exchange

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it is Linux's")


def test_each_has_the_others_place(tmp_path: Path) -> None:
    for name in ("old é", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "said").write_text(name)
    try:
        exchange(tmp_path / "old é", tmp_path / "new")
    except StandaloneError as error:  # an old file system
        pytest.skip(str(error))
    assert [(tmp_path / name / "said").read_text() for name in ("old é", "new")] == ["new", "old é"]


def test_without_the_one_the_other_stays(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    with pytest.raises(StandaloneError, match="No such file"):
        exchange(tmp_path / "new", tmp_path / "old")
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
