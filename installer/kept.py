"""What the frozen program is made of: which files stay, which modules must never be in it. Pure, so that it can be tested."""

from typing import Final

CODECS: Final = (
    "png",
    "cms",
    "imcd",
    "deflate",
    "zlib",
    "zstd",
    "lzma",
    "webp",
    "jpeg8",
    "jpeg2k",
    "jpegxl",
    "shared",
    "shared_cython",
)
"""imagecodecs' extension modules that restored.io uses; each is imported by name when first needed, so no tool finds them."""

OPENVINO: Final = ("openvino", "openvino_intel_cpu_plugin", "tbb", "tbbmalloc", "tbbbind", "hwloc")
"""OpenVINO's libraries that a CPU needs, by the beginning of their names without `lib`; its GPU plug-in alone has 42 MB."""

METADATA: Final = (
    "openvino",
    "safetensors",
    "tokenizers",
    "pyzmq",
    "numpy",
    "pillow",
    "imagecodecs",
    "tifffile",
    "typer",
    "rich",
    "psutil",
)
"""Distributions whose version somebody asks for: the doctor, or they themselves."""

FORBIDDEN: Final = (
    "torch", "torchgen", "functorch", "sentence_transformers", "transformers", "huggingface_hub", "hf_xet", "sklearn", "scipy",
    "sympy", "mpmath", "networkx", "jinja2", "joblib", "regex", "openvino_telemetry", "openvino.tools", "restored_training",
    # what only optional imports of fsspec and PyNaCl's build ask for; of cryptography one function (instead/)
    "cffi", "pycparser", "tqdm", "cryptography.hazmat.bindings",
)  # fmt: skip
"""What a CPU does not need, or must not have: with one of these inside, something imports what it should not."""

TORCH: Final = ("torch", "torchgen", "functorch", "sympy", "mpmath", "networkx", "jinja2")
"""PyTorch and what it imports: inside where OpenVINO is not (ARM, Apple), or where somebody asks for both."""

SOURCES: Final = {
    "torch": "pyz",
    # these read their own sources
    **{
        f"torch.{name}": "pyz+py"
        for name in (
            *("distributed.config", "_dynamo.config", "_inductor.config", "_functorch.config", "_export.config"),
            *("fx.experimental._config", "compiler.config", "utils.serialization.config", "utils._config_module"),
            *("nn.functional", "nn.modules.rnn", "functional", "_jit_internal", "_sources"),
        )
    },
}
"""How PyInstaller is to collect it: without sources, 80 MB, where nothing reads them."""

EXCLUDED: Final = (
    *FORBIDDEN,
    # of the standard library: what no photograph needs, and what is under the GPL or another machine's
    *(
        "tkinter",
        "_tkinter",
        "turtle",
        "turtledemo",
        "idlelib",
        "lib2to3",
        "ensurepip",
        "pydoc_data",
        "test",
        "sqlite3",
        "_sqlite3",
    ),
    *("sqlite3", "_sqlite3", "_ssl", "_dbm", "_gdbm", "dbm.sqlite3", "readline", "_curses", "_curses_panel", "nis", "spwd"),
    # OpenSSL, 5 MB: the interpreter has the same digests of its own, and a start hashes 60 MB, a tenth of a second more
    "_hashlib",
    *("_codecs_cn", "_codecs_hk", "_codecs_iso2022", "_codecs_jp", "_codecs_kr", "_codecs_tw", "_multibytecodec"),
    *(
        "_testcapi",
        "_testbuffer",
        "_testimportmultiple",
        "_testmultiphase",
        "_testclinic",
        "_testinternalcapi",
        "_testsinglephase",
    ),
    *("ossaudiodev", "audioop", "_testsinglephase", "_ctypes_test", "_xxtestfuzz", "xxlimited", "xxlimited_35", "xxsubtype"),
    # tools
    *("setuptools", "pkg_resources", "pip", "wheel", "_distutils_hack", "matplotlib", "IPython", "pytest", "pandas", "skimage"),
    *("fontTools", "hypothesis", "yaml", "numpy.f2py", "numpy.distutils"),
    # parts of libraries
    *("PIL.ImageQt", "PIL.ImageTk", "PIL._imagingtk", "PIL._imagingft", "OpenEXR", "openvino.torch"),
    *(f"openvino.frontend.{name}" for name in ("pytorch", "tensorflow", "jax", "onnx", "paddle")),
)
"""Given to PyInstaller's analysis, so that one stray import does not draw a library in."""


def kept(destination: str) -> bool:
    """Whether a file stays. destination: its path inside the program's folder, with either slash."""
    path = destination.replace("\\", "/")
    name = path.rpartition("/")[2]
    if path.startswith("openvino/libs/"):
        stem = name.removeprefix("lib").partition(".")[0]
        # the import library of Windows and the debug twins carry the same names with an ending
        return stem in OPENVINO or stem.rstrip("0123456789_") in OPENVINO
    if path.startswith(("openvino/include/", "openvino/cmake/", "openvino/runtime/cmake/")):
        return False
    if "/head_files/" in path and "multilingual" in name:  # they read what the second encoder says, which is not inside
        return False
    if path.startswith(("torch/include/", "torch/test/", "torch/share/")):
        return False
    if path.startswith("imagecodecs/") and name.startswith("_") and ("." in name):
        return name[1:].partition(".")[0] in (*CODECS, "imagecodecs")
    # compiled again where they are copied to, by a host's own Python
    return "/__pycache__/" not in path and not path.endswith((".pyi", ".pxd", ".h", ".lib", ".a"))


FEW: Final = {
    # they colour source code in four hundred languages, and there is none to show
    "pygments.lexers.": ("_mapping", "special"),
    # an archive on this machine; an object store's package is not inside
    "fsspec.implementations.": ("local", "memory", "chained"),
}
"""Packages of which a few modules stay."""


def module_kept(name: str) -> bool:
    """Whether a Python module stays."""
    return all(not name.startswith(package) or name.removeprefix(package) in few for package, few in FEW.items())


def without(names: tuple[str, ...], torch: bool) -> list[str]:
    """FORBIDDEN or EXCLUDED, for a program that has PyTorch inside or not."""
    return [name for name in names if not (torch and name in TORCH)]


def forbidden(modules: list[str], torch: bool = False) -> list[str]:
    """Those of these dotted names that must not be inside. torch: whether PyTorch may."""
    roots = without(FORBIDDEN, torch)
    return [name for name in modules if any(name == root or name.startswith(root + ".") for root in roots)]
