"""A restoration without a window: scripts, Ctrl+F, and repeating a recipe. Progress is shown where GIMP shows it."""

import threading
from dataclasses import replace

from gi.repository import Gimp

from restored_client.desk import remarks
from restored_client.desk.wish import SCALES
from restored_client.session import Session

from . import finish, placing, sending
from .capture import take
from .trace import note
from .words import CATALOGUE, _

TICK = 0.05
"""Seconds between two looks at what the worker reports."""


def run(target, wish, show):
    """Take a Target, restore, give back. Returns placing.Given; when nothing was to be done it has no layer, and says why.

    A wish whose scale is 0 is as large as its words say. `show` opens an enlarged image on the screen.
    Raises Refusal, ClientError or Cancelled; the image is then unchanged.
    """
    note("asked")
    try:
        if not wish.scale:
            wish = replace(wish, scale=_shown_in_gimp(lambda report, asked=wish: _said_scale(asked, report)))
        source = take(target, wish)
    finally:
        target.forget()
    note("taken")
    try:
        outcome = _shown_in_gimp(lambda report: _restore(source, wish, report))
        note("restored", seconds=outcome.seconds, device=outcome.device)
        if not outcome.changed:
            return placing.Given(None, None, remarks.why_nothing(outcome.plan, outcome.message, CATALOGUE))
        given = finish.give_back(source, wish, outcome)
        note("given")
    finally:
        source.forget()
    if given.image is not None and show:
        Gimp.Display.new(given.image)
    return given


def _shown_in_gimp(work):
    Gimp.progress_init(_("Restoring…"))
    try:
        return _in_background(work)
    finally:
        Gimp.progress_end()


def _said_scale(wish, report):
    """How large the words want the result, "2x", or else the plan that is given instead of them."""
    plan = wish.plan
    if plan is None and wish.instruction.strip():
        with _session(report) as session:
            plan = session.explain(wish.instruction)
    scale = (plan or {}).get("scale")
    return scale if scale in SCALES else 1


def _session(report):
    return Session.open(client="gimp", on_status=lambda words: report(None, words))


def _restore(source, wish, report):
    with _session(report) as session:
        return sending.restore(session, source, wish, on_progress=lambda progress: report(progress.fraction, progress.words))


def _in_background(work):
    """Run `work(report)` in a thread, showing what it reports; GIMP itself may be talked to by this thread only."""
    latest, answer = {}, {}

    def report(fraction, words):
        latest["news"] = (fraction, words)

    def body():
        try:
            answer["result"] = work(report)
        except BaseException as problem:
            answer["problem"] = problem

    thread = threading.Thread(target=body, name="restore", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(TICK)
        news = latest.pop("news", None)
        if news is None:
            continue
        fraction, words = news
        if words:
            Gimp.progress_set_text(CATALOGUE.sentence(words))
        if fraction is None:
            Gimp.progress_pulse()
        else:
            Gimp.progress_update(fraction)
    if "problem" in answer:
        raise answer["problem"]
    return answer["result"]
