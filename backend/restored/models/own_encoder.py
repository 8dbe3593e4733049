"""A bundle's own text encoder: a BERT (Devlin et al. 2019) read as numbers and words, by nothing that could execute a file.

sentence-transformers imports the Python modules that `modules.json` names, and tokenizers compiles regular expressions out of
`tokenizer.json`: a bundle from somewhere else gets neither. Weights come from safetensors, the vocabulary is read as a list of
words, and the rest is arithmetic. Equal to sentence-transformers for what it reads (tests/backend/models/test_sentences.py).
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import BertProcessing

from restored.ground.bounded import parse_json
from restored.instruction.arithmetic import layer_norm, normalised
from restored.instruction.minilm import read_layer, read_linear

from .base import ModelError

Read = Callable[[str], bytes | None]
"""A file's content by its name in the encoder's folder, its sha256 checked; None when the bundle does not list it."""

FILES: Final = (
    "config.json",
    "model.safetensors",
    "vocab.txt",
    "tokenizer.json",
    "tokenizer_config.json",
    "1_Pooling/config.json",
    "modules.json",
)
"""All that is ever read of an encoder's folder."""

LONGEST: Final = 512
MOST_LAYERS: Final = 48
MOST_WORDS: Final = 1 << 20

_POOLING: Final = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}
_PARTS: Final = {"Transformer", "Pooling", "Normalize"}


class SentenceEncoder:
    """Sentence -> (width,) float32, L2-normalised. Raises ModelError for anything that is not such an encoder."""

    def __init__(self, read: Read) -> None:
        try:
            config = _object(read, "config.json")
            self._tokenizer = _tokenizer(read)
            self._mean = _pooling(read) == "mean"
            self._read_weights(_needed(read, "model.safetensors"), config)
            self("a word")  # a tensor of another shape is found now, not with the first wish
        except (KeyError, ValueError, IndexError, TypeError, AttributeError, RecursionError, SafetensorError) as wrong:
            if isinstance(wrong, ModelError):
                raise
            raise ModelError(f"The model's text encoder cannot be read ({type(wrong).__name__}: {str(wrong)[:80]}).") from wrong

    def __call__(self, text: str) -> np.ndarray:
        ids = self._tokenizer.encode(text).ids
        x = self._words[ids].astype(np.float32) + self._places[: len(ids)]
        x = layer_norm(x, self._norm, self._epsilon)
        for layer in self._layers:
            x = layer(x)
        return normalised(x.mean(0) if self._mean else x[0])

    def _read_weights(self, content: bytes, config: Mapping[str, Any]) -> None:
        layers, heads, width = (config[name] for name in ("num_hidden_layers", "num_attention_heads", "hidden_size"))
        if config.get("model_type") != "bert" or config.get("hidden_act", "gelu") != "gelu":
            raise ModelError(
                f"The model's text encoder is of the kind “{str(config.get('model_type'))[:40]}”; only BERT is read."
            )
        if config.get("position_embedding_type", "absolute") != "absolute":
            raise ModelError("The model's text encoder places its words in a way that is not known here.")
        whole = all(type(value) is int and value > 0 for value in (layers, heads, width))
        if not whole or layers > MOST_LAYERS or width % heads:
            raise ModelError("The model's text encoder has sizes that fit no BERT.")
        tensors = {name.removeprefix("bert."): value for name, value in load_tensors(content).items()}
        self._epsilon = float(config.get("layer_norm_eps", 1e-12))
        self._words = tensors["embeddings.word_embeddings.weight"]
        kind = tensors["embeddings.token_type_embeddings.weight"][0].astype(np.float32)
        self._places = tensors["embeddings.position_embeddings.weight"][:LONGEST].astype(np.float32) + kind
        self._norm = read_linear(tensors, "embeddings.LayerNorm")
        self._layers = [read_layer(tensors, f"encoder.layer.{index}.", heads) for index in range(layers)]
        if self._tokenizer.get_vocab_size() > len(self._words):
            raise ModelError("The model's text encoder has more words than vectors for them.")
        self._tokenizer.enable_truncation(min(LONGEST, len(self._places)))


def _tokenizer(read: Read) -> Tokenizer:
    """WordPiece from the vocabulary alone; everything else is BERT's own way, not the file's."""
    words, lowercase = _vocabulary(read)
    tokenizer = Tokenizer(WordPiece(words, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = BertNormalizer(lowercase=lowercase)  # pyright: ignore[reportAttributeAccessIssue]
    tokenizer.pre_tokenizer = BertPreTokenizer()  # pyright: ignore[reportAttributeAccessIssue]
    ends = [(word, words[word]) for word in ("[SEP]", "[CLS]")]
    tokenizer.post_processor = BertProcessing(*ends)  # pyright: ignore[reportAttributeAccessIssue]
    return tokenizer


def _vocabulary(read: Read) -> tuple[dict[str, int], bool]:
    """Words with their numbers, 0 and up without gaps; and whether capitals count as small letters."""
    listed = read("vocab.txt")
    if listed is not None:
        lines = listed.decode("utf-8").removesuffix("\n").split("\n")
        words = {word.removesuffix("\r"): number for number, word in enumerate(lines)}
        lowercase = parse_json(read("tokenizer_config.json") or b"{}").get("do_lower_case", True)
    else:
        described = _object(read, "tokenizer.json")
        if described["model"].get("type", "WordPiece") != "WordPiece":
            raise ModelError("The model's text encoder splits words in a way that is not known here.")
        words = dict(described["model"]["vocab"])
        lowercase = (described.get("normalizer") or {}).get("lowercase", True)
    if len(words) > MOST_WORDS or sorted(words.values()) != list(range(len(words))):
        raise ModelError("The model's text encoder has a vocabulary that cannot be read.")
    return words, bool(lowercase)


def _pooling(read: Read) -> str:
    """How tokens become a sentence, "mean" or "cls"; and nothing may come after that but the unit length."""
    parts = [str(part["type"]).rpartition(".")[2] for part in parse_json(read("modules.json") or b"[]")]
    if not set(parts) <= _PARTS:
        raise ModelError("The model's text encoder has parts that are not known here.")
    config = parse_json(read("1_Pooling/config.json") or b"{}")
    said = config.get("pooling_mode")
    ways = (
        {said} if said else {_POOLING.get(name) for name, on in config.items() if on is True and name.startswith("pooling_mode_")}
    )
    if ways not in ({"mean"}, {"cls"}, set()):
        raise ModelError("The model's text encoder sums its words up in a way that is not known here.")
    return "cls" if "cls" in ways else "mean"


def _object(read: Read, name: str) -> dict[str, Any]:
    found = parse_json(_needed(read, name))
    if not isinstance(found, dict):
        raise ModelError(f"The model's text encoder has a {name} that cannot be read.")
    return found


def _needed(read: Read, name: str) -> bytes:
    content = read(name)
    if content is None:
        raise ModelError(f"The model's text encoder lacks its {name}.")
    return content
