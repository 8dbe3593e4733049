"""Every runtime gives a model's own numbers; graphs are compiled once; the choice is measured and said."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import torch

from restored.engine.machine import devices
from restored.engine.machine.load import LoadMeter
from restored.engine.machine.runtimes import Runtime, Setup
from restored.engine.machine.runtimes.torch_runtime import TorchRuntime
from restored.engine.picture.source import LayerSource
from restored.engine.work.tiles import lay_tiles
from restored.instruction.plan import Plan
from restored.models.base import Request, Window
from restored.models.bundle import Bundle
from restored.models.instructir import InstructIR
from restored.models.swift import ConditionedSwift, apply_tone
from restored.models.swift import openvino as swift_graphs

openvino_runtime = pytest.importorskip("restored.engine.machine.runtimes.openvino_runtime", reason="OpenVINO is for x86 only")
PLACE = Window(-0.1, 0.2, 0.7, 1.1)
PLANS = {"toned": Plan.of("denoise", "lowlight"), "tone untouched": Plan.of("denoise")}


def _work(bundle: Bundle, plan: Plan, *, size: int = 64) -> tuple[Setup, np.ndarray]:
    image = np.random.default_rng(0).random((size, size, 3), np.float32)
    source = LayerSource(image)
    tiling = lay_tiles(size, size, side=size, stride=8, halo=0)
    context = torch.rand(1, 3, 40, 60, generator=torch.Generator().manual_seed(1))
    request = Request(plan, None, context)
    return Setup(bundle.model, bundle.fingerprint, request, source, tiling, 1, 1), source.read(next(iter(tiling)).outer)


@pytest.mark.slow
@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
@pytest.mark.parametrize(("bf16", "share"), [(False, 1e-5), (True, 0.03)])
def test_openvino_gives_the_models_numbers(bundle: Bundle, plan: Plan, bf16: bool, share: float) -> None:
    work, tile = _work(bundle, plan)
    wanted = work.model.condition(work.request).forward(torch.from_numpy(tile), PLACE).numpy()
    runtime = openvino_runtime.OpenVinoRuntime(bf16=bf16)
    assert np.abs(runtime.prepare(work)(tile, PLACE) - wanted).max() < share * np.abs(wanted - tile).max()


@pytest.mark.slow
@pytest.mark.parametrize(("bf16", "share"), [(False, 1e-5), (True, 0.03)])
def test_torch_gives_the_models_numbers(bundle: Bundle, bf16: bool, share: float) -> None:
    work, tile = _work(bundle, PLANS["toned"])
    wanted = work.model.condition(work.request).forward(torch.from_numpy(tile), PLACE).numpy()
    restored = TorchRuntime("cpu", bf16=bf16).prepare(work)(tile, PLACE)
    assert np.abs(restored - wanted).max() < share * np.abs(wanted - tile).max()


@pytest.mark.slow
def test_autocast_does_not_round_the_picture_itself(bundle: Bundle) -> None:
    work, tile = _work(bundle, PLANS["toned"])
    conditioned = work.model.condition(work.request)
    assert isinstance(conditioned, ConditionedSwift)
    image = torch.from_numpy(tile)
    wanted = apply_tone(image, conditioned.reading)
    assert not torch.equal(wanted, image)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(apply_tone(image, conditioned.reading), wanted)


@pytest.mark.slow
def test_an_instruction_is_compiled_once_and_few_are_kept(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = openvino_runtime.OpenVinoRuntime()
    built = []
    build = swift_graphs.build
    monkeypatch.setattr(swift_graphs, "build", lambda *parts: built.append(1) or build(*parts))
    work, tile = _work(bundle, PLANS["toned"], size=16)
    first = runtime.prepare(work)(tile, PLACE)
    other = replace(work, request=replace(work.request, context=torch.zeros(1, 3, 9, 9)))
    assert not np.array_equal(runtime.prepare(other)(tile, PLACE), first)
    assert len(built) == 1  # another picture, the same instruction
    for strength in np.linspace(0.1, 0.9, openvino_runtime.COMPILED):
        runtime.prepare(replace(work, request=replace(work.request, plan=Plan.of("denoise", strength=float(strength)))))
    assert np.array_equal(runtime.prepare(work)(tile, PLACE), first)
    assert len(built) == 2 + openvino_runtime.COMPILED


@pytest.mark.slow
def test_a_graph_may_be_used_by_several_threads(bundle: Bundle) -> None:
    work, tile = _work(bundle, PLANS["toned"])
    kernel = openvino_runtime.OpenVinoRuntime().prepare(replace(work, streams=2))
    tiles = [tile * share for share in np.linspace(0.1, 1, 12, dtype=np.float32)]
    alone = [kernel(each, PLACE) for each in tiles]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda each: kernel(each, PLACE), tiles))
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


@pytest.mark.slow
def test_a_runtime_whose_numbers_are_wrong_is_not_chosen(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong(TorchRuntime):
        name = "Wrong"

        def prepare(self, work: Setup):
            return lambda tile, window, guess=None: tile * 0

    def runtimes(model: object) -> list[Runtime]:
        return [TorchRuntime("cpu", bf16=False), Wrong("cpu", bf16=False)]

    monkeypatch.setattr(devices, "_cpu_runtimes", runtimes)
    choice = devices.Devices().on_cpu(bundle.model, "nobody's", "because")
    assert choice.runtime.name == "PyTorch"
    assert choice.line.endswith("PyTorch in float32; because.")


@pytest.mark.parametrize(("seconds", "chosen"), [(1.2, "float32"), (0.98, "float32"), (0.5, "bfloat16")])
def test_the_coarser_precision_is_chosen_only_where_it_is_clearly_faster(
    bundle: Bundle, monkeypatch: pytest.MonkeyPatch, seconds: float, chosen: str
) -> None:
    def runtimes(model: object) -> list[Runtime]:
        return [TorchRuntime("cpu", bf16=False), TorchRuntime("cpu", bf16=True)]

    def probe(runtime: Runtime, model: object, identity: str) -> devices.Measured:
        return devices.Measured(runtime, 1.0 if runtime.precision == "float32" else seconds, np.zeros((1, 3, 2, 2)))

    monkeypatch.setattr(devices, "_cpu_runtimes", runtimes)
    monkeypatch.setattr(devices, "_probe", probe)
    choice = devices.Devices().on_cpu(bundle.model, "nobody's", "because")
    assert choice.runtime.precision == chosen


@pytest.mark.slow
def test_tiles_of_a_network_with_global_pools_agree(picture: Callable[..., np.ndarray]) -> None:
    """InstructIR's pools are surveyed over the whole picture; then only the halo decides, and it is long enough."""
    torch.manual_seed(1)
    net = InstructIR(width=4, encoder=(1, 1), middle=1, decoder=(1, 1)).eval().requires_grad_(False)
    for name, parameter in net.named_parameters():
        if name.endswith(("beta", "gamma")):
            parameter.data.uniform_(-0.5, 0.5)
    layer = picture(300, 620, 3, np.float32)
    source = LayerSource(layer, edge="zero")
    request = Request(Plan.of("denoise"), torch.full((256,), 1 / 16), torch.zeros(1, 3, 8, 8))
    halo = 40
    tilings = [lay_tiles(300, 620, side=side, stride=4, halo=halo) for side in (200, 320)]
    results = []
    for tiling in tilings:
        kernel = TorchRuntime("cpu", bf16=False).prepare(Setup(net, "", request, source, tiling, 1, 1))
        out = np.zeros_like(layer)
        for tile in tiling:
            kept = tile.kept()
            restored = kernel(source.read(tile.outer), tiling.window(tile.outer))
            tile.inner.of(out)[...] = restored[0].transpose(1, 2, 0)[kept.top : kept.bottom, kept.left : kept.right]
        results.append(out)
    assert len(tilings[0]) > len(tilings[1]) > 1
    assert np.abs(results[0] - results[1]).max() < 1 / 255
    assert np.abs(results[0] - layer).max() > 0.1


def test_the_load_meter_sees_others_but_not_us() -> None:
    meter = LoadMeter()
    assert meter.free_cores() == meter.cores  # no time to look yet
    meter._last = (meter._last[0] - 10.0, meter._last[1] - 10.0 * (meter.cores - 0.4), meter._last[2])
    assert meter.free_cores() == 1
    again = LoadMeter()
    again._last = (again._last[0] - 10.0, again._last[1] - 9.9, again._last[2] - 9.9)
    assert again.free_cores() == again.cores


def test_before_the_first_job_the_device_line_names_the_machine() -> None:
    assert "measured with the first picture" in devices.Devices().line()
