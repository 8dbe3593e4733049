"""The last wish and the presets: kept, given out and taken in, and what a stranger's file can do."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from restored_client.desk.history import LastWish, Presets
from restored_client.desk.planedit import PlanEdit
from restored_client.desk.wish import REPLACE, Wish, one_line, remembered, title
from restored_client.wire.parsing import LONGEST_NUMBER

PLAN = {"text": "", "steps": [{"task": "denoise", "label": "noise", "strength": 0.5}]}


def test_the_last_wish_is_kept_for_the_next_picture(tmp_path: Path) -> None:
    last = LastWish(tmp_path / "last.json")
    assert last.get() is None
    wish = Wish("denoise", PLAN, 0.5, scale=2, output=REPLACE, model="swift")
    last.keep(wish)
    assert LastWish(tmp_path / "last.json").get() == wish
    (tmp_path / "last.json").write_text("[]")
    assert last.get() is None


def test_presets_are_renamed_given_out_and_taken_in(tmp_path: Path) -> None:
    presets = Presets(tmp_path / "presets.json")
    presets.save("night", {"instruction": "brighten it"})
    presets.save("rain", {"instruction": "remove the rain"})
    presets.rename("night", "evening")
    assert list(presets.all()) == ["evening", "rain"]
    with pytest.raises(ValueError, match="already"):
        presets.rename("evening", "rain")
    with pytest.raises(ValueError, match="needs a name"):
        presets.rename("evening", " ")
    assert presets.give_out(tmp_path / "mine.json") == 2
    other = Presets(tmp_path / "other.json")
    other.save("rain", {"instruction": "something else"})
    assert other.take_in(tmp_path / "mine.json") == 2
    mine = {"rain (2)": {"instruction": "remove the rain"}, "evening": {"instruction": "brighten it"}}
    assert other.all() == {"rain": {"instruction": "something else"}, **mine}
    assert other.take_in(tmp_path / "mine.json") == 2
    assert len(other.all()) == 3, "the same again is the same"
    (tmp_path / "no.json").write_text('{"presets": {"x": {"instruction": "y"}}}')
    with pytest.raises(ValueError, match="no presets"):
        other.take_in(tmp_path / "no.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=8) | st.sampled_from(["steps", "task", "region", "strength", "threshold", "label", "text", "part"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
SETTINGS = st.fixed_dictionaries(
    {"instruction": st.text(max_size=20) | JSON},
    optional={
        "plan": JSON
        | st.fixed_dictionaries(
            {
                "steps": st.lists(
                    st.fixed_dictionaries(
                        {"task": st.text(max_size=5) | JSON},
                        optional={"region": JSON, "strength": JSON, "part": JSON, "label": JSON},
                    ),
                    max_size=3,
                )
            }
        ),
        "strength": JSON,
        "scale": JSON,
        "texture": JSON,
        "model": JSON,
        "output": JSON,
        "quality": JSON,
    },
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(max_size=9), SETTINGS, max_size=3), JSON)
def test_a_stranger_s_presets_ask_for_what_can_be_asked_or_for_nothing(tmp_path_factory, presets, other) -> None:
    folder = tmp_path_factory.mktemp("presets")
    given_ = {"restore_with_instruction_presets": 1, "presets": {**presets, "x": other}}
    text = json.dumps(given_)
    (folder / "theirs.json").write_text(text, "utf-8")
    mine = Presets(folder / "mine.json")
    mine.save("night", {"instruction": "brighten it"})
    strange: list[str] = []  # Infinity and NaN
    json.loads(text, parse_constant=strange.append)
    if strange or re.search(rf"\d{{{LONGEST_NUMBER + 1}}}", text):  # nobody's presets
        with pytest.raises(ValueError, match="holds no presets"):
            mine.take_in(folder / "theirs.json")
    else:
        mine.take_in(folder / "theirs.json")
    assert mine.all()["night"] == {"instruction": "brighten it"}
    for name, preset in mine.all().items():
        assert name == " ".join(one_line(name).split())
        wish = remembered(preset)
        assert wish is not None
        assert title(wish, lambda step: str(step.get("label")))
        edit = PlanEdit()
        edit.take({"steps": [{"task": "denoise", "strength": 1.0}]})
        edit.follow(wish.plan or {})
        edit.key()
        edit.to_dict()
        assert all(0 <= step["strength"] <= 1 for step in edit.steps())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_a_pipe_or_a_device_holds_no_presets(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    for path in (tmp_path / "pipe.json", Path("/dev/zero"), tmp_path):
        with pytest.raises(ValueError, match="no presets"):
            Presets(tmp_path / "mine.json").take_in(path)


def test_more_presets_than_anybody_has_are_not_all_taken(tmp_path: Path) -> None:
    many = {f"{n}": {"instruction": "brighten it"} for n in range(3000)}
    (tmp_path / "theirs.json").write_text(json.dumps({"restore_with_instruction_presets": 1, "presets": many}))
    assert Presets(tmp_path / "mine.json").take_in(tmp_path / "theirs.json") == 1000
