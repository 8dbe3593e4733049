"""Kinds of layers, refusals, recipes and scale: what a photographer's file may hold beside one plain layer."""

import numpy as np
import pytest
from negative import negative

pytestmark = [pytest.mark.hosts, pytest.mark.timeout(900)]

W, H = 40, 30

LETTERS = "remove the noise “from Gdańsk” – ärgerlich \N{GRINNING FACE}\N{SNOWFLAKE}\N{ARABIC LETTER BEH}"

CODE = """
import struct
def fresh(**options):
    image, layer = picture(40, 30, **options)
    write(layer, "R'G'B' u8", load("picture"))
    return image, layer

def look(key, image, status, result, error, **more):
    tell(key=key, status=status, error=error, layers=[item.get_name() for item in image.get_layers()],
         result=result.get_name() if result else None, **more)

# nothing to do
for key, arguments in {
    "strength-0": dict(instruction="remove the noise", strength=0.0),
    "off-topic": dict(instruction="what a lovely day"),
    "empty": dict(instruction=""),
    "scale-3": dict(instruction="remove the noise", scale=3),
}.items():
    image, layer = fresh()
    before = native(layer)
    look(key, image, *call(image, output="replace", **arguments), same=native(layer) == before, dirty=image.is_dirty())
    image.delete()

# letters of all sorts come back from the recipe as they were typed, and repeat
image, layer = fresh()
status, result, error = call(image, instruction=LETTERS, output="replace")
again = call(image, procedure=PROCEDURE + "-repeat")
look("letters", image, status, result, error, recipe=recipe(layer), again=again[0], repeated=recipe(again[1]))
image.delete()

# a new layer whose mask is what is selected; adjusted, the mask stays; the picture as a new image
image, layer = fresh()
image.select_rectangle(Gimp.ChannelOps.REPLACE, 5, 6, 20, 12)
Gimp.Selection.feather(image, 4)
selected = save("selected", native(image.get_selection()))
status, result, error = call(image, instruction="remove the noise", output="masked-layer")
mask = result.get_mask()
look("masked-output", image, status, result, error, after=save("masked-output", native(result)), visible=layer.get_visible(),
     same_mask=mask is not None and native(mask) == load(selected), edited=result.get_edit_mask())
Gimp.Selection.none(image)
status, again, error = call(image, drawables=[result], procedure=PROCEDURE + "-adjust", strength=0.5)
look("masked-adjusted", image, status, again, error, after=save("masked-adjusted", native(again)),
     same_mask=native(again.get_mask()) == load(selected))
image.select_rectangle(Gimp.ChannelOps.REPLACE, 5, 6, 20, 12)
before = len(Gimp.get_images())
status, result, error = call(image, drawables=[layer], instruction="remove the noise", output="new-image")
other = result.get_image()
look("own-image", other, status, result, error, after=save("own-image", native(result)), made=len(Gimp.get_images()) - before,
     same=native(layer) == load("picture"), size=[other.get_width(), other.get_height()])
other.delete()
image.delete()

# refused selections of layers
image, layer = fresh()
other = layer.copy()
image.insert_layer(other, None, 0)
look("two-layers", image, *call(image, drawables=[layer, other], instruction="remove the noise", output="replace"),
     restored=[recipe(each) is not None for each in (layer, other)])
look("no-layer", image, *call(image, drawables=[], instruction="remove the noise"))
empty = Gimp.GroupLayer.new(image, "empty")
image.insert_layer(empty, None, 0)
look("empty-group", image, *call(image, drawables=[empty], instruction="remove the noise"))
elsewhere, stranger = fresh()
look("other-image", image, *call(image, drawables=[stranger], instruction="remove the noise"))
elsewhere.delete()
for key, plan in (("plan-of-words", '{"steps": ["denoise"]}'), ("plan-endless", '{"steps": ' + "[" * 3000 + "]" * 3000 + "}")):
    look(key, image, *call(image, drawables=[layer], instruction="", plan=plan))
channel = Gimp.Channel.new(image, "channel", 40, 30, 50, Gegl.Color.new("red"))
image.insert_channel(channel, None, 0)
look("channel", image, *call(image, drawables=[channel], instruction="remove the noise"))
mask = layer.create_mask(Gimp.AddMaskType.WHITE)
layer.add_mask(mask)
look("mask-edited", image, *call(image, drawables=[mask], instruction="remove the noise"))
image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 5, 5)
layer.set_offsets(20, 20)
look("selection-elsewhere", image, *call(image, drawables=[layer], instruction="remove the noise", output="replace"))
Gimp.Selection.none(image)
layer.set_lock_content(True)
before = native(layer)
look("locked-replace", image, *call(image, drawables=[layer], instruction="remove the noise", output="replace"),
     same=native(layer) == before)
look("locked-new", image, *call(image, drawables=[layer], instruction="remove the noise"), same=native(layer) == before)
image.delete()

image, layer = fresh()
image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE, 8, False, False, "")
look("indexed", image, *call(image, instruction="remove the noise"))
image.delete()

# a layer mask travels to the new layer; the original is hidden, as two half-transparent layers would add up
image, layer = fresh()
mask = layer.create_mask(Gimp.AddMaskType.BLACK)
layer.add_mask(mask)
Gimp.context_set_foreground(Gegl.Color.new("white"))
image.select_rectangle(Gimp.ChannelOps.REPLACE, 10, 10, 10, 10)
mask.edit_fill(Gimp.FillType.FOREGROUND)
Gimp.Selection.none(image)
layer.set_opacity(60)
layer.set_edit_mask(False)
status, result, error = call(image, drawables=[layer], instruction="remove the noise")
look("masked", image, status, result, error, mask=native(result.get_mask()) == native(mask), opacity=result.get_opacity(),
     source_visible=layer.get_visible(), after=save("masked.after", native(result)))
image.delete()

# inside a group, with offsets; then the group itself
image, layer = fresh()
group = Gimp.GroupLayer.new(image, "group")
image.insert_layer(group, None, 0)
image.reorder_item(layer, group, 0)
layer.set_offsets(7, 9)
status, result, error = call(image, drawables=[layer], instruction="remove the noise")
look("child", image, status, result, error, parent=result.get_parent().get_name(), offsets=list(result.get_offsets()[1:]),
     children=[item.get_name() for item in group.get_children()], after=save("child.after", native(result)),
     source_visible=layer.get_visible())
image.remove_layer(result)
status, result, error = call(image, drawables=[group], instruction="remove the noise", output="replace")
look("group", image, status, result, error, parent=result.get_parent() is None, offsets=list(result.get_offsets()[1:]),
     after=save("group.after", read(result, "R'G'B' u8")), kind=result.is_group())
image.delete()

# a text layer
image, layer = fresh()
text = Gimp.TextLayer.new(image, "Ag", Gimp.context_get_font(), 24, Gimp.Unit.pixel())
image.insert_layer(text, None, 0)
text.set_offsets(3, 2)
before = native(text)
status, result, error = call(image, drawables=[text], instruction="remove the noise", output="replace")
look("text", image, status, result, error, is_text=result.is_text_layer(), offsets=list(result.get_offsets()[1:]),
     same=native(text) == before, same_alpha=native(result)[3::4] == before[3::4], source_visible=text.get_visible(),
     still_text=text.is_text_layer())
image.delete()

# a wide gamut: colours outside sRGB survive; the right half is not selected
for key, precision, colour in (
    ("adobe", "FLOAT_NON_LINEAR", struct.pack("<3f", 0.04, 0.78, 0.12)),
    ("adobe-8", "U8_NON_LINEAR", bytes((10, 200, 30))),
):
    image, layer = picture(40, 30, precision=precision)
    image.set_color_profile(Gimp.ColorProfile.new_rgb_adobe())
    layer = image.get_layers()[0]
    write(layer, format_of(layer), colour * 1200)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 20, 30)
    before, sent = native(layer), read(layer, "R'G'B' float")
    status, result, error = call(image, instruction="remove the noise", output="replace")
    look(key, image, status, result, error, before=save(key + ".before", before), after=save(key + ".after", native(layer)),
         sent=save(key + ".sent", sent), got=save(key + ".got", read(layer, "R'G'B' float")))
    image.delete()

# scale; an image without a profile of its own first
image, layer = fresh()
look("scale-2-plain", image, *call(image, instruction="remove the noise", scale=2))
image.delete()
image, layer = fresh(precision="U16_NON_LINEAR")
image.set_resolution(240, 240)
image.set_color_profile(Gimp.ColorProfile.new_rgb_adobe())
before = native(layer)
known = {item.get_id() for item in Gimp.get_images()}
status, result, error = call(image, instruction="remove the noise", scale=2)
made = [item for item in Gimp.get_images() if item.get_id() not in known]
look("scale-2", image, status, result, error, same=native(layer) == before, made=len(made),
     size=[made[0].get_width(), made[0].get_height()],
     precision=made[0].get_precision() == image.get_precision(), resolution=list(made[0].get_resolution()[1:]),
     profile=made[0].get_color_profile().is_equal(image.get_color_profile()), recipe=recipe(result)["scale"])
image.select_rectangle(Gimp.ChannelOps.REPLACE, 0, 0, 20, 30)
look("scale-2-selection", image, *call(image, instruction="remove the noise", scale=2))
image.delete()

# recipes: on the layer, in the file, repeated on another layer
image, layer = fresh()
status, result, error = call(image, instruction="remove the rain, and the haze", strength=0.5, output="replace")
path = Gio.File.new_for_path(BOX + "/kept.xcf")
Gimp.file_save(Gimp.RunMode.NONINTERACTIVE, image, path, None)
image.delete()
image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, path)
kept = image.get_layers()[0]
other = Gimp.Layer.new(image, "other", 40, 30, Gimp.ImageType.RGB_IMAGE, 100.0, Gimp.LayerMode.NORMAL)
image.insert_layer(other, None, 0)
write(other, "R'G'B' u8", load("picture"))
again = call(image, drawables=[other], procedure=PROCEDURE + "-repeat", output="replace")
look("repeat", image, *again, recipe=recipe(kept), repeated=recipe(other), equal=native(other) == native(kept))
image.delete()
image, layer = fresh()
look("repeat-nothing", image, *call(image, procedure=PROCEDURE + "-repeat"))
image.delete()
"""


@pytest.fixture(scope="module")
def facts(gimp, shared_daemon, tmp_path_factory) -> dict:
    box = tmp_path_factory.mktemp("layers")
    picture = np.random.default_rng(3).integers(0, 256, (H, W, 3), np.uint8)
    (box / "picture").write_bytes(picture.tobytes())
    told = gimp.batch(box, CODE.replace("LETTERS", repr(LETTERS)), **shared_daemon.env)
    return {"box": box, "picture": picture, **{fact["key"]: fact for fact in told}}


def pixels(facts: dict, name: str, dtype="u1") -> np.ndarray:
    return np.frombuffer((facts["box"] / name).read_bytes(), dtype).reshape(H, W, -1)


@pytest.mark.parametrize("case", ["strength-0", "off-topic", "empty"])
def test_nothing_to_do_changes_nothing_and_succeeds(facts, case):
    fact = facts[case]
    assert (fact["status"], fact["same"], fact["result"]) == ("success", True, None)


REFUSED = {
    "no-layer": "exactly one layer",
    "channel": "Only layers",
    "mask-edited": "mask is being edited",
    "selection-elsewhere": "does not touch this layer",
    "locked-replace": "locked",
    "indexed": "indexed",
    "scale-3": "1, 2 or 4",
    "scale-2-selection": "whole layers",
    "empty-group": "group is empty",
    "other-image": "another image",
    "plan-of-words": "list of steps",
    "plan-endless": "list of steps",
    "repeat-nothing": "nothing to repeat",
}


def test_letters_of_all_sorts(facts):
    fact = facts["letters"]
    assert fact["status"] == "success", fact["error"]
    assert fact["recipe"]["instruction"] == LETTERS
    assert (fact["again"], fact["repeated"]["instruction"]) == ("success", LETTERS)
    assert fact["layers"][0] == LETTERS


@pytest.mark.parametrize("case", REFUSED)
def test_refusals_are_sentences(facts, case):
    fact = facts[case]
    assert fact["status"] == "execution-error"
    assert REFUSED[case] in fact["error"]
    assert fact["error"].rstrip().endswith(".")
    assert fact.get("same", True)


def test_several_layers_are_restored_one_after_the_other(facts):
    fact = facts["two-layers"]
    assert (fact["status"], fact["restored"], len(fact["layers"])) == ("success", [True, True], 2)


def test_a_locked_layer_can_be_restored_beside(facts):
    fact = facts["locked-new"]
    assert (fact["status"], fact["result"], fact["same"]) == ("success", "remove the noise", True)


def test_mask_and_opacity_travel_and_the_original_is_hidden(facts):
    fact = facts["masked"]
    assert fact["mask"]
    assert fact["opacity"] == 60
    assert fact["source_visible"] is False
    assert (pixels(facts, fact["after"]) == negative(facts["picture"])).all()


def test_the_selection_as_the_mask_of_a_new_layer(facts):
    fact = facts["masked-output"]
    assert (fact["status"], fact["same_mask"], fact["visible"], fact["edited"]) == ("success", True, True, False)
    assert (pixels(facts, fact["after"]) == negative(facts["picture"])).all(), "all of it is restored: the mask can be painted on"
    adjusted = facts["masked-adjusted"]
    assert (adjusted["status"], adjusted["same_mask"]) == ("success", True)
    assert (pixels(facts, adjusted["after"]) == negative(facts["picture"], 0.5)).all()


def test_the_result_as_an_image_of_its_own(facts):
    fact = facts["own-image"]
    assert (fact["status"], fact["made"], fact["same"], fact["size"]) == ("success", 1, True, [W, H])
    mask = np.zeros((H, W))
    mask[6:18, 5:25] = 1
    assert (pixels(facts, fact["after"]) == negative(facts["picture"], mask=mask)).all()


def test_child_of_a_group_stays_in_it(facts):
    fact = facts["child"]
    assert fact["parent"] == "group"
    assert fact["children"] == ["remove the noise", "photo"]
    assert fact["offsets"] == [7, 9]
    assert fact["source_visible"] is True
    assert (pixels(facts, fact["after"]) == negative(facts["picture"])).all()


def test_group_is_restored_as_a_layer_above(facts):
    fact = facts["group"]
    assert fact["layers"] == ["remove the noise", "group"]
    assert fact["kind"] is False
    assert fact["offsets"] == [7, 9]
    assert (pixels(facts, fact["after"]) == negative(facts["picture"])).all()


def test_text_is_restored_as_a_layer_above_and_stays_text(facts):
    fact = facts["text"]
    assert fact["status"] == "success"
    assert (fact["is_text"], fact["still_text"], fact["same"], fact["same_alpha"]) == (False, True, True, True)
    assert fact["offsets"] == [3, 2]
    assert fact["source_visible"] is False


def test_wide_gamut_is_neither_clipped_nor_shifted(facts):
    sent, got = (pixels(facts, facts["adobe"][name], "<f4") for name in ("sent", "got"))
    assert facts["adobe"]["status"] == "success"
    assert sent[..., 0].max() < 0, "the test's colour should lie outside sRGB"
    np.testing.assert_allclose(got[:, :20], negative(sent[:, :20]), rtol=2e-4)


@pytest.mark.parametrize(("case", "dtype"), [("adobe", "<f4"), ("adobe-8", "u1")])
def test_wide_gamut_outside_the_selection_keeps_its_bytes(facts, case, dtype):
    before, after = (pixels(facts, facts[case][name], dtype) for name in ("before", "after"))
    assert (before[:, 20:] == after[:, 20:]).all()
    assert (before[:, :20] != after[:, :20]).any()


def test_scale_opens_a_new_image(facts):
    assert facts["scale-2-plain"]["status"] == "success"
    fact = facts["scale-2"]
    assert fact["status"] == "success"
    assert fact["same"]
    assert fact["layers"] == ["photo"]
    assert (fact["made"], fact["size"], fact["precision"], fact["profile"], fact["recipe"]) == (1, [80, 60], True, True, 2)
    assert fact["resolution"] == pytest.approx([240, 240])


def test_recipe_is_kept_in_the_file_and_repeats(facts):
    fact = facts["repeat"]
    assert fact["status"] == "success", fact["error"]
    assert fact["recipe"]["instruction"] == "remove the rain, and the haze"
    assert fact["recipe"]["strength"] == 0.5
    assert len(fact["recipe"]["sha256"]) == 64
    assert fact["recipe"]["version"]
    assert [step["task"] for step in fact["recipe"]["plan"]["steps"]] == ["derain", "dehaze"]
    assert fact["repeated"]["plan"]["steps"] == fact["recipe"]["plan"]["steps"]
    assert fact["equal"], "the same layer restored by the same recipe should be the same"
