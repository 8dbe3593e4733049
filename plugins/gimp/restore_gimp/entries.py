"""What GIMP can call: the procedures with their arguments, and what each run mode does."""

import sys

import gi

gi.require_version("Gegl", "0.4")
from gi.repository import Gegl, Gimp, GLib, GObject

from restored_client.desk.history import LastWish
from restored_client.desk.wish import NEW_LAYER, REPLACE, SCALES, Wish
from restored_client.wire.errors import Cancelled, RestoredError

from . import headless, layers, recipes
from .words import Refusal, _, unexpected

RESTORE = "plug-in-restore-with-instruction"
REPEAT = "plug-in-restore-with-instruction-repeat"
READWRITE = GObject.ParamFlags.READWRITE


def create(plug_in, name):
    """The Gimp.ImageProcedure of one of our names."""
    procedure = Gimp.ImageProcedure.new(
        plug_in, name, Gimp.PDBProcType.PLUGIN, _run_restore if name == RESTORE else _run_repeat, None
    )
    # what can never be restored is grey in the menu, and its tooltip says why
    procedure.set_image_types("RGB*, GRAY*")
    procedure.set_sensitivity_mask(Gimp.ProcedureSensitivityMask.DRAWABLE)
    procedure.set_attribution("Restore with instruction", "Restore with instruction", "2026")
    if name == RESTORE:
        procedure.set_menu_label(_("Restore with _instruction…"))
        procedure.set_documentation(
            _("Say what is wrong with the photograph; get the layer back restored"),
            _(
                "Understands an instruction such as “remove the rain and brighten it” and restores the layer, or what is "
                "selected of it, on this computer. “output” is new-layer or replace; a “scale” of 2 or 4 opens the enlarged "
                "layer as a new image."
            ),
            name,
        )
        procedure.add_string_argument(
            "instruction", _("_Instruction"), _("What is wrong with the picture, in English"), "", READWRITE
        )
        procedure.add_double_argument("strength", _("_Strength"), _("How much of the change is kept"), 0.0, 1.0, 1.0, READWRITE)
        _add_output(procedure)
        procedure.add_int_argument("scale", _("Si_ze"), _("1, 2 or 4 times the size"), 1, 4, 1, READWRITE)
        procedure.add_string_argument(
            "plan",
            _("Plan"),
            _("The steps to carry out, as JSON, instead of what the instruction means"),
            "",
            READWRITE,
        )
        procedure.add_string_argument("model", _("Model"), _("Name of the model; empty for the usual one"), "", READWRITE)
    else:
        procedure.set_menu_label(_("Restore: _repeat on this layer"))
        procedure.set_documentation(
            _("Restore this layer as it, or another layer of the image, was restored before"),
            _("Reads the recipe that a restored layer carries: instruction, plan, strength and model."),
            name,
        )
        _add_output(procedure)
    procedure.add_menu_path("<Image>/Filters")
    if name == RESTORE:
        procedure.add_menu_path("<Image>/Filters/Enhance")
    procedure.add_layer_return_value(
        "result", _("Result"), _("The layer with the result, none if nothing changed"), True, READWRITE
    )
    return procedure


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
        wish = _wish(config)
        given = headless.run(image, drawables, wish, show=run_mode != Gimp.RunMode.NONINTERACTIVE)
        if given.layer is not None and run_mode != Gimp.RunMode.NONINTERACTIVE:
            LastWish().keep(wish)
        return given

    return _answer(procedure, run_mode, work)


def _run_repeat(procedure, run_mode, image, drawables, config, _data):
    def work():
        wish = recipes.for_repeating(image, layers.the_layer(drawables), config.get_property("output"))
        given = headless.run(image, drawables, wish, show=run_mode != Gimp.RunMode.NONINTERACTIVE)
        if given.layer is not None:
            LastWish().keep(wish)
        return given

    return _answer(procedure, run_mode, work)


def _wish(config):
    scale = config.get_property("scale")
    if scale not in SCALES:
        raise Refusal(_("The scale must be 1, 2 or 4."))
    return Wish(
        instruction=config.get_property("instruction"),
        plan=recipes.plan_in(config),
        strength=config.get_property("strength"),
        output=config.get_property("output"),
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
        if interactive and procedure.get_name() != REPEAT:
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
