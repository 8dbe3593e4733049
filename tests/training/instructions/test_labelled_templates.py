"""Labelled templates: every slot has a list, sides share no template, and a template's words end where its label says."""

import pytest

from restored_training.instructions.labelled_templates import LabelledTemplates, read_labelled_templates
from restored_training.instructions.phrases import WIDER, read_sentences
from restored_training.instructions.semantic_fields import SLOT


def test_every_slot_has_a_list_and_every_list_is_used():
    templates, lists = read_labelled_templates()
    used = {name for template in templates for name in SLOT.findall(template.text)}
    assert used == set(lists)


def test_wishes_and_others_are_labelled_as_such():
    templates = LabelledTemplates.of("train", 1)
    for _ in range(200):
        wish, other = templates.wish(), templates.other()
        assert wish is not None
        assert wish.wanted
        assert not SLOT.search(wish.text)
        assert other is not None
        assert not other.wanted
        assert {"off_topic", "add"} & set(other.kinds)


@pytest.mark.parametrize("other", ["val", "test"])
def test_sides_share_no_template_and_no_word_of_a_long_list(other):
    train, held = LabelledTemplates.of("train", 1), LabelledTemplates.of(other, 1)
    assert not {m.template for m in train.templates} & {m.template for m in held.templates}
    for name, items in held.lists.items():
        if len(items) < len(read_labelled_templates()[1][name]):
            assert not set(items) & set(train.lists[name])


def test_wider_sentences_have_plain_labels():
    sentences = read_sentences(WIDER)
    assert len(sentences) > 1800
    assert all(not e.excluded for e in sentences)
    assert all(len(e.wanted) == 1 or (not e.wanted and e.kinds in (("off_topic",), ("add",))) for e in sentences)
