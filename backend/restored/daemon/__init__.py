"""The `restored` daemon: one process per user that holds the models and serves plug-ins and the command line.

Light to import: only zmq and the standard library, so that the daemon answers `hello` at once; the engine is imported by a
thread afterwards.
"""

from .entry import main, serve

__all__ = ["main", "serve"]
