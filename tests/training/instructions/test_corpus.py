"""The corpus keeps its promises: sizes, no duplicates, nothing shared between the sides, labels that agree with the text."""

import re
from collections import Counter
from pathlib import Path

import pytest

from restored.instruction import TASKS
from restored_training.instructions import corpus, inventory
from restored_training.instructions.evaluate import read_labelled

pytestmark = pytest.mark.slow  # the whole corpus is built

HELD_OUT = Path(__file__).parents[2] / "backend" / "instruction" / "held_out.txt"
UNSEEN_2 = HELD_OUT.with_name("held_out_unseen.txt")
USERS = HELD_OUT.with_name("held_out_users.txt")
UNSEEN = Path(__file__).parents[2] / "backend" / "instruction" / "unseen.txt"


@pytest.fixture(scope="module")
def built():
    return corpus.build()


@pytest.fixture(scope="module")
def sides(built):
    return {side: [e for e in built if e.split == side] for side in ("train", "val", "test")}


def test_sizes(sides):
    wanted = Counter(task for e in sides["train"] for task in e.wanted)
    alone = Counter(next(iter(e.wanted)) for e in sides["train"] if len(e.wanted) == 1 and not e.excluded)
    assert min(wanted[task] for task in TASKS) >= 2000
    assert min(alone[task] for task in TASKS) >= 2000
    nothing = [e for e in sides["train"] if not e.wanted and {"off_topic", "add"} & set(e.kinds)]
    assert len(nothing) >= 3000
    assert all(len(sides[side]) > 1500 for side in ("val", "test"))


def test_no_duplicates(built):
    forms = [corpus.normal_form(e.text) for e in built]
    assert len(forms) == len(set(forms))


def test_no_key_phrase_of_the_test_side_in_training(sides):
    phrases = [phrase.strip() for phrase, side in inventory.held_out().items() if side == "test"]
    assert len(phrases) > 200
    training = "\n".join(inventory.padded(e.text) for e in sides["train"])
    leaks = [phrase for phrase in phrases if f" {phrase} " in training]
    assert leaks == []


def test_no_template_of_the_test_side_in_training(sides):
    def templates(side):
        # a bare "{symptom}" and the like has no words of its own, and mixed sentences quote others by their text
        found = {part for e in sides[side] if e.stratum != "mixed" for part in e.template.split(" + ")}
        return {part for part in found if not re.fullmatch(r"\w+:\{\w+\}|gibberish:\d|join\w*:.*|listing:.*|language:.*", part)}

    assert not templates("test") & templates("train")
    assert not templates("val") & templates("train")


def test_held_out_sentences_are_not_in_the_corpus(built):
    forms = {corpus.normal_form(e.text) for e in built}
    for file in (HELD_OUT, UNSEEN, UNSEEN_2, USERS):
        overlap = [e.text for e in read_labelled(file) if corpus.normal_form(e.text) in forms]
        assert overlap == []


def test_spans_lie_in_the_text_and_agree_with_the_labels(built):
    for example in built:
        for start, end, task, want in example.spans:
            assert 0 <= start < end <= len(example.text)
            assert task in (example.wanted if want else example.excluded)


def test_nobody_wants_and_forbids_the_same(built):
    assert not [e.text for e in built if set(e.wanted) & set(e.excluded)]


def test_same_seed_same_corpus():
    few = corpus.Sizes(**{name: 20 for name in corpus.Sizes.__dataclass_fields__ if name != "held_out_share"}, held_out_share=0.2)
    first = corpus.build(seed=5, sizes=few)
    assert first == corpus.build(seed=5, sizes=few)
    assert first != corpus.build(seed=6, sizes=few)
