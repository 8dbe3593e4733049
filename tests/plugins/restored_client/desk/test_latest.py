"""Only the newest request runs, after a pause; what it supersedes neither delivers nor goes on."""

import threading
import time

from restored_client.desk.latest import Latest

PATIENCE = 60
"""Seconds to wait for what takes milliseconds on an idle machine."""


class Busy:
    """A `Latest` whose worker is held at the value "hold" until it is let go, so that what is asked meanwhile waits however slow
    the machine is."""

    def __init__(self, delay=0.0):
        self.ran, self.delivered = [], []
        self._held, self._go, self._last = threading.Event(), threading.Event(), threading.Event()
        self.latest = Latest(self._work, self._deliver, delay=delay)
        self.latest.ask("hold", delay=0)
        assert self._held.wait(PATIENCE)

    def _work(self, value, superseded):
        if value == "hold":
            self._held.set()
            assert self._go.wait(PATIENCE)
        else:
            self.ran.append(value)
        return value.upper()

    def _deliver(self, value, result, error, superseded):
        assert (result, error) == (value.upper(), None)
        self.delivered.append(value)
        if value == "last":
            self._last.set()

    def let_go(self):
        self._go.set()

    def end(self):
        """Until one more request was delivered, so that nothing asked before it is still to come."""
        self.latest.ask("last", delay=0)
        assert self._last.wait(PATIENCE)
        self.latest.close(PATIENCE)


def test_a_burst_runs_once_with_the_last_value():
    busy = Busy()
    for value in ("d", "de", "der", "last"):
        busy.latest.ask(value)
    busy.let_go()
    assert busy._last.wait(PATIENCE)
    busy.latest.close(PATIENCE)
    assert busy.ran == busy.delivered == ["last"]


def test_waits_for_the_pause():
    started = threading.Event()
    latest = Latest(lambda value, superseded: started.set(), lambda *a: None, delay=0.2)
    began = time.monotonic()
    latest.ask(1)
    assert started.wait(PATIENCE)
    assert time.monotonic() - began >= 0.19
    latest.close()


def test_running_work_is_told_and_its_result_is_dropped():
    first_runs, delivered, done = threading.Event(), [], threading.Event()

    def work(value, superseded):
        if value == "slow":
            first_runs.set()
            while not superseded():
                time.sleep(0.005)
        return value

    def deliver(value, result, error, superseded):
        delivered.append(result)
        done.set()

    latest = Latest(work, deliver, delay=0)
    latest.ask("slow")
    assert first_runs.wait(PATIENCE)
    latest.ask("next")
    assert done.wait(PATIENCE)
    latest.close()
    assert delivered == ["next"]


def test_an_exception_is_delivered_and_the_thread_lives_on():
    answers, got = [], threading.Semaphore(0)

    def work(value, superseded):
        return 1 // value

    def deliver(value, result, error, superseded):
        answers.append((result, type(error)))
        got.release()

    latest = Latest(work, deliver, delay=0)
    latest.ask(0)
    assert got.acquire(timeout=PATIENCE)
    latest.ask(1)
    assert got.acquire(timeout=PATIENCE)
    latest.close()
    assert answers == [(None, ZeroDivisionError), (1, type(None))]


def test_what_was_dropped_is_not_delivered():
    busy = Busy()
    busy.latest.ask("dropped")
    busy.latest.drop()
    busy.let_go()
    busy.end()
    assert busy.ran == busy.delivered == ["last"]


def test_what_runs_while_it_is_dropped_is_not_delivered():
    busy = Busy()
    busy.latest.drop()
    busy.let_go()
    busy.end()
    assert busy.delivered == ["last"]


def test_after_the_end_nothing_is_delivered():
    busy = Busy()
    busy.latest.ask("too late")
    busy.latest.close(timeout=0)
    busy.let_go()
    busy.latest.close(PATIENCE)
    assert busy.ran == busy.delivered == []
