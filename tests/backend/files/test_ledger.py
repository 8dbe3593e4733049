"""The ledger only grows, survives a kill at any byte, and costs the millionth entry what it costs the first."""

import json
import os
import time
from pathlib import Path

import pytest

from restored.files import FileOrder
from restored.files.ledger import NAME, PARTS, Ledger, LedgerError
from restored.files.makingway import file_mark

WISH = FileOrder(instruction="brighten it")


def files(folder: Path, count: int) -> list[Path]:
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{number}.png" for number in range(count)]
    for path in paths:
        path.write_bytes(path.name.encode())
    return paths


def test_what_is_done_stays_done(tmp_path: Path) -> None:
    sources, out = files(tmp_path / "in", 3), tmp_path / "out"
    with Ledger(out, WISH) as ledger:
        (out / "0.png").write_bytes(b"result")
        ledger.add("0.png", file_mark(sources[0]), out / "0.png", file_mark(out / "0.png"))
    with Ledger(out, WISH) as ledger:
        assert ledger.has("0.png", sources[0], out / "0.png")
        assert ledger.made(out / "0.png")
        assert not ledger.has("1.png", sources[1], out / "1.png")
        assert not ledger.has("0.png", sources[0], out / "lost.png")
        sources[0].write_bytes(b"changed since")
        assert not ledger.has("0.png", sources[0], out / "0.png")
        (out / "0.png").write_bytes(b"somebody else's")
        assert not ledger.made(out / "0.png")


@pytest.mark.slow
def test_a_kill_at_any_byte_loses_at_most_the_last_entry(tmp_path: Path) -> None:
    sources, out = files(tmp_path / "in", 4), tmp_path / "out"
    with Ledger(out, WISH) as ledger:
        for source in sources[:3]:
            (out / source.name).write_bytes(b"result")
            ledger.add(source.name, file_mark(source), out / source.name, file_mark(out / source.name))
    whole = (out / NAME).read_bytes()
    lines = whole.splitlines(keepends=True)
    for cut in range(len(whole) + 1):
        (out / NAME).write_bytes(whole[:cut])
        complete = sum(sum(map(len, lines[: n + 1])) - 1 <= cut for n in range(len(lines)))  # the line break may be missing
        with Ledger(out, WISH) as ledger:
            found = [ledger.has(s.name, s, out / s.name) for s in sources[:3]]
            assert found == [n + 1 < complete for n in range(3)], cut
            (out / "3.png").write_bytes(b"result")
            ledger.add("3.png", file_mark(sources[3]), out / "3.png", file_mark(out / "3.png"))
        with Ledger(out, WISH) as ledger:
            assert ledger.has("3.png", sources[3], out / "3.png"), cut
        (out / "3.png").unlink()


def test_two_wishes_and_two_batches_are_kept_apart(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with Ledger(out, WISH), pytest.raises(LedgerError, match="right now"):
        Ledger(out, WISH)
    with pytest.raises(LedgerError, match="another instruction"):
        Ledger(out, FileOrder(instruction="something else"))
    Ledger(out, FileOrder(instruction="something else"), again=True).close()
    Ledger(out, FileOrder(instruction="something else")).close()
    with pytest.raises(LedgerError, match="another instruction"):
        Ledger(out, WISH)


def test_what_a_killed_run_left_is_swept(tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / PARTS).mkdir(parents=True)
    (out / PARTS / ".restored-abc.part").write_bytes(b"half")
    Ledger(out, WISH).close()
    assert not (out / PARTS).exists()


@pytest.mark.skipif(os.name != "posix", reason="links and pipes are POSIX's")
def test_a_ledger_or_a_folder_of_parts_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    """A folder of results may have come from somebody, or be shared with somebody."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "film.part").write_text("a film")
    (theirs / "notes").write_text("notes")
    for number, plant in enumerate((lambda at: at.symlink_to(theirs / "notes"), os.mkfifo, lambda at: at.mkdir())):
        out = tmp_path / f"ledger {number}"
        out.mkdir()
        plant(out / NAME)
        with pytest.raises(LedgerError, match="cannot be written to"):
            Ledger(out, WISH)
    for number, plant in enumerate((lambda at: at.symlink_to(theirs), lambda at: at.write_text("a file"))):
        out = tmp_path / f"parts {number}"
        out.mkdir()
        plant(out / PARTS)
        with pytest.raises(LedgerError, match="not a folder of this batch"):
            Ledger(out, WISH)
    assert {path.name: path.read_text() for path in theirs.iterdir()} == {"film.part": "a film", "notes": "notes"}


def test_damaged_lines_do_no_harm(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    lines = ['{"wish": 1}', "[]", "null", "{}", '{"name": 1}', "\x00", '{"name":"a","size":"x","mtime":1}', "[" * 100_000]
    (out / NAME).write_text("\n".join([json.dumps({"wish": WISH.digest()}), *lines]))
    Ledger(out, WISH).close()


def test_an_entry_costs_the_same_behind_many(tmp_path: Path) -> None:
    sources, out = files(tmp_path / "in", 1), tmp_path / "out"
    out.mkdir()

    def cost(entries: int) -> float:
        line = '{{"name":"{}.png","size":1,"mtime":1,"result":"{}.png","made":[1,1]}}'
        with open(out / NAME, "w") as file:
            file.write(json.dumps({"wish": WISH.digest()}) + "\n")
            file.writelines(line.format(number, number) + "\n" for number in range(entries))
        (out / "0.png").write_bytes(b"result")
        with Ledger(out, WISH) as ledger:
            source, made = file_mark(sources[0]), file_mark(out / "0.png")
            return min(_timed(lambda: ledger.add("0.png", source, out / "0.png", made)) for _ in range(200))

    few, many = cost(100), cost(50_000)
    assert many < 5 * few


def _timed(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
