"""A question about a picture is told from a wish, and answered with what is measured."""

import numpy as np
import pytest

from restored.instruction import explain
from restored.instruction.questions import asks_what_is_wrong

ASKED = (
    "what is wrong with it?",
    "what's wrong with this picture",
    "whats wrong",
    "what is the matter with this photo?",
    "what needs fixing?",
    "what would you fix?",
    "is anything wrong with it?",
    "can you tell me what is wrong with the picture?",
    "what are the problems of this picture?",
    "what problems do you see",
    "what’s wrong with that old scan?",
    "diagnose it",
    "anything wrong?",
    "how would you improve it?",
    "is it sharp?",
    "is this picture sharp enough?",
    "Was stimmt nicht an dem Bild?",
    "was ist mit dem bild nicht in ordnung?",
    "Was ist falsch daran?",
    "Was fehlt dem Bild?",
    "Qu'est-ce qui ne va pas avec cette photo ?",
    "¿Qué le pasa a la foto?",
    "Cosa c'è che non va in questa foto?",
    "O que há de errado com esta foto?",
    "Wat is er mis met deze foto?",
    "Vad är det för fel på bilden?",
    "Co jest nie tak z tym zdjęciem?",
    "Что не так с этой фотографией?",
    "Що не так із цією фотографією?",
    "Co je na té fotce špatně?",
    "Bu fotoğrafın nesi var?",
    "这张照片有什么问题？",
    "この写真のどこが悪いですか？",
    "이 사진 뭐가 문제예요?",
    "इस फोटो में क्या गड़बड़ है?",
)
WISHED = (
    "fix what is wrong",
    "tell me what's wrong and fix it",
    "what is wrong is the noise",
    "something is wrong with this photo",
    "nothing is wrong with it",
    "find out what is wrong and repair it",
    "what was wrong with it?",
    "what is wrong with you",
    "what is the capital of France?",
    "was stimmt nicht: das Rauschen, weg damit und auch der Regen",
    "mach weg, was nicht stimmt",
    "qu'est-ce que tu fais ?",
)


@pytest.mark.parametrize("text", ASKED)
def test_a_question_is_told(text: str) -> None:
    assert asks_what_is_wrong(text)
    assert explain(text).action == "diagnose"


@pytest.mark.parametrize("text", WISHED)
def test_a_wish_is_no_question(text: str) -> None:
    assert not asks_what_is_wrong(text)
    assert explain(text).action == ""


def picture(level: float, noise: float) -> np.ndarray:
    rng = np.random.default_rng(0)
    soft = np.kron(rng.uniform(0, 2 * level, (16, 16, 3)), np.ones((16, 16, 1)))
    return np.clip(soft + rng.normal(0, noise, soft.shape), 0, 1).astype(np.float32)


def test_the_answer_names_what_is_wrong_and_how_much() -> None:
    dark = picture(0.05, 0.03)
    plan = explain("what is wrong with it?", dark, dark)
    assert "lowlight" in {step.task for step in plan.steps}
    assert "too dark (about " in plan.message
    assert "stops" in plan.message
    assert (plan.action, plan.proposed) == ("diagnose", True)


def test_a_veil_that_may_be_the_scene_is_mentioned() -> None:
    """What is measured is said although the network does not call it damage."""
    pale = 0.55 + 0.4 * picture(0.4, 0.0)
    message = explain("what is wrong with it?", pale, pale).message
    assert "haze (a veil of about " in message
