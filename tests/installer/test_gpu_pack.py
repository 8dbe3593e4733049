"""The pack that is made is the pack that is installed."""

from pathlib import Path

import gpu_pack

from restored.standalone import gpu


def test_made_pruned_and_put_together_again(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    for name in ("torch/__init__.py", "torch/lib/libtorch.so", "torch/include/a.h", "torch/test/t.py", "numpy/__init__.py",
                 "numpy-2.4.6.dist-info/METADATA", "sympy/core.py", "torch/nn/__pycache__/x.pyc", "torch/_C.pyi"):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode() * 400)
    gpu_pack.prune(folder)
    kept = {"torch/__init__.py", "torch/lib/libtorch.so", "sympy/core.py"}
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == kept
    listed = gpu_pack.pack(folder, tmp_path / "out", "torch-9-py311", limit=120)
    pack = gpu.Pack.known(listed)
    assert len(pack.parts) > 1
    assert all(part.size <= 120 for part in pack.parts)
    done = gpu.install([tmp_path / "out"], pack, tmp_path / "home")
    assert {str(path.relative_to(done)) for path in done.rglob("*") if path.is_file()} == kept | {"complete"}
    assert (done / "torch/__init__.py").read_bytes() == b"torch/__init__.py" * 400
