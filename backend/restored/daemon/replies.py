"""What a client is told of a job that is over, and of what went wrong: headers, and the pixels that go with them."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from restored.ground.errors import RestoredError
from restored_client.wire import messages
from restored_client.wire.errors import ClientError
from restored_client.wire.messages import message
from restored_client.wire.order import Answer

from .jobs import QueuedJob
from .logs import NAME

log: Final = logging.getLogger(NAME)

MOST_DETAIL: Final = 4000
"""Characters of what an error says beside its sentence."""

MOST_LISTED: Final = 200
"""Models, jobs and clients that an answer lists at most: it is to be readable, however many somebody makes of them."""


def name_of(job: QueuedJob) -> str:
    """The name by which a result can be adjusted: the job's that made it."""
    return job.header["job"] if job.kind == messages.ADJUST else job.request


def of_answer(job: QueuedJob, answer: Any) -> tuple[dict[str, Any], list[Any]]:
    """What a job was answered, by its kind."""
    if isinstance(answer, Answer):
        return _of_picture(job, answer)
    if job.kind == messages.EXPLAIN:
        return message(messages.PLAN, job.request, plan=answer), []
    if job.kind == messages.REGION:
        return message(job.kind, job.request, frames=[messages.describe(messages.MASK, answer)]), [answer.data]
    return message(job.kind, job.request, models=None if answer is None else answer[:MOST_LISTED]), []


def of_error(request: str, error: BaseException, facts: Mapping[str, Any]) -> dict[str, Any]:
    """An error of any kind as one that the wire knows; what nobody raised on purpose is logged whole. facts: said beside it."""
    if not isinstance(error, ClientError):
        if not isinstance(error, RestoredError):
            log.error("a job failed", exc_info=error)
            error = ClientError("engine_failed", detail=repr(error))
        else:
            error = ClientError(error.code, str(error))
    log.warning("answered %s: %s", error.code, error.detail)
    detail = error.detail[:MOST_DETAIL]
    return message(messages.ERROR, request, code=error.code, sentence=error.sentence, detail=detail, **facts)


def _of_picture(job: QueuedJob, done: Answer) -> tuple[dict[str, Any], list[Any]]:
    kind = messages.NOTHING_TO_DO if done.pixels is None else messages.RESULT
    header = message(kind, job.request, **{**done.facts(), "job": name_of(job)})
    if done.pixels is None:
        return header, []
    return {**header, "frames": [messages.describe(messages.LAYER, done.pixels)]}, [done.pixels.data]
