"""What GIMP can call: the procedures with their arguments, and what each run mode does."""

import sys
from dataclasses import replace

import gi

gi.require_version("Gegl", "0.4")
from gi.repository import Gegl, Gimp, GLib, GObject

from restored_client.desk.history import LastWish
from restored_client.desk.wish import AS_SAID, MASKED, NEW_IMAGE, NEW_LAYER, REPLACE, SCALES, Wish, quality_of
from restored_client.wire.errors import Cancelled, RestoredError

from . import headless, layers, oncanvas, recipes, target, tools
from .trace import note
from .words import CATALOGUE, Refusal, _, unexpected

RESTORE = "plug-in-restore-with-instruction"
REPEAT = RESTORE + "-repeat"
ADJUST = RESTORE + "-adjust"
VISIBLE = RESTORE + "-visible"
IMAGES = RESTORE + "-images"
NAMES = (RESTORE, REPEAT, ADJUST, VISIBLE, IMAGES, *tools.NAMES)

READWRITE = GObject.ParamFlags.READWRITE
ENHANCE = "<Image>/Filters/Enhance"


def create(plug_in, name):
    """The procedure of one of our names."""
    if name in tools.NAMES:
        return tools.create(plug_in, name)
    work, describe = {
        RESTORE: (_run_restore, _describe_restore),
        REPEAT: (_run_repeat, _describe_repeat),
        ADJUST: (_run_adjust, _describe_adjust),
        VISIBLE: (_run_visible, _describe_visible),
        IMAGES: (_run_images, _describe_images),
    }[name]
    make = Gimp.Procedure.new if name == REPEAT else Gimp.ImageProcedure.new
    procedure = make(plug_in, name, Gimp.PDBProcType.PLUGIN, work, None)
    # what can never be restored is grey in the menu
    procedure.set_image_types("RGB*, GRAY*")
    mask = Gimp.ProcedureSensitivityMask
    several, any_number = mask.DRAWABLE | mask.DRAWABLES, mask.DRAWABLE | mask.DRAWABLES | mask.NO_DRAWABLES
    numbers = {RESTORE: several, VISIBLE: any_number, IMAGES: any_number}
    procedure.set_sensitivity_mask(numbers.get(name, mask.DRAWABLE))
    procedure.set_attribution("Restore with instruction", "Restore with instruction", "2026")
    describe(procedure)
    procedure.add_layer_return_value(
        "result", _("Result"), _("The layer with the result, none if nothing changed"), True, READWRITE
    )
    return procedure


def _describe_restore(procedure):
    procedure.set_menu_label(_("Restore with _instruction…"))
    procedure.set_documentation(
        _("Say what is wrong with the photograph; get the layer back restored"),
        _(
            "Understands an instruction such as “remove the rain and brighten it” and restores the layer, or what is "
            "selected of it, on this computer. “output” is new-layer, masked-layer, replace or new-image; a “scale” of 2 or 4 "
            "opens the enlarged layer as a new image."
        ),
        procedure.get_name(),
    )
    _add_wish(procedure)
    procedure.add_menu_path("<Image>/Filters")
    procedure.add_menu_path(ENHANCE)


def _describe_visible(procedure):
    procedure.set_menu_label(_("Restore what is _visible…"))
    procedure.set_documentation(
        _("Restore the picture as all visible layers show it, on a new layer above them"),
        _("Takes the arguments of plug-in-restore-with-instruction; the result is always a new layer, or a larger image."),
        procedure.get_name(),
    )
    _add_wish(procedure)
    procedure.add_menu_path(ENHANCE)


def _describe_images(procedure):
    procedure.set_menu_label(_("Restore all _open images…"))
    procedure.set_documentation(
        _("Restore every open image with one instruction, one after the other: of each the chosen layer, else what is visible"),
        _("Takes the arguments of plug-in-restore-with-instruction. In each image the result is one undo step."),
        procedure.get_name(),
    )
    _add_wish(procedure)
    procedure.add_menu_path(ENHANCE)


def _describe_repeat(procedure):
    # GIMP's own Repeat (Ctrl+F) remembers whatever has an image as its second argument. This one is asked for by name, so it
    # keeps out of there: Ctrl+F goes on repeating the filter that was used last.
    modes = Gimp.RunMode
    procedure.add_enum_argument(
        "run-mode", _("Run mode"), _("Whether a window may be shown"), modes, modes.INTERACTIVE, READWRITE
    )
    procedure.add_display_argument("display", _("Window"), _("Where the image is shown"), True, READWRITE)
    procedure.add_image_argument("image", _("Image"), _("The image of the layer"), False, READWRITE)
    procedure.add_core_object_array_argument("drawables", _("Layers"), _("The one layer"), Gimp.Drawable, READWRITE)
    procedure.set_menu_label(_("Restore: _repeat on this layer"))
    procedure.set_documentation(
        _("Do to this layer what was done last, in whatever image"),
        _("From a script: what was done to this layer before, by the recipe that it carries, else what was done last."),
        procedure.get_name(),
    )
    _add_output(procedure)
    procedure.add_menu_path("<Image>/Filters")


def _describe_adjust(procedure):
    procedure.set_menu_label(_("_Adjust a restored layer…"))
    procedure.set_documentation(
        _("Restore the layer below a result anew, in its place: another strength, other steps, other words"),
        _("Without an instruction the one that made the result counts. Where something was selected then, only that changes."),
        procedure.get_name(),
    )
    _add_wish(procedure, placed=True)
    procedure.add_menu_path(ENHANCE)


def _add_wish(procedure, placed=False):
    """The arguments that say what is wanted; a result that is adjusted stays as large as it is, and where it is."""
    wrong = _("What is wrong with the picture")
    procedure.add_string_argument("instruction", _("_Instruction"), wrong, "", READWRITE)
    procedure.add_double_argument("strength", _("_Strength"), _("How much of the change is kept"), 0.0, 1.0, 1.0, READWRITE)
    if not placed:
        _add_output(procedure)
        size = _("1, 2 or 4 times the size; 0: as the words say")
        procedure.add_int_argument("scale", _("Si_ze"), size, AS_SAID, 4, AS_SAID, READWRITE)
    steps = _("The steps to carry out, as JSON, instead of what the instruction means")
    procedure.add_string_argument("plan", _("Plan"), steps, "", READWRITE)
    procedure.add_string_argument("model", _("Model"), _("Name of the model; empty for the usual one"), "", READWRITE)

    quality = Gimp.Choice.new()
    for number, (name, title) in enumerate((("normal", _("Normal")), ("best", _("Best quality, in four times the time")))):
        quality.add(name, number, title, "")
    procedure.add_choice_argument("quality", _("_Quality"), _("How thorough it is"), quality, "normal", READWRITE)


def _add_output(procedure):
    choice = Gimp.Choice.new()
    choice.add(NEW_LAYER, 0, _("New layer"), _("Put the result on a new layer above"))
    choice.add(REPLACE, 1, _("Replace"), _("Change the layer itself"))
    choice.add(MASKED, 2, _("Masked layer"), _("Put all of it on a new layer, with what is selected as its mask"))
    choice.add(NEW_IMAGE, 3, _("New image"), _("Open the result as an image of its own"))
    procedure.add_choice_argument("output", _("_Output"), _("Where the result goes"), choice, NEW_LAYER, READWRITE)


def _run_restore(procedure, run_mode, image, drawables, config, _data):
    def work():
        if run_mode == Gimp.RunMode.INTERACTIVE:
            from . import inputs

            return inputs.run(image, drawables, config)
        given, wish = None, _wish(config)
        for layer in [layers.the_layer([each]) for each in drawables] or [layers.the_layer([])]:
            given = _headless(target.Target(image, layer), wish, run_mode)
        return given

    return _answer(procedure, run_mode, work)


def _run_visible(procedure, run_mode, image, _drawables, config, _data):
    def work():
        if run_mode == Gimp.RunMode.INTERACTIVE:
            from . import inputs

            return inputs.run_visible(image, config)
        return _headless(target.visible(image), _wish(config), run_mode)

    return _answer(procedure, run_mode, work)


def _run_images(procedure, run_mode, image, _drawables, config, _data):
    def work():
        if run_mode == Gimp.RunMode.INTERACTIVE:
            from . import inputs

            return inputs.run_images(image, config)
        given, wish = None, _wish(config)
        for meant in filter(None, map(target.of_image, Gimp.get_images())):
            given = _headless(meant, wish, run_mode)
        if given is None:
            raise Refusal(layers.INDEXED)
        return given

    return _answer(procedure, run_mode, work)


def _run_adjust(procedure, run_mode, image, drawables, config, _data):
    def work():
        layer = layers.the_layer(drawables)
        result, recipe = target.of_result(image, layer)
        if run_mode == Gimp.RunMode.INTERACTIVE:
            from . import inputs

            return inputs.run(image, [layer], config)
        wish = _wish(config)
        if not wish.instruction.strip() and wish.plan is None:
            wish = replace(recipes.wish_of(recipe, NEW_LAYER), strength=wish.strength)
        return _headless(result, replace(wish, output=NEW_LAYER, scale=1), run_mode)

    return _answer(procedure, run_mode, work)


def _run_repeat(procedure, config, _data):
    run_mode, image = config.get_property("run-mode"), config.get_property("image")
    drawables = config.get_core_object_array("drawables")

    def work():
        layer = layers.the_layer(drawables)
        scripted = run_mode == Gimp.RunMode.NONINTERACTIVE
        wish = recipes.for_repeating(image, layer, config.get_property("output"), own_first=scripted)
        return _headless(target.Target(image, layer), wish, run_mode)

    return _answer(procedure, run_mode, work)


def _headless(meant, wish, run_mode):
    """Without a window; what a person asked for so is what is repeated next."""
    scripted = run_mode == Gimp.RunMode.NONINTERACTIVE
    note("headless", mode=int(run_mode))
    given = headless.run(meant, wish, show=not scripted)
    if given.layer is not None and not scripted:
        LastWish().keep(wish)
    return given


def _wish(config):
    placed = config.find_property("output") is None  # a result that is adjusted
    scale = 1 if placed else config.get_property("scale")
    if scale not in (AS_SAID, *SCALES):
        raise Refusal(_("The scale must be 1, 2 or 4."))
    return Wish(
        # a script that leaves it out gives None or "", as GIMP pleases
        instruction=config.get_property("instruction") or "",
        plan=recipes.plan_in(config),
        strength=config.get_property("strength"),
        output=NEW_LAYER if placed else config.get_property("output"),
        scale=scale,
        model=config.get_property("model") or None,
        quality=quality_of(config.get_property("quality")),
    )


def _answer(procedure, run_mode, work):
    """Run `work` and tell GIMP how it ended. Whatever fails, the user reads a sentence and the image is as it was.

    A script that calls us reads the sentence in the error, or where GIMP prints messages; no window is opened for it.
    """
    status = Gimp.PDBStatusType
    interactive = run_mode == Gimp.RunMode.INTERACTIVE
    # not earlier: GIMP asks every plug-in for its procedures when it starts, and GEGL takes longer to load than all of this one
    Gegl.init(None)
    oncanvas.sweep()
    try:
        given = work()
    except Cancelled:
        return procedure.new_return_values(status.CANCEL, None)
    except Refusal as problem:
        if interactive:
            from .refused import show_refusal

            show_refusal(str(problem))
            return procedure.new_return_values(status.CANCEL, None)
        return _failure(procedure, str(problem))
    except RestoredError as problem:
        return _failure(procedure, CATALOGUE.sentence(str(problem)))
    except MemoryError:
        return _failure(procedure, _("There is not enough memory for this layer. Nothing was changed."))
    except Exception as problem:
        return _failure(procedure, unexpected(problem))
    if given is None:
        return procedure.new_return_values(status.CANCEL, None)
    if given.message:
        if run_mode == Gimp.RunMode.NONINTERACTIVE:
            print(given.message, file=sys.stderr)
        else:
            Gimp.message(given.message)
    values = procedure.new_return_values(status.SUCCESS, None)
    if given.layer is not None:
        values.remove(1)
        values.insert(1, GObject.Value(Gimp.Layer, given.layer))
    return values


def _failure(procedure, sentence):
    error = GLib.Error.new_literal(Gimp.PlugIn.error_quark(), sentence, 0)
    return procedure.new_return_values(Gimp.PDBStatusType.EXECUTION_ERROR, error)
