"""What GIMP can call: the procedures with their arguments, and what each run mode does."""

import sys

import gi

gi.require_version("Gegl", "0.4")
from gi.repository import Gegl, Gimp, GLib, GObject

from restored_client.desk.history import LastWish
from restored_client.desk.wish import NEW_LAYER, REPLACE, SCALES, Wish
from restored_client.wire.errors import Cancelled, RestoredError

from . import apply, headless, layers, recipes, tools
from .words import Refusal, _, unexpected

RESTORE = "plug-in-restore-with-instruction"
REPEAT = RESTORE + "-repeat"
ADJUST = RESTORE + "-adjust"
VISIBLE = RESTORE + "-visible"

NAMES = (RESTORE, REPEAT, ADJUST, VISIBLE, *tools.NAMES)

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
    }[name]
    procedure = Gimp.ImageProcedure.new(plug_in, name, Gimp.PDBProcType.PLUGIN, work, None)
    # what can never be restored is grey in the menu
    procedure.set_image_types("RGB*, GRAY*")
    mask = Gimp.ProcedureSensitivityMask
    procedure.set_sensitivity_mask(mask.DRAWABLE | mask.DRAWABLES | mask.NO_DRAWABLES if name == VISIBLE else mask.DRAWABLE)
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
            "selected of it, on this computer. “output” is new-layer or replace; a “scale” of 2 or 4 opens the enlarged "
            "layer as a new image."
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


def _describe_repeat(procedure):
    procedure.set_menu_label(_("Restore: _repeat on this layer"))
    procedure.set_documentation(
        _("Restore this layer as it was restored before, or as the last one was, of whatever image"),
        _("Reads the recipe that a restored layer carries: instruction, plan, strength and model."),
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
    wrong = _("What is wrong with the picture, in English")
    procedure.add_string_argument("instruction", _("_Instruction"), wrong, "", READWRITE)
    procedure.add_double_argument("strength", _("_Strength"), _("How much of the change is kept"), 0.0, 1.0, 1.0, READWRITE)
    if not placed:
        _add_output(procedure)
        procedure.add_int_argument("scale", _("Si_ze"), _("1, 2 or 4 times the size"), 1, 4, 1, READWRITE)
    steps = _("The steps to carry out, as JSON, instead of what the instruction means")
    procedure.add_string_argument("plan", _("Plan"), steps, "", READWRITE)
    procedure.add_string_argument("model", _("Model"), _("Name of the model; empty for the usual one"), "", READWRITE)


def _add_output(procedure):
    choice = Gimp.Choice.new()
    choice.add(NEW_LAYER, 0, _("New layer"), _("Put the result on a new layer above"))
    choice.add(REPLACE, 1, _("Replace"), _("Change the layer itself"))
    procedure.add_choice_argument("output", _("_Output"), _("Where the result goes"), choice, NEW_LAYER, READWRITE)


def _run_restore(procedure, run_mode, image, drawables, config, _data):
    def work():
        if run_mode == Gimp.RunMode.INTERACTIVE:
            from . import window

            return window.run(image, drawables, config)
        return _headless(apply.Target(image, layers.the_layer(drawables)), _wish(config), run_mode)

    return _answer(procedure, run_mode, work)


def _run_visible(procedure, run_mode, image, _drawables, config, _data):
    def work():
        if run_mode == Gimp.RunMode.INTERACTIVE:
            from . import window

            return window.run_visible(image, config)
        return _headless(apply.visible(image), _wish(config), run_mode)

    return _answer(procedure, run_mode, work)


def _run_adjust(procedure, run_mode, image, drawables, config, _data):
    def work():
        layer = layers.the_layer(drawables)
        target, recipe = apply.of_result(image, layer)
        if run_mode == Gimp.RunMode.INTERACTIVE:
            from . import window

            return window.run(image, [layer], config)
        wish = _wish(config)
        if not wish.instruction.strip() and wish.plan is None:
            wish = recipes.wish_of(recipe, NEW_LAYER)._replace(strength=wish.strength)
        return _headless(target, wish._replace(output=NEW_LAYER, scale=1), run_mode)

    return _answer(procedure, run_mode, work)


def _run_repeat(procedure, run_mode, image, drawables, config, _data):
    def work():
        layer = layers.the_layer(drawables)
        wish = recipes.for_repeating(image, layer, config.get_property("output"))
        return _headless(apply.Target(image, layer), wish, run_mode)

    return _answer(procedure, run_mode, work)


def _headless(target, wish, run_mode):
    """Without a window; what a person asked for so is what is repeated next."""
    scripted = run_mode == Gimp.RunMode.NONINTERACTIVE
    given = headless.run(target, wish, show=not scripted)
    if given.layer is not None and not scripted:
        LastWish().keep(wish)
    return given


def _wish(config):
    placed = config.find_property("output") is None  # a result that is adjusted
    scale = 1 if placed else config.get_property("scale")
    if scale not in SCALES:
        raise Refusal(_("The scale must be 1, 2 or 4."))
    return Wish(
        # a script that leaves it out gives None or "", as GIMP pleases
        instruction=config.get_property("instruction") or "",
        plan=recipes.plan_in(config),
        strength=config.get_property("strength"),
        output=NEW_LAYER if placed else config.get_property("output"),
        scale=scale,
        model=config.get_property("model") or None,
    )


def _answer(procedure, run_mode, work):
    """Run `work` and tell GIMP how it ended. Whatever fails, the user reads a sentence and the image is as it was.

    A script that calls us reads the sentence in the error, or where GIMP prints messages; no window is opened for it.
    """
    status = Gimp.PDBStatusType
    interactive = run_mode == Gimp.RunMode.INTERACTIVE
    # not earlier: GIMP asks every plug-in for its procedures when it starts, and GEGL takes longer to load than all of this one
    Gegl.init(None)
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
        return _failure(procedure, str(problem))
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
