"""Whatever a preset, a recipe or a script's arguments say: there is a wish or none, and no window breaks over it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from restored_client.desk import durations, overlay, reasons, remarks
from restored_client.desk.catalogue import load
from restored_client.desk.commandline import command_line
from restored_client.desk.planedit import PlanEdit, identity
from restored_client.desk.wish import remembered, title
from restored_client.wire.parsing import parse_json
from restored_client.wire.recipe import encode_recipe

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**299), 10**299),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=9),
    st.sampled_from(["only the sky", "not ", ",", "\x1b]0;x\x07", "\n"]),
    st.lists(st.none() | st.text(max_size=3) | st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=2), st.none(), max_size=2),
)


def maps(**known: Any) -> Any:
    """A map of these fields, each there or not, and as it should be or odd."""
    return st.fixed_dictionaries({}, optional={name: usual | ODD for name, usual in known.items()})


REGION = maps(
    places=st.lists(st.sampled_from(["sky", "marks"])),
    outside=st.booleans(),
    label=st.just("only the sky"),
    threshold=st.floats(0, 1),
    feather=st.floats(0, 1),
)
STEP = maps(
    task=st.sampled_from(["denoise", "inpaint", "exposure"]),
    label=st.just("noise"),
    strength=st.floats(0, 1),
    words=st.just("x"),
    confidence=st.floats(0, 1),
    amount=st.floats(-1, 1),
    region=REGION,
    part=ODD,
    known_as=ODD,
)
PLAN = maps(
    text=st.just("noise"),
    steps=st.lists(STEP, max_size=3),
    excluded=st.just(["derain"]),
    reason=st.just("empty"),
    message=st.just(""),
    proposed=st.booleans(),
    unused=st.just([{"words": "x", "message": "no"}]),
    scale=st.just(2),
    history=ODD,
)
SETTINGS = maps(
    instruction=st.just("remove the noise"),
    plan=PLAN,
    strength=st.floats(0, 1),
    scale=st.sampled_from([1, 2]),
    texture=ODD,
    output=st.just("new-layer"),
    model=st.just("swift"),
    quality=st.just("best"),
    find=ODD,
)


@given(SETTINGS, st.booleans())
def test_no_setting_breaks_a_window(said: dict[str, Any], understood: bool) -> None:
    wish = remembered(said)
    if wish is None:
        return
    assert "\n" not in title(wish, lambda step: str(step.get("label") or step["task"]))
    assert command_line(wish, edited=True).startswith(("restored run", "printf"))
    parse_json(encode_recipe(wish.recall()))
    if wish.plan is None:
        return
    edit = PlanEdit()
    if understood:
        edit.take(
            {"text": "x", "steps": [{"task": "denoise", "label": "noise", "confidence": 1.0, "strength": 1.0, "words": "x"}]}
        )
    edit.follow(wish.plan)
    for step in edit.steps():
        if overlay.can_be_shown(step):
            overlay.is_shaped(step["region"])
            overlay.is_searched(step["region"])
        edit.weigh(identity(step), 0.3)
        edit.reshape(identity(step), {"outside": True, "threshold": 0.2})
        edit.move(identity(step), 1)
    hash(edit.key())
    PlanEdit().take(edit.to_dict())
    catalogue = load([])
    reasons.sentence(wish.plan, catalogue)
    remarks.on_plan(edit, [], catalogue)
    remarks.why_nothing(wish.plan, "", catalogue)
    durations.kind_of(wish.plan.get("steps", ()), 1, "normal", "cpu")
