"""Another user of the same computer, as a process with another uid: what can be read, stopped or replaced from there?

The user is whoever runs the tests, which has to be root (CI is): only root can make a process somebody else's. What root does it
does by the program's own checks, since the system's keep root from nothing.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.backend.strangers import User, at_home, planted, stranger, strangers_program

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can make a process another user's"),
]

DOINGS = (
    ("run", "photo.png", "remove the noise", "-o", "result.png"),
    ("batch", "photos", "remove the noise", "-o", "results"),
    ("models", "trust", "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3", "--name", "maker", "--yes"),
    ("archive", "plan", "photos", "remove the noise", "--to", "archive"),
)
NOTED = """
from restored.studio.keys import own_keys
from restored_client.desk.history import History, Presets
from restored_client.wire.pixels import Pixels
own_keys()
History().add("remove the noise", Pixels(2, 2, 3, "u8", bytes(12)))
Presets().save("mine", {"plan": {}})
"""


@pytest.fixture(scope="module")
def user() -> Iterator[User]:
    """One who has done all that leaves something, and whose daemon runs."""
    with at_home() as user:
        (user.home / "photos").mkdir()
        for number in range(3):
            Image.open(user.photo).save(user.home / "photos" / f"{number}.png")
        for words in DOINGS:
            done = user.restored(*words)
            assert done.returncode == 0, done.stderr
        done = user.python(NOTED)
        assert done.returncode == 0, done.stderr
        yield user


def test_nothing_but_pictures_can_be_read_and_nothing_written(user: User) -> None:
    """Of an archive its books, too: they lie beside the pictures, for other machines."""
    found = "print(json.dumps([[opens(path), opens(path, os.O_WRONLY), path] for path in below(sys.argv[1])]))"
    seen = [(read, written, Path(path).relative_to(user.home)) for read, written, path in stranger(found, user.home)]
    files = {str(path) for read, _, path in seen if read and (user.home / path).is_file() and path.parts[0] != "archive"}
    pictures = {f"{folder}/{number}.png" for folder in ("photos", "results") for number in range(3)}
    assert files == {"photo.png", "result.png", "restored", *pictures}
    assert [str(path) for _, written, path in seen if written] == []
    assert not [path for read, _, path in seen if read and ".config" in path.parts], "not even the names of what is kept"
    assert (user.home / ".config/restored/history.json").is_file()
    assert (user.home / ".config/restored/studio/machine.key").is_file()
    assert (user.runtime / "connection.json").is_file()


def test_the_daemon_cannot_be_ended_looked_into_or_spoken_to(user: User) -> None:
    found = json.loads((user.runtime / "connection.json").read_text())
    code = """
pid, endpoint = int(sys.argv[1]), sys.argv[2]
said = {name: opens(f"/proc/{pid}/{name}") for name in ("environ", "maps", "mem", "io", "auxv")}
said["fds"] = refused(os.listdir, f"/proc/{pid}/fd")
said["kill"] = refused(os.kill, pid, 15)
said["connect"] = refused(socket.socket(socket.AF_UNIX).connect, endpoint)
said["line"] = open(f"/proc/{pid}/cmdline").read()
said["others"] = [line.split()[-1] for line in open("/proc/net/unix") if line.split()[-1].startswith("@restored")]
print(json.dumps(said))
"""
    said = stranger(code, found["pid"], found["endpoint"].removeprefix("ipc://"))
    assert said == {
        **dict.fromkeys(("environ", "maps", "mem", "io", "auxv"), False),
        **dict.fromkeys(("fds", "kill", "connect"), "PermissionError"),
        "line": said["line"],
        "others": [],
    }
    assert found["token"] not in said["line"]
    assert user.restored("daemon", "status").returncode == 0


HOLD = """
held = []
for path in below(sys.argv[1]):
    try:
        held.append(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
        fcntl.flock(held[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        pass
print("held", flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("old", [False, True], ids=["a new ledger", "one of an earlier version"])
def test_whoever_holds_all_locks_within_reach_holds_up_nothing(user: User, old: bool) -> None:
    """A lock can be held by whoever may read the file."""
    if old:
        (user.home / "results/.restored-batch.jsonl").chmod(0o644)
        assert user.restored("batch", "photos", "remove the noise", "-o", "results").returncode == 0
    with strangers_program(HOLD, user.home):
        for words in (DOINGS[1], ("daemon", "status"), ("archive", "status", "archive")):
            done = user.restored(*words)
            assert done.returncode == 0, done.stderr
        assert user.python(NOTED).returncode == 0


WATCH = """
seen = {}
print("watching", flush=True)
while not os.path.exists(sys.argv[2]):
    for path in below(sys.argv[1]):
        if path not in seen and opens(path):
            seen[path] = 1
    time.sleep(0.001)
print(json.dumps(list(seen)))
"""


def test_nothing_half_written_can_be_read_on_the_way(user: User) -> None:
    """What goes through files of its own, by this process, a reader of a batch's, and a library that opens files only."""
    OpenEXR = pytest.importorskip("OpenEXR")
    (user.home / "exr").mkdir()
    with OpenEXR.File({"type": OpenEXR.scanlineimage}, {"RGB": np.ones((400, 400, 3), np.float32)}) as file:
        file.write(str(user.home / "exr/a.exr"))
    stop = user.home / "stop"
    with strangers_program(WATCH, user.home / "tmp", stop) as watcher:
        for words in (("run", "exr/a.exr", "brighten it", "-o", "a.tif"), ("batch", "exr", "brighten it", "-o", "exrs")):
            done = user.restored(*words)
            assert done.returncode == 0, done.stderr
        stop.touch()
        assert watcher.stdout is not None
        assert json.loads(watcher.stdout.readline()) == []


RUNTIMES = {
    "a folder": "os.mkdir(sys.argv[1]); os.chmod(sys.argv[1], 0o777)",
    "a folder that looks private": "os.mkdir(sys.argv[1], 0o700)",
    "a link to a folder of the user's": "os.symlink(sys.argv[2], sys.argv[1])",
    "a file": "open(sys.argv[1], 'w').close()",
    "a pipe": "os.mkfifo(sys.argv[1])",
    "a folder with a daemon's file": "os.mkdir(sys.argv[1]); open(sys.argv[1] + '/connection.json', 'w').write(sys.argv[3])",
}


@pytest.mark.parametrize("plant", RUNTIMES.values(), ids=RUNTIMES.keys())
def test_a_runtime_folder_that_another_user_made_is_not_used(user: User, plant: str) -> None:
    letters, place = user.home / "letters", user.home / "tmp/runtime"
    letters.mkdir(mode=0o755, exist_ok=True)
    (letters / "lock").write_text("a letter")
    planted(plant, place, letters, (user.runtime / "connection.json").read_text())
    try:
        done = user.restored("run", "photo.png", "remove the noise", "-o", "other.png", RESTORED_RUNTIME_DIR=str(place))
        assert done.returncode not in (0, 124)
        assert "Traceback" not in done.stderr
        assert done.stderr.strip().endswith("."), done.stderr
        assert not (user.home / "other.png").exists()
        assert (letters / "lock").read_text() == "a letter"
        assert letters.stat().st_mode & 0o777 == 0o755
    finally:
        subprocess.run(["rm", "-rf", str(place)], check=True)


RESULTS = {
    "a ledger": "open(sys.argv[1] + '/.restored-batch.jsonl', 'w').close()",
    "a ledger that all may write": "p = sys.argv[1] + '/.restored-batch.jsonl'; open(p, 'w').close(); os.chmod(p, 0o666)",
    "a folder of parts": "os.mkdir(sys.argv[1] + '/.restored-parts'); os.chmod(sys.argv[1] + '/.restored-parts', 0o777)",
    "a link for parts": "os.symlink(sys.argv[2], sys.argv[1] + '/.restored-parts')",
    "a pipe as ledger": "os.mkfifo(sys.argv[1] + '/.restored-batch.jsonl')",
    "an archive's books": "p = sys.argv[1] + '/.restored-archive'; os.mkdir(p); os.chmod(p, 0o777)",
}


@pytest.mark.parametrize("plant", RESULTS.values(), ids=RESULTS.keys())
def test_books_that_another_user_put_into_a_folder_for_all_are_not_believed(user: User, plant: str) -> None:
    """A ledger says which files a batch made and may replace; where half-written results lie, others could exchange them."""
    letters, place = user.home / "letters", user.home / "tmp/for all"
    letters.mkdir(exist_ok=True)
    (letters / "one.part").write_text("a letter")
    place.mkdir()
    place.chmod(0o1777)
    planted(plant, place, letters)
    books = ("archive", "plan", "photos", "brighten it", "--to", place)
    done = user.restored(*(books if "archive" in plant else ("batch", "photos", "brighten it", "-o", place)))
    assert done.returncode not in (0, 124), done.stdout
    assert "Traceback" not in done.stderr
    assert done.stderr.strip().endswith("."), done.stderr
    assert (letters / "one.part").read_text() == "a letter"
    assert not list(place.glob("*.png"))
    subprocess.run(["rm", "-rf", str(place)], check=True)


def test_a_link_that_another_user_put_among_the_pictures_is_not_followed(user: User) -> None:
    """They cannot read what it leads to, but could read the result."""
    shared, secret = user.home / "shared", user.home / "secret.png"
    shared.mkdir()
    shared.chmod(0o777)
    Image.open(user.photo).save(secret)
    secret.chmod(0o600)
    Image.open(user.photo).save(shared / "good.png")
    (shared / "own.png").symlink_to(user.photo)
    planted("os.symlink(sys.argv[2], sys.argv[1])", shared / "theirs.png", secret)
    done = user.restored("batch", "shared", "brighten it", "-o", "from shared")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (user.home / "from shared").glob("*.png")) == ["good.png", "own.png"]
    assert "another user" in done.stdout + done.stderr
    asked = """
from pathlib import Path
from restored.files.walk import Walked, pictures
from restored.files.watch import _mark
walked = Walked()
print([path.name for path in pictures(Path("shared"), walked, recursive=True)], walked.links, _mark(Path("shared/theirs.png")))
"""
    assert user.python(asked).stdout == "['good.png', 'own.png'] ['theirs.png'] None\n", "what archives and hot folders ask"


PLACES = {
    "a link to the user's file": "os.symlink(sys.argv[2], sys.argv[1])",
    "a pipe": "os.mkfifo(sys.argv[1])",
    "a file": "open(sys.argv[1], 'w').write('theirs')",
}


@pytest.mark.parametrize("plant", PLACES.values(), ids=PLACES.keys())
def test_what_another_user_put_where_a_result_goes_harms_nothing(user: User, plant: str) -> None:
    letter, place = user.home / "letter", user.home / "tmp/result.png"
    letter.write_text("a letter")
    planted(plant, place, letter)
    done = user.restored("run", "photo.png", "brighten it", "-o", place)
    assert "Traceback" not in done.stderr
    assert letter.read_text() == "a letter"
    if done.returncode == 0:  # then it is the user's own, and no link or pipe
        assert place.is_file()
        assert not place.is_symlink()
        assert place.stat().st_uid == os.getuid()
    subprocess.run(["rm", "-rf", str(place)], check=True)
