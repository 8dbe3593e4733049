"""Only the newest request runs, after a pause; what it supersedes neither delivers nor goes on."""

import threading
import time

from restored_client.desk.latest import Latest


def test_a_burst_runs_once_with_the_last_value():
    ran, done = [], threading.Event()

    def work(value, superseded):
        ran.append(value)
        return value.upper()

    def deliver(value, result, error):
        assert (result, error) == (value.upper(), None)
        done.set()

    latest = Latest(work, deliver, delay=0.03)
    for value in ("d", "de", "der", "derain"):
        latest.ask(value)
    assert done.wait(2)
    latest.close()
    assert ran == ["derain"]


def test_waits_for_the_pause():
    started = threading.Event()
    latest = Latest(lambda value, superseded: started.set(), lambda *a: None, delay=0.2)
    began = time.monotonic()
    latest.ask(1)
    assert started.wait(2)
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

    def deliver(value, result, error):
        delivered.append(result)
        done.set()

    latest = Latest(work, deliver, delay=0)
    latest.ask("slow")
    assert first_runs.wait(2)
    latest.ask("next")
    assert done.wait(2)
    latest.close()
    assert delivered == ["next"]


def test_an_exception_is_delivered_and_the_thread_lives_on():
    answers, got = [], threading.Semaphore(0)

    def work(value, superseded):
        return 1 // value

    def deliver(value, result, error):
        answers.append((result, type(error)))
        got.release()

    latest = Latest(work, deliver, delay=0)
    latest.ask(0)
    assert got.acquire(timeout=2)
    latest.ask(1)
    assert got.acquire(timeout=2)
    latest.close()
    assert answers == [(None, ZeroDivisionError), (1, type(None))]


def test_drop_and_close_deliver_nothing():
    delivered = []
    latest = Latest(lambda value, superseded: value, lambda *a: delivered.append(a), delay=0.05)
    latest.ask(1)
    latest.drop()
    time.sleep(0.1)
    latest.ask(2)
    latest.close()
    time.sleep(0.1)
    assert delivered == []
