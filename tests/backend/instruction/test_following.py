"""What is said of the plan that stands."""

import pytest

from restored.instruction import explain
from restored.instruction.following import follow, why
from restored.instruction.plan import Plan
from restored.regions.names import Region

BEFORE = explain("remove the rain, brighten it and make it warmer")
RAIN, LIGHT, WARM = BEFORE.steps
WARMTH = WARM.amount or 0.0


def amounts(plan: Plan) -> list[float]:
    return [step.strength if step.amount is None else step.amount for step in plan.steps]


@pytest.mark.parametrize(
    "text", ["less", "too strong", "a bit less", "no, less", "half as much", "30% less", "way too much", "milder"]
)
def test_less_of_everything(text):
    plan = follow(BEFORE, text)
    assert [step.task for step in plan.steps] == [step.task for step in BEFORE.steps]
    assert all(0 < now < then for now, then in zip(amounts(plan), amounts(BEFORE), strict=True))


def test_how_much_less():
    sizes = [amounts(follow(BEFORE, text))[0] for text in ("a bit less", "less", "half as much", "much less")]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == pytest.approx(0.8)
    assert amounts(follow(BEFORE, "30% less"))[0] == pytest.approx(0.7)


@pytest.mark.parametrize("text", ["more", "a bit more", "stronger please", "not enough"])
def test_more(text):
    assert (follow(BEFORE, text).steps[2].amount or 0) > WARMTH


def test_more_of_what_is_all_done_says_so():
    assert "not possible" in follow(explain("remove the rain"), "more").message


@pytest.mark.parametrize(
    ("text", "left"),
    {
        "not the colours": ["derain", "lowlight"],
        "without the rain": ["lowlight", "temperature"],
        "the rain can stay": ["lowlight", "temperature"],
        "forget the rain": ["lowlight", "temperature"],
        "also the noise": ["denoise", "derain", "lowlight", "temperature"],
        "and remove the noise too": ["denoise", "derain", "lowlight", "temperature"],
        "make it black and white": ["derain", "lowlight", "temperature", "black_and_white"],
    }.items(),
)
def test_less_and_more_to_do(text, left):
    plan = follow(BEFORE, text)
    assert plan.action == "plan"
    assert [step.task for step in plan.steps] == left


def test_a_direction_goes_further_or_half_way_back():
    assert follow(BEFORE, "warmer").steps[2].amount == pytest.approx(2 * WARMTH)
    assert 0 < (follow(BEFORE, "less warm").steps[2].amount or 0) < WARMTH
    assert follow(BEFORE, "too bright now").steps[1].strength < 1


@pytest.mark.parametrize(
    ("text", "action"),
    {
        "undo that": "undo",
        "again": "again",
        "start over": "reset",
        "why?": "why",
        "take it back": "undo",
        "what did you do?": "why",
    }.items(),
)
def test_actions(text, action):
    assert follow(follow(BEFORE, "a bit less"), text).action == action


def test_undo_gives_each_plan_back_and_then_the_picture():
    second = follow(BEFORE, "less")
    third = follow(second, "not the colours")
    back = follow(third, "undo")
    assert amounts(back) == amounts(second)
    first = follow(back, "undo that")
    assert amounts(first) == amounts(BEFORE)
    assert follow(first, "undo").action == "reset"


def test_a_conversation_goes_over_the_wire():
    plan = follow(follow(BEFORE, "less"), "also the noise")
    again = Plan.from_dict(plan.to_dict())
    assert again.to_dict() == plan.to_dict()
    assert amounts(follow(again, "undo")) == amounts(follow(plan, "undo"))


def test_only_the_sky_limits_every_step():
    assert {step.region.label for step in follow(BEFORE, "only the sky").steps if step.region} == {"only the sky"}


def test_why_names_the_words():
    assert "from “remove the rain”" in why(BEFORE)


@pytest.mark.parametrize("text", ["", "😀", "tell me a joke", "x" * 5000, "more less"])
def test_any_text_gives_a_plan(text):
    assert isinstance(follow(BEFORE, text), Plan)
    assert isinstance(follow(Plan(), text), Plan)


@pytest.mark.parametrize(
    ("said", "effect"),
    [
        ("the contrast is perfect", {}),
        ("the contrast was fine before", {"contrast": None}),
        ("give me the haze back, it had mood", {"dehaze": None}),
        ("the shadows are too deep, lift them more", {"shadows": 1}),
        ("saturation instead of contrast", {"contrast": None, "saturation": 1}),
        ("the contrast is brutal", {"contrast": -1}),
        ("the contrast could go further", {"contrast": 1}),
        ("give me the grain back", {}),
    ],
)
def test_of_one_step_and_of_no_other(said, effect):
    """None: the step is gone; 1, -1: there is more or less of it; every other step is as it was."""
    before = {step.task: step for step in explain("clear the haze, lift the shadows and boost the contrast").steps}
    after = {step.task: step for step in follow(Plan("", tuple(before.values())), said).steps}
    for task in {*before, *after}:
        if task not in effect:
            assert after.get(task) == before.get(task), task
        elif effect[task] is None:
            assert task not in after
        else:
            old = before[task].amount if task in before else 0.0
            assert ((after[task].amount or 0.0) - (old or 0.0)) * effect[task] > 0


def test_a_step_in_two_places_is_one_when_both_are_limited() -> None:
    before = follow(follow(explain(""), "warm up the sky"), "make it warmer")
    assert len(before.steps) == 2
    after = follow(before, "only on the right")
    assert [step.task for step in after.steps] == ["temperature"]


def test_the_back_of_a_picture_is_no_step_back() -> None:
    before = follow(explain(""), "make it a bit warmer")
    after = follow(before, "stronger in the back")
    assert after.action == "plan"
    assert sum(step.amount or 0 for step in after.steps) > (before.steps[0].amount or 0)
    assert {step.task for step in after.steps} == {"temperature"}


def labels(*said: str) -> list[str]:
    plan = explain(said[0])
    for text in said[1:]:
        plan = Plan.from_dict(follow(plan, text).to_dict())
    return [step.label for step in plan.steps]


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (("make it warmer", "not the sky", "only on the left"), ["warmer 40 %, not the sky, only the left side"]),
        (("make it warmer", "only on the left", "not the sky"), ["warmer 40 %, only the left side, not the sky"]),
        (("make it warmer", "only on the left", "only on the right"), ["warmer 40 %, only the right side"]),
        (("mach es wärmer", "nicht der Himmel", "nur links"), ["warmer 40 %, not the sky, only the left side"]),
        (("make it warmer", "only on the left", "not on the left"), []),
    ],
)
def test_a_place_is_added_to_what_was_left_out(said, left) -> None:
    assert labels(*said) == left


@pytest.mark.parametrize(
    ("said", "left"),
    [
        (("more on the right, less on the left",), ["warmer 56 %, only the right side", "warmer 24 %, only the left side"]),
        (("less on the left and more on the right",), ["warmer 24 %, only the left side", "warmer 56 %, only the right side"]),
        (("rechts mehr, links weniger",), ["warmer 56 %, only the right side", "warmer 24 %, only the left side"]),
        (("plus à droite, moins à gauche",), ["warmer 56 %, only the right side", "warmer 24 %, only the left side"]),
        (("stronger in the sky",), ["warmer 56 %, only the sky", "warmer 40 %, not the sky"]),
        (("stronger in the sky", "not the sky"), ["warmer 40 %, not the sky"]),
        (("stronger on the left", "only on the left"), ["warmer 56 %, only the left side"]),
        (("not so strong in the corners",), ["warmer 14 %, only the border", "warmer 40 %, not the border"]),
        (("push it further in the background",), ["warmer 40 %", "warmer 16 %, only “background”"]),
    ],
)
def test_more_or_less_in_one_place_leaves_the_others(said, left) -> None:
    first = "mach es wärmer" if said[0].startswith("rechts") else "make it warmer"
    assert labels(first, *said) == left


def test_what_is_all_done_cannot_be_more_in_one_place() -> None:
    before = explain("remove the rain")
    after = follow(before, "stronger in the sky")
    assert after.steps == before.steps
    assert "not possible" in after.message


@pytest.mark.parametrize(
    ("wish", "text"),
    [
        ("make it warmer", "hit the back button"),
        ("make it warmer", "nope, how it was please"),
        ("make it warmer", "scrap that last bit"),
        ("make it warmer", "I liked it better before"),
        ("mach es wärmer", "nein, so wie vorher"),
        ("mach es wärmer", "vorher war es besser"),
        ("rends-la plus chaude", "c'était mieux avant"),
        ("hazla más cálida", "estaba mejor antes"),
        ("rendila più calda", "era meglio prima"),
        ("deixa mais quente", "estava melhor antes"),
        ("maak het warmer", "het was eerst beter"),
        ("zrób cieplejsze", "jak było"),
        ("сделай теплее", "раньше было лучше"),
        ("зроби теплішим", "раніше було краще"),
        ("udělej to teplejší", "předtím to bylo lepší"),
        ("gör den varmare", "det var bättre förut"),
        ("daha sıcak yap", "önceki daha iyiydi"),
        ("调暖一点", "之前的更好"),
        ("もっと暖かく", "前の方がよかった"),
        ("더 따뜻하게", "아까처럼 해줘"),
        ("इसे गर्म करो", "पहले बेहतर था"),
    ],
)
def test_how_people_say_undo(wish, text) -> None:
    first = explain(wish)
    second = follow(first, "a bit less")
    assert second.steps != first.steps
    back = follow(second, text)
    assert back.action == "undo"
    assert back.steps == first.steps


@pytest.mark.parametrize(
    ("wish", "text", "less", "same"),
    [
        ("make it warmer and remove the rain", "I liked the blue hour mood better", "temperature", "derain"),
        ("make it brighter and remove the rain", "I preferred the moody darkness", "lowlight", "derain"),
        ("clear the haze and make it warmer", "I liked the fog better before", "dehaze", "temperature"),
        ("remove the noise and make it warmer", "I miss the grain", "denoise", "temperature"),
        ("mach es wärmer und entferne den Regen", "die blaue Stimmung gefiel mir besser", "temperature", "derain"),
    ],
)
def test_what_is_missed_is_less_of_what_took_it_away(wish, text, less, same) -> None:
    before = explain(wish)
    after = {step.task: step for step in follow(before, text).steps}
    was = {step.task: step for step in before.steps}
    assert after[same] == was[same]
    assert 0 < (after[less].amount or after[less].strength) < (was[less].amount or was[less].strength)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ("make it warmer", ("not the sky", "everywhere")),
        ("make it warmer", ("only on the left", "not the sky", "everywhere please")),
        ("mach es wärmer", ("nur links", "überall")),
    ],
)
def test_everywhere_takes_the_places_away(wish, said) -> None:
    assert labels(wish, *said) == ["warmer 40 %"]


def test_everywhere_is_no_wish_where_nothing_was_limited() -> None:
    before = explain("make it warmer")
    assert follow(before, "everywhere").steps == before.steps
    assert follow(before, "stronger, all of it").steps == follow(before, "stronger").steps


@pytest.mark.parametrize("text", ["clean the noise too", "could you take the noise out too?", "the noise, too"])
def test_too_at_the_end_is_also(text) -> None:
    after = follow(explain("sharpen it and brighten it"), text)
    assert {step.task: step.strength for step in after.steps} == {"denoise": 1.0, "deblur": 1.0, "lowlight": 1.0}


def test_too_before_a_quality_is_too_much() -> None:
    before = explain("make it warmer")
    assert [
        (step.amount or 0) < (old.amount or 0) for step, old in zip(follow(before, "too warm").steps, before.steps, strict=True)
    ] == [True]


def test_everywhere_except_is_a_place_and_takes_nothing_away() -> None:
    before = explain("remove the rain and more contrast")
    after = {step.task: step.region for step in follow(before, "contrast everywhere except the face").steps}
    assert after == {"derain": None, "contrast": Region(("skin",), outside=True, by_hand="face")}


def test_to_keep_off_a_place_is_to_leave_it_out() -> None:
    after = follow(explain("make it brighter"), "all of that, but keep off the sky")
    assert [step.region for step in after.steps] == [Region(("sky",), outside=True)]
