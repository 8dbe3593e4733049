"""Damaged pictures, each read in a process that may hang or crash: the time limit and the death of the child are seen here."""

import io
import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

import psutil
from campaign import Campaign, Fault
from mutation import damaged_picture

MEMORY = Path("/dev/shm")
"""Where files cost no disk: a result is written safely, and waiting for the disk is nine tenths of a case."""


def seeds() -> list[bytes]:
    """One small picture of every kind that is read."""
    import numpy as np
    import tifffile
    from PIL import Image

    pixels = np.random.default_rng(0).integers(0, 255, (24, 31, 3), np.uint8)
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "a description"
    exif.get_ifd(0x8769)[0xA002] = 31
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF></rdf:RDF></x:xmpmeta>'
    found = []

    def pillow(kind: str, what: Any = pixels, **options: Any) -> None:
        buffer = io.BytesIO()
        Image.fromarray(what).save(buffer, kind, **options)
        found.append(buffer.getvalue())

    def tiff(what: Any, **options: Any) -> None:
        buffer = io.BytesIO()
        tifffile.imwrite(buffer, what, **options)
        found.append(buffer.getvalue())

    pillow("PNG", exif=exif.tobytes())
    pillow("PNG", pixels[..., 0])
    pillow("PNG", pixels.astype(np.uint16)[..., 0] * 256)
    for options in ({"progressive": True}, {}, {"quality": 100, "subsampling": 0}):
        pillow("JPEG", exif=exif.tobytes(), xmp=packet, **options)
    pillow("WEBP", exif=exif.tobytes(), xmp=packet)
    pillow("WEBP", lossless=True)
    tiff(pixels)
    tiff(pixels.astype(np.uint16) * 256, compression="zlib", predictor=True)
    tiff(pixels, bigtiff=True)
    tiff(pixels, tile=(16, 16), compression="lzw")
    tiff(pixels[..., 0].astype(np.float32) / 255, byteorder=">")
    tiff(pixels, compression="jpeg")
    tiff(pixels[..., 0] > 99)
    for kind in ("BMP", "JPEG2000", "AVIF"):
        pillow(kind)
    found += list(optional(pixels))
    return found


def optional(pixels: Any) -> Iterator[bytes]:
    """Kinds whose readers may be missing here."""
    with suppress(ImportError):
        import pillow_heif  # pyright: ignore[reportMissingImports]

        buffer = io.BytesIO()
        pillow_heif.from_bytes("RGB", (pixels.shape[1], pixels.shape[0]), pixels.tobytes()).save(buffer)
        yield buffer.getvalue()
    with suppress(ImportError):
        import OpenEXR  # pyright: ignore[reportMissingImports]

        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/a.exr"
            header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
            with OpenEXR.File(header, {"RGB": (pixels / 255).astype("float32")}) as file:
                file.write(path)
            yield Path(path).read_bytes()


def read(pipe: Any, path: str) -> None:
    """In a child: read what comes and write it again, and say what became of it."""
    from restored.io import PictureError, read_picture, write_picture

    tempfile.tempdir = str(Path(path).parent)
    for stream in (1, 2):  # what decoders say of damage, a hundred thousand times
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    pipe.send("ready")
    while (content := pipe.recv_bytes()) != b"end":
        Path(path).write_bytes(content)
        try:
            picture = read_picture(Path(path))
            write_picture(Path(path + (".png" if len(content) % 2 else ".tif")), picture, "{}")
            pipe.send("read")
        except PictureError as error:
            pipe.send("refused" if str(error).endswith(".") else f"no sentence: {error}")
        except BaseException as error:
            pipe.send(f"{type(error).__name__}: {error}")


class Pictures(Campaign):
    name, about, whole, share = "pictures", "damaged pictures", 100_000, 3.0
    limit = 120.0
    """By the clock, which on a machine that does much else says little."""
    processor: ClassVar[float] = 10.0
    """Seconds of the reader's own."""

    @classmethod
    def least(cls) -> int:
        return 400

    def begin(self) -> None:
        self.seeds = seeds()
        self.folder = tempfile.TemporaryDirectory(prefix="siege-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None)
        self.process: Any = None
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=read, args=(theirs, f"{self.folder.name}/picture"), daemon=True)
        self.process.start()
        theirs.close()
        if not self.pipe.poll(300) or self.pipe.recv() != "ready":
            raise Fault("the reader does not start")

    def case(self, chance: random.Random, number: int) -> None:
        content = damaged_picture(chance, chance.choice(self.seeds))
        try:
            self.pipe.send_bytes(content or b"\0")
            self._wait(content)
            said = self.pipe.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError, Fault) as broken:
            self.process.kill()
            self.process.join()
            self._start()
            raise broken if isinstance(broken, Fault) else Fault("the decoder crashed", content) from broken
        counts = self.done["notes"]
        counts[said if said in ("read", "refused") else "odd"] = counts.get(said if said in ("read", "refused") else "odd", 0) + 1
        if said not in ("read", "refused"):
            raise Fault(said, content)

    def _wait(self, content: bytes) -> None:
        """For the reader's answer; its death is one too. Raises Fault."""
        began, spent = time.monotonic(), self._spent()
        while not self.pipe.poll(1.0):
            if self._spent() - spent > self.processor or time.monotonic() - began > self.limit:
                raise Fault(f"hung: {time.monotonic() - began:.0f} s, {self._spent() - spent:.0f} of them its own", content)

    def _spent(self) -> float:
        with suppress(psutil.Error):
            times = psutil.Process(self.process.pid).cpu_times()
            return times.user + times.system
        return 0.0

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.folder.cleanup()
