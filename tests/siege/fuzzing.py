"""Coverage-guided fuzzing of what reads foreign bytes in Python: an input that reaches a new line joins the corpus."""

import contextlib
import json
import random
import sys
from pathlib import Path
from types import FrameType
from typing import Any, ClassVar

from campaign import Campaign, Fault
from mutation import damaged


class Guided(Campaign):
    """Calls `target` with mutations of `seeds`; `expected` errors are answers, every other is a fault."""

    watched: ClassVar[tuple[str, ...]] = ()
    """Endings of the files whose lines count."""
    limit = 2.0

    def begin(self) -> None:
        self.folder = self._state.folder / "corpus" / self.name
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.done["done"]:  # of another seed
            for old in self.folder.iterdir():
                old.unlink()
        kept = sorted(self.folder.iterdir(), key=lambda path: int(path.stem))
        # in the order they were found, so that a siege that goes on makes the same cases as one that never stopped
        self.corpus: list[bytes] = [*(seed for seed in self.seeds() if seed), *(path.read_bytes() for path in kept)]
        self.lines: set[tuple[str, int]] = set()
        for seed in self.corpus:
            self._run(seed)

    def case(self, chance: random.Random, number: int) -> None:
        content = damaged(chance, chance.choice(self.corpus))
        before = len(self.lines)
        self._run(content)
        if len(self.lines) > before:
            self.corpus.append(content)
            (self.folder / f"{number}.bin").write_bytes(content)
            self.done["notes"].update(corpus=len(self.corpus), lines=len(self.lines))

    def _run(self, content: bytes) -> None:
        def line(frame: FrameType, event: str, argument: Any) -> Any:
            if event == "line":
                self.lines.add((frame.f_code.co_filename, frame.f_lineno))
            return line

        def call(frame: FrameType, event: str, argument: Any) -> Any:
            return line if frame.f_code.co_filename.endswith(self.watched) else None

        sys.settrace(call)
        try:
            self.target_of(content)
        except self.expected():
            pass
        except Exception as error:
            raise Fault(f"{type(error).__name__}: {error}", content) from error
        finally:
            sys.settrace(None)

    def seeds(self) -> list[bytes]:
        raise NotImplementedError

    def target_of(self, content: bytes) -> None:
        raise NotImplementedError

    def expected(self) -> tuple[type[Exception], ...]:
        return ()


class Headers(Guided):
    name, about, whole, share = "headers", "headers decoded and checked", 200_000, 1.0
    watched = ("wire/messages.py", "wire/answers.py")

    def seeds(self) -> list[bytes]:
        from restored_client import Pixels
        from restored_client.wire.messages import describe, encode, message

        layer = describe("layer", Pixels(2, 2, 3, "u8", bytes(12)))
        plan = {"steps": [{"task": "denoise", "strength": 1.0}]}
        asked = [
            ("hello", {"client": "x", "challenge": "y"}),
            ("explain", {"instruction": "x"}),
            ("cancel", {"job": "r"}),
            ("status", {}),
        ]
        asked += [
            ("restore", {"instruction": "x", "frames": [layer], "plan": plan, "strength": 0.5, "scale": 2}),
            ("upload", {"more": True}),
        ]
        asked += [("adjust", {"job": "r", "strength": 1.0}), ("result", {"plan": plan, "seconds": 1.0, "frames": [layer]})]
        return [encode(message(kind, "r", **fields)) for kind, fields in asked]

    def target_of(self, content: bytes) -> None:
        from restored.sockets.headers import decode
        from restored_client.wire import messages
        from restored_client.wire.answers import check_answer

        for read in (messages.decode, decode):
            header = read(content)
            check_answer(header)
            messages.check_request(header)

    def expected(self) -> tuple[type[Exception], ...]:
        from restored_client import ClientError

        return (ClientError,)


class Recipes(Guided):
    name, about, whole, share = "recipes", "recipes read, and plans made of them", 100_000, 0.7
    watched = ("wire/recipe.py", "instruction/plan.py")

    def seeds(self) -> list[bytes]:
        step = {"task": "denoise", "label": "noise", "confidence": 0.9, "strength": 0.5, "words": "grain"}
        plan = {"text": "x", "steps": [step], "excluded": ["derain"], "reason": None, "message": "", "proposed": False}
        recipe = {"restore_with_instruction": 1, "instruction": "x", "plan": plan, "strength": 1.0, "scale": 1, "model": "swift"}
        return [json.dumps(recipe).encode()]

    def target_of(self, content: bytes) -> None:
        from restored.instruction.plan import Plan, PlanError
        from restored_client.wire.recipe import decode_recipe, encode_recipe

        recipe = decode_recipe(content)
        encode_recipe(recipe)
        with contextlib.suppress(PlanError):
            Plan.from_dict(recipe["plan"])

    def expected(self) -> tuple[type[Exception], ...]:
        from restored_client import ClientError

        return (ClientError,)


class Packets(Guided):
    name, about, whole, share = "xmp", "XMP packets and EXIF blocks", 100_000, 0.7
    watched = ("io/xmp.py", "io/xml.py", "io/regions.py", "io/exif.py")

    def seeds(self) -> list[bytes]:
        from PIL import Image

        from restored.io import xmp

        exif = Image.Exif()
        exif[0x0112], exif[0x010E] = 6, "a description"
        exif.get_ifd(0x8769)[0xA002] = 31
        rdf = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"'
        turned = f'<x {rdf}><rdf:RDF><rdf:Description rdf:about="" tiff:Orientation="6"/></rdf:RDF></x>'.encode()
        return [
            xmp.with_recipe(None, '{"a": "<b>"}'),
            xmp.with_recipe(turned, "{}"),
            exif.tobytes()[6:],
            turned.decode().encode("utf-16"),
        ]

    def target_of(self, content: bytes) -> None:
        from restored.io import exif, xmp

        xmp.recipe_in(content)
        exif.orientation(content)
        exif.settled(content, 10, 20)
        xmp.settled(content, 6, 10, 20)
        again = xmp.with_recipe(content, '{"ours": 1}')
        if xmp.recipe_in(again) != '{"ours": 1}':
            raise Fault("the recipe that was written is not the one that is read", content)

    def expected(self) -> tuple[type[Exception], ...]:
        return (ValueError,)


class Bundles(Guided):
    name, about, whole, share = "bundles", "manifests of models", 50_000, 0.5
    watched = ("models/manifest.py",)

    def seeds(self) -> list[bytes]:
        import restored.models.manifest as manifest

        return [(Path(manifest.__file__).parents[1] / "bundles" / "swift" / "bundle.json").read_bytes()[:100_000]]

    def target_of(self, content: bytes) -> None:
        from restored.models.manifest import Manifest

        read = Manifest.from_json(content)
        if any(name.startswith(("/", ".")) or ".." in name.split("/") for name in read.files):
            raise Fault("a file outside the bundle", content)

    def expected(self) -> tuple[type[Exception], ...]:
        from restored.models.base import ModelError

        return (ModelError,)


class Directories(Guided):
    name, about, whole, share = "directories", "TIFF directories", 200_000, 0.7
    watched = ("io/tiffscan.py",)

    def seeds(self) -> list[bytes]:
        import io

        import numpy as np
        import tifffile

        found = []
        kinds: list[dict[str, Any]] = [{}, {"bigtiff": True}, {"byteorder": ">"}, {"tile": (16, 16)}]
        for options in kinds:
            buffer = io.BytesIO()
            tifffile.imwrite(buffer, np.zeros((20, 20, 3), np.uint8), **options)
            found.append(buffer.getvalue()[:600])
        return found

    def target_of(self, content: bytes) -> None:
        from restored.io.tiffscan import check_directories

        check_directories(content, "x.tif")

    def expected(self) -> tuple[type[Exception], ...]:
        from restored.io import PictureError

        return (PictureError,)


FUZZING: list[type[Campaign]] = [Headers, Recipes, Packets, Bundles, Directories]
