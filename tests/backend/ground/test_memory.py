"""Control groups' limits count, of both versions, from the process's own group up to the root."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from tests.siege.groups import NoGroups, limited

from restored.ground import memory

MB = 1 << 20


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(memory, "PROCESS", tmp_path / "cgroup")
    monkeypatch.setattr(memory, "GROUPS", tmp_path / "groups")
    return tmp_path / "groups"


def group(folder: Path, limit: str, used: int, droppable: int = 0, *, version: int = 2) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    names = ("memory.max", "memory.current", "") if version == 2 else ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_")
    (folder / names[0]).write_text(limit)
    (folder / names[1]).write_text(str(used))
    (folder / "memory.stat").write_text(f"anon 5\n{names[2]}inactive_file {droppable}\n")


def test_without_groups_it_is_the_machines(groups: Path) -> None:
    assert memory.total() == psutil.virtual_memory().total
    assert memory.available() > 0


@pytest.mark.parametrize("version", [1, 2])
def test_the_own_groups_limit(groups: Path, version: int) -> None:
    line = "0::/user/app" if version == 2 else "7:cpu\n4:memory,hugetlb:/user/app"
    memory.PROCESS.write_text(line + "\n")
    group((groups if version == 2 else groups / "memory") / "user" / "app", str(256 * MB), 100 * MB, 60 * MB, version=version)
    assert memory.total() == 256 * MB
    assert memory.available() == 216 * MB, "pages of files can be dropped"


def test_a_limit_further_up_counts_too(groups: Path) -> None:
    memory.PROCESS.write_text("0::/slice/app\n")
    group(groups / "slice" / "app", "max", 10 * MB)
    group(groups / "slice", str(128 * MB), 100 * MB)
    assert memory.total() == 128 * MB
    assert memory.available() == 28 * MB


@pytest.mark.parametrize("most", ["max", str(512 * MB)])
def test_where_a_group_is_held_up_counts_as_its_limit(groups: Path, most: str) -> None:
    """systemd's MemoryHigh: above it the kernel lets a process crawl, which looks like a daemon that hangs."""
    memory.PROCESS.write_text("0::/app\n")
    group(groups / "app", most, 100 * MB)
    (groups / "app" / "memory.high").write_text(str(128 * MB))
    assert memory.total() == 128 * MB
    assert memory.available() == 28 * MB


@pytest.mark.parametrize("content", ["-1", "1e9", "0x10", "\xff", "9" * 30, ""])
def test_what_is_no_number_of_bytes_is_no_limit(groups: Path, content: str) -> None:
    memory.PROCESS.write_text("0::/app\n")
    group(groups / "app", content, 5)
    assert memory.total() == psutil.virtual_memory().total


def test_inside_a_container_only_the_root_can_be_seen(groups: Path) -> None:
    memory.PROCESS.write_text("4:memory:/docker/0123456789\n")
    group(groups / "memory", str(64 * MB), 65 * MB, version=1)
    assert memory.total() == 64 * MB
    assert memory.available() == 0


@pytest.mark.parametrize("content", ["", "nonsense", "0::", "4:memory:", "::::\n0::/../../etc"])
def test_odd_files_are_no_limit(groups: Path, content: str) -> None:
    memory.PROCESS.write_text(content)
    group(groups, "max", 5)
    assert memory.total() == psutil.virtual_memory().total


def test_a_real_groups_limit_is_seen_from_inside() -> None:
    try:
        with limited(300 * MB) as joined:
            code = f"import os; open({str(joined)!r}, 'w').write(str(os.getpid())); from restored.ground import memory\n"
            code += "print(memory.total(), memory.available())"
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    except NoGroups as reason:
        pytest.skip(str(reason))
    total, available = map(int, done.stdout.split())
    assert total == 300 * MB
    assert 100 * MB < available < 300 * MB
