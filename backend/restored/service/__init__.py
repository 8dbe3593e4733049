"""Order -> answer: understanding, picture and engine behind one call. Daemon, command, Python API, batch and archive stand on it.

Light to import: the engine comes with the first order, or with `load`.
"""

from .local import LocalService
from .protocol import IsCancelled, Keepable, Say, Service, Tell

__all__ = ["IsCancelled", "Keepable", "LocalService", "Say", "Service", "Tell"]
