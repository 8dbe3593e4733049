"""What will be done to a picture is decided before anything is done, and can be looked at without a network or a pixel."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restored.engine.work.schedule import Share, reduction, scans, shares, stages, with_resolution
from restored.instruction.plan import Plan, Step
from restored.models.base import Conditioned, Model, Request


class Plain(Model):
    """A model that works coarse to fine, of which only the facts matter."""

    family = "plain"
    stride, halo, composite = 8, 16, False

    def reductions(self, plan: Plan) -> tuple[int, ...]:
        return (6, 2) if plan.steps[0].task == "deblur" else ()

    def condition(self, request: Request) -> Conditioned:
        raise AssertionError("nothing is conditioned by a schedule")

    def as_network(self) -> Any:
        raise AssertionError("nor opened")


def test_a_larger_picture_is_restored_first_and_given_detail_after() -> None:
    early, late = stages(Plan.of("denoise", "superres", "lowlight"), 2)
    assert [step.task for step in early.plan.steps] == ["denoise", "lowlight"]
    assert [step.task for step in late.plan.steps] == ["superres"]
    assert (early.scale, late.scale) == (1, 2)
    assert (early.share, late.share) == (Share(0.0, 0.2), Share(0.2, 0.8))


@pytest.mark.parametrize(
    ("plan", "scale"), [(Plan.of("denoise"), 2), (Plan.of("superres"), 4), (Plan.of("denoise", "superres"), 1)]
)
def test_what_need_not_be_cut_in_two_is_one_stage(plan: Plan, scale: int) -> None:
    (only,) = stages(plan, scale)
    assert (only.plan, only.scale, only.share) == (plan, scale, Share(0.0, 1.0))


def test_asking_for_a_larger_picture_asks_for_its_detail() -> None:
    plan = Plan.of("denoise")
    assert [step.task for step in with_resolution(plan, ("denoise", "superres"), 2).steps] == ["denoise", "superres"]
    assert with_resolution(plan, ("denoise", "superres"), 1) is plan
    assert with_resolution(plan, ("denoise",), 2) is plan, "a model that cannot is not asked"
    without = Plan(steps=(Step("denoise"),), excluded=("superres",))
    assert with_resolution(without, ("denoise", "superres"), 2) is without


def test_scans_go_down_the_scales_and_their_shares_make_up_the_progress() -> None:
    plans = [Plan.of("denoise"), Plan.of("deblur")]
    planned = scans(Plain(), plans, 600, 400, lambda overlap: 256)
    assert [(scan.index, scan.factor, scan.last) for scan in planned] == [(0, 1, False), (1, 6, True), (1, 2, True), (1, 1, True)]
    assert [(scan.tiling.height, scan.tiling.width) for scan in planned] == [(600, 400), (100, 67), (300, 200), (600, 400)]
    assert planned[0].share.length == planned[-1].share.length, "by pixels"
    assert all(second.share.start == pytest.approx(first.share.of(1.0)) for first, second in pairwise(planned))
    assert planned[-1].share.of(1.0) == pytest.approx(1.0)
    assert planned[1].share.length < planned[2].share.length < planned[3].share.length


def test_a_small_picture_is_not_reduced_to_nothing() -> None:
    planned = scans(Plain(), [Plan.of("deblur")], 100, 100, lambda overlap: 256)
    assert [scan.factor for scan in planned] == [2, 1]


@given(st.integers(1, 3000), st.integers(1, 3000), st.integers(64, 900), st.sampled_from(["denoise", "deblur"]))
def test_every_tile_of_a_schedule_fits_the_model_and_the_limit(height: int, width: int, side: int, task: str) -> None:
    for scan in scans(Plain(), [Plan.of(task)], height, width, lambda overlap: side):
        tall, wide = scan.tiling.shape
        assert tall % 8 == wide % 8 == 0
        kept = sum(tile.inner.height * tile.inner.width for tile in scan.tiling)
        assert kept == scan.tiling.height * scan.tiling.width, "every pixel is kept once"


@given(st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=4), min_size=1, max_size=5))
def test_shares_are_whole(passes: list[list[int]]) -> None:
    every = list(shares(passes))
    assert sum(share.length for share in every) == pytest.approx(1.0)
    assert len(every) == sum(map(len, passes))


def test_what_grows_with_a_picture_is_looked_at_reduced_as_much_as_the_picture_is_large() -> None:
    assert [reduction(*size) for size in ((480, 720), (2399, 9000), (3000, 4000), (4000, 6000), (9000, 12000))] == [1, 1, 2, 3, 4]
    plans = [Plan.of("derain"), Plan.of("denoise")]
    planned = scans(Plain(), plans, 3000, 4000, lambda overlap: 256, [2, 1])
    assert [(scan.index, scan.factor, scan.last) for scan in planned] == [(0, 2, False), (1, 1, True)]
    assert (planned[0].tiling.height, planned[0].tiling.width) == (1500, 2000)
    assert planned[0].share.length == pytest.approx(0.2)
