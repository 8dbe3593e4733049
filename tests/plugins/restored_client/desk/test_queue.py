"""Jobs take turns in the order that a person gives them; each can be cancelled by itself; the time left is reckoned by pixels."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restored_client.desk.queue import CANCELLED, DONE, FAILED, RUNNING, WAITING, Queue, QueuedRestoration
from restored_client.wire.errors import Cancelled


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def jobs(queue: Queue, count: int) -> list[QueuedRestoration]:
    made = [QueuedRestoration(f"picture {number}") for number in range(count)]
    for job in made:
        queue.give(job)
    return made


def test_jobs_are_done_in_the_order_in_which_they_were_given():
    queue = Queue()
    made = jobs(queue, 3)
    taken = []
    while (job := queue.take(wait=False)) is not None:
        assert job.state == RUNNING
        taken.append(job)
        queue.finish(job, DONE)
    assert taken == made
    assert queue.unfinished == []


def test_front_and_back():
    queue = Queue()
    first, second, third = jobs(queue, 3)
    assert queue.take(wait=False) is first
    assert queue.to_front(third)
    assert queue.unfinished == [first, third, second]
    assert queue.to_back(third)
    assert queue.unfinished == [first, second, third]
    assert not queue.to_front(first), "what runs cannot be moved"
    urgent = QueuedRestoration("urgent")
    queue.give(urgent, front=True)
    assert queue.unfinished == [first, urgent, second, third]


def test_a_job_that_waits_is_cancelled_at_once_and_one_that_runs_by_itself():
    told = []
    queue = Queue(lambda job: told.append((job.title, job.state)))
    first, second, third = jobs(queue, 3)
    queue.take(wait=False)
    assert not queue.cancel(first)
    assert first.state == RUNNING
    with pytest.raises(Cancelled):
        first.go_on()
    assert queue.cancel(second, "Cancelled. Nothing was changed.")
    assert (second.state, second.message) == (CANCELLED, "Cancelled. Nothing was changed.")
    third.go_on()
    queue.finish(first, CANCELLED)
    assert queue.take(wait=False) is third
    assert told[-1] == ("picture 2", RUNNING)
    queue.cancel_all()
    assert third.cancelled()


def test_the_time_left_of_all_is_reckoned_by_pixels():
    clock = Clock()
    queue = Queue(clock=clock)
    for size in (100, 200, 300):
        queue.give(QueuedRestoration("", size, clock))
    assert queue.seconds() is None
    first = queue.take(wait=False)
    assert first is not None
    clock.now = 5.0
    queue.finish(first, DONE)  # 0.05 s for a pixel
    assert queue.seconds() == pytest.approx(25.0)
    second = queue.take(wait=False)
    assert second is not None
    assert queue.seconds() == pytest.approx(25.0)
    clock.now = 8.0
    assert queue.seconds() == pytest.approx(22.0)
    queue.finish(second, FAILED)
    assert queue.seconds() == pytest.approx(15.0), "one that failed says nothing about speed"


def test_the_first_job_says_how_long_the_others_take():
    clock = Clock()
    queue = Queue(clock=clock)
    first, _second = QueuedRestoration("", 100, clock), QueuedRestoration("", 100, clock)
    queue.give(first)
    queue.give(_second)
    queue.take(wait=False)
    queue.progress(first, 0.0, "Working")
    clock.now = 4.0
    queue.progress(first, 0.5, "Working")
    assert queue.seconds() == pytest.approx(4.0 + 8.0)


def test_the_worker_waits_for_a_job_and_is_let_go():
    queue, got = Queue(), []

    def work():
        while (job := queue.take()) is not None:
            got.append(job)
            queue.finish(job, DONE)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    made = jobs(queue, 5)
    for _ in range(6000):
        if len(got) == 5:
            break
        threading.Event().wait(0.01)
    queue.close()
    worker.join(60)
    assert not worker.is_alive()
    assert got == made


@pytest.mark.slow
@given(st.lists(st.tuples(st.sampled_from(["give", "front", "back", "cancel", "take", "finish"]), st.integers(0, 9))))
def test_no_job_is_lost_or_done_twice(deeds):
    queue, made, taken = Queue(), [], []
    for deed, index in deeds:
        job = made[index % len(made)] if made else None
        if deed == "give" or job is None:
            made.append(QueuedRestoration())
            queue.give(made[-1])
        elif deed == "front":
            queue.to_front(job)
        elif deed == "back":
            queue.to_back(job)
        elif deed == "cancel":
            queue.cancel(job)
        elif deed == "finish":
            if job.state == RUNNING:
                queue.finish(job, DONE)
        elif (next_one := queue.take(wait=False)) is not None:
            taken.append(next_one)
    while (next_one := queue.take(wait=False)) is not None:
        taken.append(next_one)
    assert len(set(taken)) == len(taken)
    assert all(job in taken or (job.state == CANCELLED and job.cancelled()) for job in made)
    assert all(job.state != WAITING for job in made)
