"""Starting and ending the daemon process."""

import contextlib
import logging
import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from restored.ground.errors import RestoredError
from restored.offline import stay_offline
from restored.seal import seal
from restored.service.protocol import Service
from restored_client.session.paths import runtime_dir

from .logs import NAME, open_log
from .runtime_folder import AlreadyRunning, RuntimeFolder
from .settings import DaemonSettings, read_settings

if TYPE_CHECKING:
    from restored.studio.connection import Road

MOST_DESCRIPTORS: Final = 16_384
"""libzmq ends the process when a unix socket has no descriptor left for a newcomer."""


def serve(settings: DaemonSettings | None = None, work: Service | None = None) -> bool:
    """Serve in this process's main thread until SIGTERM, SIGINT, a shutdown request or idleness ends it.

    work: another engine than the one `settings` names. Returns False when a thread is still at work: the process should then
    end without waiting for it. Raises AlreadyRunning; OSError when the runtime folder cannot be used.
    """
    from .server import Server

    settings = settings or DaemonSettings()
    log = open_log()
    runtime = RuntimeFolder()
    road = _road()
    runtime.enter()
    try:
        stay_offline()
        server = Server(_with_machines(work or _engine(settings.engine), road), settings, runtime)
        seal()
        for name in ("SIGTERM", "SIGINT", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda *_: server.end())
        signal.set_wakeup_fd(server.button.fileno(), warn_on_full_buffer=False)
        return server.run()
    except Exception:  # for the log: nobody sees what a daemon writes to its own stderr later
        log.exception("the daemon cannot go on")
        raise
    finally:
        with contextlib.suppress(ValueError):
            signal.set_wakeup_fd(-1)
        runtime.leave()


def main(arguments: Sequence[str] | None = None) -> int:
    """`restored serve [options]`: 0 when it ended as asked or another daemon was there first, else 1."""
    arguments = sys.argv[1:] if arguments is None else arguments
    settings = read_settings([word for word in arguments if word != "serve"])
    if os.name == "posix":
        _allow_many_descriptors()
        os.umask(0o077)  # the folder keeps others out already; lock, socket and log need not rely on it
    if sys.stderr and sys.stderr.isatty():
        print("The restoration daemon serves in this terminal; Ctrl+C ends it.", file=sys.stderr)
        if settings.listen is not None:
            print(f"Machines that are paired may ask at port {settings.listen[1]}; “restored pair” lets one in.", file=sys.stderr)
    try:
        if not serve(settings):
            # a thread deep inside a library would be torn down under it: end at once instead
            os._exit(0)
    except AlreadyRunning:
        if settings.listen is not None:
            print("The restoration daemon runs already. Run “restored daemon stop” first, then this again.", file=sys.stderr)
            return 1
        print("The restoration daemon is already running.", file=sys.stderr)
    except RestoredError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The restoration daemon cannot use its folder “{runtime_dir()}”: {error.strerror or error}.", file=sys.stderr)
        return 1
    return 0


def _allow_many_descriptors() -> None:
    """As many open files as this process may have, up to a few thousand: each client takes one."""
    import resource

    with contextlib.suppress(OSError, ValueError):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, MOST_DESCRIPTORS)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _road() -> "Road | None":
    """How paired machines are reached; None when there is none. Before this process has threads, or a lock that a child would
    share."""
    from restored.studio.book import anything_paired

    try:
        if not anything_paired():
            return None
    except RestoredError as error:
        logging.getLogger(NAME).error("%s", error)
        return None
    from restored.studio.connection import Direct
    from restored.studio.gate import Gate, needed

    return Gate.start() if needed() else Direct()


def _with_machines(local: Service, road: "Road | None") -> Service:
    """This machine's engine, and those of paired machines where there are any."""
    if road is None:
        return local
    from restored.studio.book import Machines
    from restored.studio.keys import own_keys
    from restored.studio.service import StudioService

    return StudioService(local, Machines(), own_keys, road)


def _engine(name: str) -> Service:
    if name == "echo":
        from .echo import Echo

        return Echo()
    from restored.service import LocalService

    return LocalService()
