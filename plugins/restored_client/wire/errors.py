"""Every way a request can fail: a code and a sentence for the photographer. The daemon sends some, the client adds its own."""

from __future__ import annotations

from typing import Dict, Final, Optional

SENTENCES: Final[Dict[str, str]] = {
    # the daemon answers these
    "bad_request": "The plug-in sent something the restoration engine does not understand. Please update both.",
    "protocol": "The plug-in and the restoration engine are of different versions. Please update both.",
    "not_accepted": "The plug-in sent a picture the restoration engine had not asked for.",
    "size_mismatch": "The picture arrived with another size than was announced. Nothing was changed.",
    "too_long": "The instruction is too long. A sentence or two is enough.",
    "too_large": "The picture is too large for this computer's memory.",
    "bad_plan": "The plan of steps could not be followed.",
    "model": "This model cannot be used.",
    "bad_picture": "The picture could not be used.",
    "expired": "The earlier result is no longer kept. Please restore again.",
    "out_of_memory": "There was not enough memory for this picture. Close other programs or restore a smaller selection.",
    "engine_failed": "Something went wrong inside the restoration engine. Nothing was changed; its log says more.",
    "engine_missing": "The restoration engine is not completely installed. Please install it again.",
    "upload_timeout": "The picture did not arrive in time. Nothing was changed.",
    "shutting_down": "The restoration engine is shutting down. Please try again in a moment.",
    "busy": "The restoration engine is busy with another picture.",
    # the client finds these out by itself
    "not_installed": "The restoration engine is not installed, or its folder was moved. "
    "Run “restored plugins install” in that folder again; the README there says how to install it.",
    "start_failed": "The restoration engine could not start.",
    "unreachable": "The restoration engine is not running.",
    "unsafe": "Other users of this computer could read the restoration engine's connection file, so I do not use it.",
    "token": "The restoration engine did not recognise this plug-in. Please try again; if it happens again, restart the engine.",
    "not_a_daemon": "Something else answered where the restoration engine should be. Please restart the engine.",
    "daemon_died": "The restoration engine stopped in the middle of the work. Nothing was changed; please try again.",
    "timeout": "The restoration engine gave no sign of life for too long. Nothing was changed; please try again.",
    "bad_recipe": "This recipe cannot be read.",
    "bad_answer": "The restoration engine sent an answer this plug-in does not understand. Please update both.",
}


class RestoredError(Exception):
    """Base of everything that this package and `restored` raise on purpose. The message is a sentence for the user; `code` is the
    kind of failure, a key of SENTENCES, and stable."""

    code: str = "engine_failed"


class ClientError(RestoredError):
    """A request failed. `code` is stable (a key of SENTENCES), `sentence` is for the user, `detail` for the log."""

    def __init__(self, code: str, sentence: Optional[str] = None, detail: str = "") -> None:
        self.code = code
        self.sentence = sentence or SENTENCES.get(code, SENTENCES["engine_failed"])
        self.detail = detail
        super().__init__(self.sentence)


class Cancelled(RestoredError):
    """The user cancelled; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("Cancelled. Nothing was changed.")
