"""The siege's short form: a thousandth of every campaign, in about a minute."""

import subprocess
import sys
from pathlib import Path

import pytest


def campaigns() -> set[str]:
    """What every campaign says of itself, asked in a process of its own: the siege's modules stand in its folder."""
    siege = str(Path(__file__).with_name("__main__.py"))
    code = "import runpy; print(*(each.about for each in runpy.run_path({siege!r})['CAMPAIGNS']), sep='\\n')"
    code = f"import sys; sys.path.insert(0, {str(Path(siege).parent)!r}); {code.format(siege=siege)}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines())


@pytest.mark.slow
def test_a_short_siege_finds_nothing(tmp_path: Path) -> None:
    command = [sys.executable, str(Path(__file__).parent), "--short", "--minutes", "5", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    page = tmp_path / "page.md"
    assert done.returncode == 0, (page.read_text("utf-8") if page.exists() else "") + done.stdout + done.stderr
    rows = [line.split("|") for line in page.read_text("utf-8").splitlines()[4:] if line.startswith("| ")]
    tried = {row[1].strip(): int(row[2].replace(",", "")) for row in rows}
    assert tried.keys() == campaigns()
    assert all(tried.values()), tried


@pytest.mark.slow
def test_it_goes_on_where_it_stopped_and_finds_what_is_there_to_find(tmp_path: Path) -> None:
    """Cases are numbered: what was done is not done again, and another seed begins anew."""

    def siege(seed: int) -> str:
        command = [sys.executable, str(Path(__file__).parent), "--short", "--only", "directories", "--seed", str(seed)]
        return subprocess.run([*command, "--out", str(tmp_path)], capture_output=True, text=True, check=True).stdout

    assert "200 of 200" in siege(1)
    state = (tmp_path / "state.json").read_text("utf-8")
    assert "200 of 200" in siege(1)
    assert (tmp_path / "state.json").read_text("utf-8").count('"done": 200') == state.count('"done": 200') == 1
    assert "200 of 200" in siege(2)
