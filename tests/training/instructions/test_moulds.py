"""Labelled moulds: every slot has a list, sides share no mould, and a mould's words end where its label says."""

import pytest

from restored_training.instructions.fields import SLOT
from restored_training.instructions.moulds import Moulds, read_moulds
from restored_training.instructions.phrases import WIDER, read_sentences


def test_every_slot_has_a_list_and_every_list_is_used():
    moulds, lists = read_moulds()
    used = {name for mould in moulds for name in SLOT.findall(mould.text)}
    assert used == set(lists)


def test_wishes_and_others_are_labelled_as_such():
    moulds = Moulds.of("train", 1)
    for _ in range(200):
        wish, other = moulds.wish(), moulds.other()
        assert wish is not None
        assert wish.wanted
        assert not SLOT.search(wish.text)
        assert other is not None
        assert not other.wanted
        assert {"off_topic", "add"} & set(other.kinds)


@pytest.mark.parametrize("other", ["val", "test"])
def test_sides_share_no_mould_and_no_word_of_a_long_list(other):
    train, held = Moulds.of("train", 1), Moulds.of(other, 1)
    assert not {m.template for m in train.moulds} & {m.template for m in held.moulds}
    for name, items in held.lists.items():
        if len(items) < len(read_moulds()[1][name]):
            assert not set(items) & set(train.lists[name])


def test_wider_sentences_have_plain_labels():
    sentences = read_sentences(WIDER)
    assert len(sentences) > 1800
    assert all(not e.excluded for e in sentences)
    assert all(len(e.wanted) == 1 or (not e.wanted and e.kinds in (("off_topic",), ("add",))) for e in sentences)
