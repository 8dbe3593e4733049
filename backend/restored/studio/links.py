"""The connections to paired machines: those that stand are used again, and a machine that was away is looked for now and then."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from restored.ground.errors import RestoredError

from .book import Machine
from .connection import Declined, LinkLost, Road
from .keys import KeyPair
from .link import Link

log: Final = logging.getLogger("restored.daemon.studio")

REST: Final = 10.0
"""Seconds before a machine that was away is looked for again; doubled each time, up to MOST_REST."""
MOST_REST: Final = 60.0
IDLE_LINKS: Final = 2

Out = TypeVar("Out")


@dataclass(slots=True)
class MachineState:
    """What is known of a machine. trouble: goes on "because ..."; empty when it answered last. until: when to look again."""

    known: Mapping[str, Any] = field(default_factory=dict)
    trouble: str = ""
    until: float = 0.0
    rest: float = REST
    looking: bool = False
    idle: list[Link] = field(default_factory=list)


class Links:
    """Thread-safe. road: how paired machines are reached; keys: this machine's."""

    def __init__(self, keys: Callable[[], KeyPair], road: Road) -> None:
        self._keys = keys
        self._road = road
        self._states: dict[str, MachineState] = {}
        self._lock = threading.Lock()

    def state(self, machine: Machine) -> MachineState:
        """What is known of a machine."""
        with self._lock:
            return self._states.setdefault(machine.key, MachineState())

    def drop_idle(self) -> None:
        """End the connections that nobody uses now."""
        for state in list(self._states.values()):
            self._drop_idle(state)

    def use(self, machine: Machine, do: Callable[[Link], Out]) -> Out:
        """Do something over a connection that stands, or a new one. Raises LinkLost, Declined."""
        link = self._take(machine)
        try:
            done = do(link)
        except (LinkLost, Declined) as error:
            link.close()
            if isinstance(error, LinkLost):
                self._note(machine, str(error))
                self._drop_idle(self.state(machine))  # what broke one has most likely broken the others
            raise
        except RestoredError:  # the order's own, or Cancelled: the connection is as it was
            self._give_back(machine, link)
            raise
        except BaseException:
            link.close()
            raise
        self._give_back(machine, link)
        return done

    def look_for(self, machine: Machine) -> None:
        """See in a thread of its own whether a machine is there (again), so that no job waits for one that is not."""
        state = self.state(machine)
        with self._lock:
            if state.looking or time.monotonic() < state.until:
                return
            state.looking = True

        def look() -> None:
            try:
                self._give_back(machine, self._take(machine))
            except (LinkLost, Declined, RestoredError) as error:
                log.info("%s", error)
            finally:
                state.looking = False

        threading.Thread(target=look, name="look", daemon=True).start()

    def _take(self, machine: Machine) -> Link:
        state = self.state(machine)
        while True:
            with self._lock:
                link = state.idle.pop() if state.idle else None
            if link is None:
                break
            if link.alive and link.machine == machine:
                return link
            link.close()
        try:
            link = Link.open(machine, self._keys(), self._road)
        except (LinkLost, Declined) as error:
            self._note(machine, str(error))
            raise
        state.known, state.trouble, state.rest = link.hello, "", REST
        return link

    def _give_back(self, machine: Machine, link: Link) -> None:
        state = self.state(machine)
        with self._lock:
            if len(state.idle) < IDLE_LINKS:
                state.idle.append(link)
                return
        link.close()

    def _drop_idle(self, state: MachineState) -> None:
        with self._lock:
            links, state.idle = state.idle, []
        for link in links:
            link.close()

    def _note(self, machine: Machine, trouble: str) -> None:
        state = self.state(machine)
        state.trouble = trouble
        state.until = time.monotonic() + state.rest
        state.rest = min(2 * state.rest, MOST_REST)
