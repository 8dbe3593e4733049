"""What can be known of the Krita adapter without Krita: its translation is complete, it imports what it carries, its pixels."""

import ast
import importlib
import sys
import tracemalloc
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import imagecodecs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from restored.hosts import build
from restored_client.desk import catalogue

ADAPTER = Path(__file__).resolve().parents[3] / "plugins/krita/restore_with_instruction"
SOURCES = sorted(ADAPTER.glob("*.py"))
HOSTS = {"krita", "PyQt5", "PyQt6"}


def words() -> set[str]:
    """Every text that goes through tr()."""
    found = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tr" and node.args):
                continue
            if isinstance(node.args[0], ast.Constant):
                found.add(str(node.args[0].value))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("file", sorted((ADAPTER / "locale").glob("*.po")), ids=lambda file: file.stem)
def test_a_catalogue_is_complete_and_carries_nothing_old(file: Path) -> None:
    own = catalogue.parse(file.read_text("utf-8"))
    shared = catalogue.parse((catalogue.SHARED / file.name).read_text("utf-8"))
    assert len(words()) > 50
    assert words() - own.keys() - shared.keys() == set()
    assert own.keys() - words() == set()
    for message, (translated,) in own.items():
        assert message.count("%") == translated.count("%"), message


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_only_the_standard_library_the_host_and_what_it_carries(path: Path) -> None:
    tree = ast.parse(path.read_text(), feature_version=(3, 9))
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        for name in names:
            top = name.split(".")[0]
            assert top in sys.stdlib_module_names | HOSTS, f"{path.name} imports {name}"
            assert not top.startswith("PyQt") or path.name in ("qt.py", "failure.py"), "Qt is chosen in one place"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The adapter, laid out as installed, to be imported from."""
    folder = tmp_path_factory.mktemp("pykrita")
    build("krita", folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RESTORED_NO_REGISTRATION", "1")
        patch.syspath_prepend(str(folder))
        yield folder
    for name in [name for name in sys.modules if name.split(".")[0] == "restore_with_instruction"]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def noted(installed: Path) -> ModuleType:
    return importlib.import_module("restore_with_instruction.noted")


@pytest.mark.parametrize(
    "said",
    [
        None,
        5,
        [],
        [0, 0, 4],
        [0, 0, 4, "4"],
        [0, 0, True, 4],
        [0, 0, -4, 4],
        [0, 0, 0, 4],
        [10**12, 0, 4, 4],
        [0, 0, 1 << 20, 1 << 20],
    ],
)
def test_what_a_document_says_of_a_result_may_be_no_rectangle(noted: ModuleType, said: object) -> None:
    assert noted.rect_of(said) is None
    assert noted.rect_of([-3, 2, 40, 30]) == (-3, 2, 40, 30)


def test_a_mask_is_unpacked_no_further_than_its_rectangle(noted: ModuleType) -> None:
    mask = bytes(range(200))
    assert noted.mask_of(zlib.compress(mask), 200) == mask
    bomb = zlib.compress(bytes(64 << 20), 9)
    tracemalloc.start()
    assert noted.mask_of(bomb, 200) is None
    assert tracemalloc.get_traced_memory()[1] < 4 << 20
    tracemalloc.stop()
    for packed in (b"", b"no zlib", zlib.compress(mask)[:-90], zlib.compress(mask[:-1])):
        assert noted.mask_of(packed, 200) is None
    assert [noted.whole_of(said) for said in (7, "7", None, [1], True)] == [7, 0, 0, 0, 0]


@pytest.fixture(scope="module")
def pixels(installed: Path) -> ModuleType:
    return importlib.import_module("restore_with_instruction.pixels")


@pytest.fixture(scope="module")
def graycurve(installed: Path) -> ModuleType:
    return importlib.import_module("restore_with_instruction.graycurve")


@pytest.fixture
def movedcrop(installed: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Without Qt, which only profiles need."""
    no_qt = ModuleType("restore_with_instruction.qt")
    vars(no_qt).update(QtCore=None, QtGui=None)
    monkeypatch.setitem(sys.modules, no_qt.__name__, no_qt)
    return importlib.import_module("restore_with_instruction.movedcrop")


@pytest.mark.parametrize("depth", ["U8", "U16", "F16", "F32"])
def test_of_a_crop_that_moves_only_what_is_new_is_looked_up(
    movedcrop: ModuleType, pixels: ModuleType, monkeypatch: pytest.MonkeyPatch, depth: str
) -> None:
    """A hand that drags the preview moves it by a few pixels many times a second."""
    dtype = {"U8": np.uint8, "U16": np.uint16, "F16": np.float16, "F32": np.float32}[depth]
    random = np.random.default_rng(1)
    layer = random.integers(0, 256, (90, 120, 4)).astype(dtype) if depth[0] == "U" else random.random((90, 120, 4)).astype(dtype)
    space = pixels.Space("RGBA", depth, "sRGB-elle-V2-srgbtrc.icc")
    directly, looked = movedcrop.showing.shown, []

    def counted(data: bytes, width: int, height: int, *how: object) -> bytes:
        looked.append(width * height)
        return directly(data, width, height, *how)

    monkeypatch.setattr(movedcrop.showing, "shown", counted)

    def look(x: int, y: int, width: int = 60, height: int = 50) -> int:
        """Show a crop and hold it to what it would be anew; how many of its pixels were looked up."""
        looked.clear()
        data = np.ascontiguousarray(layer[y : y + height, x : x + width]).tobytes()
        assert movedcrop.shown(data, (x, y, width, height), space, None) == directly(data, width, height, space, None)
        return sum(looked)

    whole = 60 * 50
    assert look(20, 20) == whole
    assert look(20, 20) == 0
    for x, y in ((23, 21), (20, 25), (29, 20), (20, 20), (31, 9)):
        assert look(x, y) < whole / 2
    assert look(31, 9, 70, 40) == 70 * 40 - 60 * 40
    assert look(0, 50, 10, 10) == 100, "nothing of it was on show"
    look(20, 20)
    layer[40, 40] = 1 - layer[40, 40]  # somebody paints
    assert look(24, 22) == whole
    monkeypatch.setattr(movedcrop.showing, "shown", lambda *_asked: None)  # where only Krita can say
    assert movedcrop.shown(b"", (0, 0, 0, 0), pixels.Space("RGBA", "F16", "other"), None) is None


@pytest.mark.parametrize(("depth", "dtype"), [("U8", "u1"), ("U16", "<u2"), ("F32", "<f4")])
def test_blue_and_red_change_places_only_in_integers(pixels: ModuleType, depth: str, dtype: str) -> None:
    space = pixels.Space("RGBA", depth, "sRGB-elle-V2-srgbtrc.icc")
    image = np.random.default_rng(1).integers(0, 200, (1100, 1000, 4)).astype(dtype)  # more than one slice
    wire = pixels.to_wire(image.tobytes(), space, 1000, 1100)
    got = np.frombuffer(wire.data, dtype).reshape(image.shape)
    assert np.array_equal(got, image if dtype == "<f4" else image[..., [2, 1, 0, 3]])
    assert bytes(pixels.from_wire(wire, space)) == image.tobytes()


def test_gray_has_no_order_to_change(pixels: ModuleType) -> None:
    space = pixels.Space("GRAYA", "U8", "Gray-D50-elle-V2-srgbtrc.icc")
    assert pixels.to_wire(bytes(range(8)), space, 2, 2).data == bytes(range(8))


def test_pixels_of_another_kind_are_not_taken(pixels: ModuleType) -> None:
    space = pixels.Space("RGBA", "U16", "sRGB-elle-V2-srgbtrc.icc")
    with pytest.raises(ValueError, match="U16"):
        pixels.from_wire(pixels.Pixels(1, 1, 4, "u8", bytes(4)), space)


@given(mask=st.lists(st.sampled_from([0, 0, 0, 1, 128, 255]), min_size=1, max_size=60), size=st.sampled_from([2, 4, 8, 16]))
def test_what_is_not_selected_keeps_its_bytes(pixels: ModuleType, mask: list[int], size: int) -> None:
    original = bytes(1 for _ in range(len(mask) * size))
    result = bytes(2 for _ in range(len(mask) * size))
    kept = pixels.keep_unselected(result, original, bytes(mask), size)
    cleared = pixels.clear_unselected(result, bytes(mask), size)
    for index, weight in enumerate(mask):
        span = slice(index * size, (index + 1) * size)
        assert kept[span] == (original if weight == 0 else result)[span]
        assert cleared[span] == (bytes(size) if weight == 0 else result[span])


@pytest.mark.parametrize(
    ("model", "profile", "encoded"),
    [
        ("RGBA", "sRGB-elle-V2-srgbtrc.icc", True),
        ("RGBA", "sRGB built-in", True),
        ("RGBA", "sRGB IEC61966-2.1", True),
        ("RGBA", "sRGB-elle-V2-g10.icc", False),
        ("RGBA", "scRGB (linear)", False),
        ("RGBA", "ClayRGB-elle-V2-g22.icc", False),
        ("RGBA", "Display P3", False),
        ("GRAYA", "Gray-D50-elle-V2-srgbtrc.icc", True),
        ("GRAYA", "Gray-D50-elle-V2-g10.icc", False),
        ("GRAYA", "gray built-in", False),
    ],
)
def test_what_travels_as_it_is(pixels: ModuleType, model: str, profile: str, encoded: bool) -> None:
    assert pixels.Space(model, "U16", profile).srgb_encoded is encoded


@pytest.mark.parametrize(("gamma", "value", "seen"), [(1.0, 16384, 137), (1.0, 0, 0), (1.0, 65535, 255), (1.8, 32768, 146)])
def test_gray_of_another_curve_is_shown_as_it_looks(graycurve: ModuleType, gamma: float, value: int, seen: int) -> None:
    levels = graycurve.shown_levels(bytes(imagecodecs.cms_profile("gray", gamma=gamma)))
    assert abs(levels[value] - seen) <= 1


@pytest.mark.parametrize("profile", [b"", b"GRAY" * 100, bytes(imagecodecs.cms_profile("adobergb"))])
def test_what_is_no_gray_profile_has_no_curve(graycurve: ModuleType, profile: bytes) -> None:
    assert graycurve.shown_levels(profile) is None
