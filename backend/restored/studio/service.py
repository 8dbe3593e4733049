"""This machine's engine and those of paired machines behind the same verbs: who does a job is decided here, and said with it.

Nothing is silently here or silently there. A job that a machine was asked for and did not do is sent to it once more when its
link broke, and is then done here; the answer's device line says which, and why.
"""

import logging
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from restored.ground.errors import Cancelled
from restored.service.protocol import IsCancelled, Say, Service, Tell
from restored_client.desk.device import in_short
from restored_client.wire.errors import ClientError
from restored_client.wire.order import Answer, Order
from restored_client.wire.pixels import Pixels

from .book import Machine, Machines
from .connection import Declined, LinkLost, Road, Unreached
from .forms import CLAUSES
from .keys import KeyPair, StudioError
from .link import Link
from .links import Links, MachineState
from .speeds import HERE, Speeds, shown, work_of

log: Final = logging.getLogger("restored.daemon.studio")

TRIES: Final = 2
"""How often a job is sent to a machine whose link breaks."""
CALLS: Final = 2
"""How often such a machine is called for that."""


@dataclass(frozen=True, slots=True)
class KeptThere:
    """A result that another machine keeps for `adjust`. fits: its width, height, channels and depth."""

    machine: Machine
    job: str
    fits: tuple[int, int, int, str]
    answer: Answer

    @property
    def nbytes(self) -> int:
        return 1 << 12


class StudioService:
    """A Service. local: this machine's. road: how paired machines are reached."""

    def __init__(self, local: Service, machines: Machines, keys: Callable[[], KeyPair], road: Road) -> None:
        self.local = local
        self._machines = machines
        self._links = Links(keys, road)
        self._speeds = Speeds()

    # --- what is always this machine's ---

    def tasks(self) -> list[dict[str, str]]:
        return self.local.tasks()

    def models(self) -> list[dict[str, Any]]:
        return self.local.models()

    def opened(self) -> list[str]:
        return self.local.opened()

    def explain(self, text: str, context: Pixels | None, previous: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        return self.local.explain(text, context, previous)

    def region(self, region: Mapping[str, Any], order: Order, tell: Tell, cancelled: IsCancelled) -> Pixels:
        return self.local.region(region, order, tell, cancelled)

    def load(self, say: Say) -> None:
        for machine in self._paired() if self._machines_use() != "never" else ():
            self._links.look_for(machine)
        self.local.load(say)

    def unload(self) -> None:
        self.local.unload()
        self._links.drop_idle()

    # --- what may be another's ---

    def device(self) -> str:
        line, use, paired = self.local.device(), self._machines_use(), self._paired()
        if use == "never" or not paired:
            return line
        for machine in paired:
            state = self._links.state(machine)
            if state.known and not state.trouble:
                when = " when that is faster" if use == "faster" else ""
                return f"{_gpu(state)} in {machine.name}{when}, else {line}"
        return _because(line, self._links.state(paired[0]).trouble or f"{paired[0].name} has not answered yet")

    def restore(self, order: Order, tell: Tell, cancelled: IsCancelled) -> Answer:
        pixels = order.pixels.width * order.pixels.height * order.scale**2
        work = work_of((order.plan or {}).get("steps", ()), order.scale, order.quality)
        machines, words = self._choose(order, work, pixels)
        loss = ""
        for machine in machines:
            answer, trouble = self._try(machine, order, tell, cancelled)
            if answer is not None:
                return self._done_there(machine, answer, pixels, order)
            words = _Words(because=trouble)
            loss = trouble
            tell(None, f"Working on this machine, because {trouble}")
        start = time.perf_counter()
        answer = self.local.restore(order, tell, cancelled)
        seconds = time.perf_counter() - start
        if answer.changed:
            self._speeds.learn(HERE, work_of(answer.plan.get("steps", ()), order.scale, order.quality), pixels, seconds)
        message = " ".join(filter(None, (answer.message, f"This machine did it, because {loss}." if loss else "")))
        return replace(answer, device=words.on(answer.device, seconds), message=message)

    def adjust(self, kept: Any, strength: float | None, mask: Pixels | None, texture: float | None = None) -> Answer:
        if not isinstance(kept, KeptThere):
            return self.local.adjust(kept, strength, mask, texture)
        job = uuid.uuid4().hex
        try:
            answer = self._links.use(
                kept.machine, lambda link: link.adjust(job, kept.job, kept.fits, mask, strength=strength, texture=texture)
            )
        except (LinkLost, Declined) as error:
            sentence = f"The earlier result lies on {kept.machine.name} and cannot be had, because {error}. Please restore again."
            raise ClientError("expired", sentence) from error
        return replace(answer, device=kept.answer.device, kept=kept)

    # --- there ---

    def _try(self, machine: Machine, order: Order, tell: Tell, cancelled: IsCancelled) -> tuple[Answer | None, str]:
        """The answer of a machine, or None and why there is none."""
        job, trouble = uuid.uuid4().hex, ""
        sha256 = self._sha256(order.model)
        if sha256 is None:
            return None, f"{machine.name} can only be asked for models that are installed here"
        start = time.perf_counter()
        sent = called = 0
        while True:
            if cancelled():
                raise Cancelled
            try:
                answer = self._links.use(machine, lambda link: self._ask(link, job, order, sha256, tell, cancelled))
            except LinkLost as error:
                log.info("a job is not done in %s: %s", machine.name, error)
                if isinstance(error, Unreached):
                    called += 1
                else:
                    sent, trouble = sent + 1, str(error)
                # a machine that never answered is not waited for; one that fell silent in a job may need a moment to come back
                if sent == TRIES or called == CALLS or not sent:
                    return None, str(error)
                tell(None, f"Asking {machine.name} once more, because {trouble}")
                continue
            except Declined as error:
                log.info("a job is not done in %s: %s", machine.name, error)
                return None, str(error)
            fits = (
                order.pixels.width * order.scale,
                order.pixels.height * order.scale,
                order.pixels.channels,
                order.pixels.depth,
            )
            seconds = time.perf_counter() - start
            answer = replace(answer, seconds=seconds)
            return replace(answer, kept=KeptThere(machine, job, fits, answer) if order.keep else None), ""

    def _ask(self, link: Link, job: str, order: Order, sha256: str, tell: Tell, cancelled: IsCancelled) -> Answer:
        if link.hello.get("state") == "ready" and not link.has(sha256) and not (link.greet() and link.has(sha256)):
            raise Declined(CLAUSES["weights"].format(link.machine.name))

        def hear(fraction: float | None, words: str, x: int = 0, y: int = 0, piece: Pixels | None = None) -> None:
            tell(fraction, f"{words} ({link.machine.name})" if words else "", x, y, piece)

        return link.restore(job, order, sha256, hear, cancelled)

    def _done_there(self, machine: Machine, answer: Answer, pixels: int, order: Order) -> Answer:
        work = work_of(answer.plan.get("steps", ()), order.scale, order.quality)
        here = self._speeds.guess(HERE, work, pixels)
        if answer.changed:
            self._speeds.learn(machine.key, work, pixels, answer.seconds)
        state = self._links.state(machine)
        if answer.device:
            state.known = {**state.known, "device": answer.device}
        gpu = _gpu(state)
        line = f"{gpu} in {machine.name}, {shown(answer.seconds)}"
        answer = replace(answer, device=line if here is None else f"{line}; this machine would need {shown(here)}")
        if isinstance(answer.kept, KeptThere):
            answer = replace(answer, kept=replace(answer.kept, answer=replace(answer, pixels=None, kept=None)))
        return answer

    # --- who ---

    def _choose(self, order: Order, work: str, pixels: int) -> tuple[list[Machine], "_Words"]:
        """The machines to ask, the fastest first, and what to say when none is."""
        use = self._machines_use()
        if use == "never" or order.device not in (None, "auto"):
            return [], _Words()
        chosen: list[tuple[float, Machine]] = []
        words = _Words()
        here = self._speeds.guess(HERE, work, pixels)
        for machine in self._paired():
            state = self._links.state(machine)
            if state.trouble and (use != "always" or time.monotonic() < state.until):
                words = _Words(because=state.trouble)
                self._links.look_for(machine)
                continue
            there = self._speeds.guess(machine.key, work, pixels)
            if (
                use == "faster"
                and here is not None
                and there is not None
                and there >= here
                and not self._speeds.stale(machine.key)
            ):
                words = _Words(slower=f"{machine.name} would need {shown(there)}")
            else:
                chosen.append((0.0 if there is None else there, machine))
        return [machine for _, machine in sorted(chosen, key=lambda each: each[0])], words

    def _paired(self) -> tuple[Machine, ...]:
        try:
            return self._machines.entries()
        except StudioError as error:
            log.error("%s", error)
            return ()

    def _machines_use(self) -> str:
        try:
            return self._machines.use
        except StudioError:
            return "never"

    def _sha256(self, name: str | None) -> str | None:
        """The hash of an installed model; of the default, when none is named."""
        usable = (model for model in self.local.models() if "error" not in model and name in (None, model["name"]))
        found = next(usable, {}).get("sha256")
        return found if isinstance(found, str) else None


@dataclass(frozen=True, slots=True)
class _Words:
    """Why a job is done here: because of trouble with the machines that could have, or because they would be slower."""

    because: str = ""
    slower: str = ""

    def on(self, line: str, seconds: float) -> str:
        """A device line that says so."""
        if self.because:
            return _because(line, self.because)
        return _beside(line, f"{shown(seconds)}; {self.slower}") if self.slower else line


def _because(line: str, trouble: str) -> str:
    return _beside(line, f"because {trouble}")


def _beside(line: str, words: str) -> str:
    """Words put where a window's short line still shows them: behind the machine, before how it computes."""
    short = in_short(line)
    return f"{short}, {words}{line[len(short) :]}"


def _gpu(state: MachineState) -> str:
    return in_short(str(state.known.get("device", ""))) or "the engine"
