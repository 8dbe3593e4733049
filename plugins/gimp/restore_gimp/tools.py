"""Procedures that are about the restoration engine and no image: a report, its memory, its end, the manual."""

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp, GLib, GObject

from restored_client.desk.desk import Desk
from restored_client.desk.report import report
from restored_client.desk.requests import NoRequests
from restored_client.desk.state import OPENING
from restored_client.session import Session
from restored_client.wire.errors import ClientError

from .words import CATALOGUE, _

REPORT = "plug-in-restore-with-instruction-report"
UNLOAD = "plug-in-restore-with-instruction-unload"
STOP = "plug-in-restore-with-instruction-stop"
HELP = "plug-in-restore-with-instruction-help"

NAMES = (REPORT, UNLOAD, STOP, HELP)


def create(plug_in, name):
    """The procedure of one of NAMES."""
    label, words = {
        REPORT: (_("Restore: _report a problem…"), _("What a problem report needs: versions, device, the last failure")),
        UNLOAD: (_("Restore: _free the memory"), _("Give the memory of the restoration engine's models back now")),
        STOP: (_("Restore: _end the engine"), _("End the restoration engine; it starts again when it is needed")),
        HELP: (_("Restore: _manual"), _("How to restore photographs with an instruction")),
    }[name]
    procedure = Gimp.Procedure.new(plug_in, name, Gimp.PDBProcType.PLUGIN, _run, name)
    procedure.set_menu_label(label)
    procedure.set_documentation(words, words, name)
    procedure.set_attribution("Restore with instruction", "Restore with instruction", "2026")
    modes, flags = Gimp.RunMode, GObject.ParamFlags.READWRITE
    procedure.add_enum_argument("run-mode", _("Run mode"), _("Whether a window may be shown"), modes, modes.INTERACTIVE, flags)
    procedure.add_string_return_value("words", _("Words"), _("The report, or what was done"), "", flags)
    procedure.add_menu_path("<Image>/Help")
    return procedure


def _run(procedure, config, name):
    interactive = config.get_property("run-mode") == Gimp.RunMode.INTERACTIVE
    try:
        words = {REPORT: _report, UNLOAD: _unload, STOP: _stop, HELP: _manual}[name](interactive)
    except ClientError as problem:
        error = GLib.Error.new_literal(Gimp.PlugIn.error_quark(), CATALOGUE.sentence(problem.sentence), 0)
        return procedure.new_return_values(Gimp.PDBStatusType.EXECUTION_ERROR, error)
    if interactive and name in (UNLOAD, STOP):
        Gimp.message(words)
    values = procedure.new_return_values(Gimp.PDBStatusType.SUCCESS, None)
    values.remove(1)
    values.insert(1, GObject.Value(GObject.TYPE_STRING, words))
    return values


def host():
    """This GIMP, for a report."""
    return "GIMP " + Gimp.version()


def _report(interactive):
    desk = Desk(NoRequests(), CATALOGUE)
    try:
        with Session.open(client="gimp", start=False) as session:
            desk.greeted(session.hello)
    except ClientError as problem:
        desk.failed(problem, OPENING)
    words = report(host(), desk)
    if interactive:
        from .refused import show_report

        show_report(words)
    return words


def _unload(_interactive):
    with Session.open(client="gimp", start=False) as session:
        session.unload()
    return _("The memory was given back.")


def _stop(_interactive):
    with Session.open(client="gimp", start=False) as session:
        session.shutdown()
    return _("The restoration engine was ended.")


def _manual(interactive):
    from . import help

    if interactive:
        help.open_manual(None)
    return str(help.MANUAL)
