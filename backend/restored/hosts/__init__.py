"""Plug-ins into hosts: find every GIMP 3 and Krita of this user, install, update, remove, report."""

from .adapters import PluginError, Record, build, build_zip, executable
from .install import Placement, install, status, uninstall
from .plugin_folders import Host, HostPlace, System, at, find

__all__ = [
    "Host",
    "HostPlace",
    "Placement",
    "PluginError",
    "Record",
    "System",
    "at",
    "build",
    "build_zip",
    "executable",
    "find",
    "install",
    "status",
    "uninstall",
]
