"""What a look at a picture says: thresholds that keep quiet, and proposals of a few."""

import numpy as np
import pytest

from restored.instruction import TASKS, damage_estimator
from restored_training.instructions.diagnosis import Diagnosis, said
from restored_training.instructions.train_estimator import LEAST, shared_out


@pytest.mark.parametrize("share", [0.0, 0.03, 0.2])
def test_thresholds_keep_all_but_a_share_of_clean_pictures_quiet(share: float) -> None:
    random = np.random.default_rng(1)
    labels = np.concatenate([np.zeros((400, len(TASKS))), np.eye(len(TASKS))[random.integers(0, len(TASKS), 400)]])
    judged = random.beta(0.5, 3, labels.shape) * (1 - labels) + random.beta(3, 1, labels.shape) * labels
    levels = shared_out(judged, labels, share)
    alarmed = (judged[:400] >= levels).any(axis=1).mean()
    assert alarmed <= share
    assert (levels >= LEAST).all()
    if share:
        found = [((judged >= at) & (labels > 0)).sum() for at in (levels, shared_out(judged, labels, 0.0))]
        assert found[0] > found[1], "false alarms are spent on finding more"


def test_no_more_is_said_than_a_proposal_holds() -> None:
    estimator = damage_estimator.load()
    inputs = np.random.default_rng(2).normal(0, 30, (50, len(estimator.tensors["mean"])))
    assert said(estimator, inputs).sum(axis=1).max() <= damage_estimator.MAX_STEPS


def test_figures_of_a_diagnosis() -> None:
    there, heard = np.zeros((4, 9), bool), np.zeros((4, 9), bool)
    there[:2, 0] = heard[0, 0] = heard[3, 5] = True
    found = Diagnosis(1, there, heard)
    assert (found.found, found.right, found.alarms) == (0.5, 0.5, 1)
