#!/usr/bin/env python3
"""GIMP 3 plug-in: Filters ▸ Restore with instruction…  The work is in restore_gimp/ and restored_client/, which lie beside."""

import sys
from pathlib import Path

import gi

gi.require_version("Gimp", "3.0")
from gi.repository import Gimp

HERE = Path(__file__).resolve().parent
# beside this file when installed; one folder up in a checkout
sys.path[:0] = [str(HERE), str(HERE.parent)]

from restore_gimp import entries


class RestoreWithInstruction(Gimp.PlugIn):
    def do_query_procedures(self):
        return list(entries.NAMES)

    def do_set_i18n(self, _name):
        # our own catalogue translates, in whatever language GIMP runs in
        return False

    def do_create_procedure(self, name):
        return entries.create(self, name)


Gimp.main(RestoreWithInstruction.__gtype__, sys.argv)
