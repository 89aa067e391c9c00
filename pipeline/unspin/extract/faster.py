"""The model's own answers for less time: products of matrices, parser and names, the attribute ruler, the lemmatizer.

On fresh text these take four fifths of the time of spaCy's small English
models.  What is changed is how an answer is found, not the answer: the ruler's rules
and the lemmatizer's lists are those of the model, the parser's moves are its own, the
products differ in the last bits of a number at most (docs/performance.md has what was
compared).
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import spacy
from spacy.language import Language
from spacy.matcher import Matcher
from spacy.pipeline import AttributeRuler, DependencyParser, EntityRecognizer, Lemmatizer, attributeruler
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]
from spacy.tokens import Doc, Token
from thinc.api import Model, NumpyOps, Ragged, chain
from threadpoolctl import ThreadpoolController

#: Rows that are multiplied at once, as a rule and where few are left.
ROWS = (320, 96)

#: Kinds of words that are remembered, by the ruler, by the lemmatizer and by each embedding (400 bytes a word).
WORDS = 1 << 13


class _Rows(NamedTuple):
    """Rows of a product of a fixed size that are all computed in the same order: ``first`` to ``last``, exclusive."""

    size: int
    first: int
    last: int


class Products(NumpyOps):  # type: ignore[misc]
    """Products of matrices by NumPy's BLAS, where a row's result does not depend on its place.

    spaCy multiplies with the BLIS that it brings along, a row at a time as it
    were: what comes of a row is the same to the bit whatever stands beside it.
    NumPy's BLAS is three to four times as fast on the machines that we know, but adds
    up the rows at the edges of a block in another order.  So every product has one of
    two fixed sizes, and only rows that a trial has shown to be treated alike are used;
    where too few are, BLIS multiplies.  One thread does it all, since several
    share the work in ways that change bits.

    >>> rows = np.random.default_rng(1).standard_normal((500, 96), dtype=np.float32)
    >>> weights = np.random.default_rng(2).standard_normal((64, 96), dtype=np.float32)
    >>> ops = Products()
    >>> whole, part = ops.gemm(rows, weights, trans2=True), ops.gemm(rows[321:330], weights, trans2=True)
    >>> whole.shape, bool((whole[321:330] == part).all())
    ((500, 64), True)
    """

    def __init__(self) -> None:
        super().__init__()
        self._threads = ThreadpoolController()
        self._alike: dict[tuple[int, int], tuple[_Rows, ...]] = {}

    def gemm(self, x: Any, y: Any, *, out: Any = None, trans1: bool = False, trans2: bool = False) -> Any:
        """Multiply ``x`` (rows, n) with the transposed ``y`` (m, n); other products are left to BLIS."""
        usual = x.dtype == y.dtype == np.float32 and trans2 and not trans1 and y.flags.c_contiguous and len(x) > 0
        if not usual:
            return super().gemm(x, y, out=out, trans1=trans1, trans2=trans2)
        with self._threads.limit(limits=1):
            sizes = self._alike.get(y.shape)
            if sizes is None:
                sizes = self._alike[y.shape] = tuple(_alike(*y.shape))
            if sizes:
                return _product(x, y, out, sizes)
        return super().gemm(x, y, out=out, trans1=trans1, trans2=trans2)


def _product(x: Any, y: Any, out: Any, sizes: tuple[_Rows, ...]) -> Any:
    """Multiply in blocks of these sizes, the large ones first."""
    if out is None:
        out = np.empty((len(x), len(y)), np.float32)
    few = sizes[-1].last - sizes[-1].first
    done = 0
    for rows in sizes:
        stop = len(x) if rows is sizes[-1] else len(x) - few
        given = np.zeros((rows.size, x.shape[1]), np.float32)
        made = np.empty((len(y), rows.size), np.float32)
        while done < stop:
            here = slice(rows.first, min(rows.last, rows.first + len(x) - done))
            n = here.stop - here.start
            given[here] = x[done : done + n]
            np.matmul(y, given.T, out=made)
            out[done : done + n] = made[:, here].T
            done += n
    return out


def _alike(outputs: int, inputs: int) -> Iterator[_Rows]:
    """Try which rows are computed in the same order in products of our sizes with weights of this shape."""
    draw = np.random.default_rng(0)
    weights = draw.standard_normal((outputs, inputs), dtype=np.float32)
    row = draw.standard_normal(inputs, dtype=np.float32)
    told: Any = None
    for size in ROWS:
        made = (weights @ np.tile(row, (size, 1)).T).T
        middle = made[size // 2]
        if told is None:
            told = middle
        other = np.flatnonzero((made != middle).any(axis=1))
        first = int(other[other < size // 2].max(initial=-1)) + 1
        last = int(other[other > size // 2].min(initial=size))
        if (last - first) * 4 >= size * 3 and (middle == told).all():
            yield _Rows(size, first, last)
        elif size == ROWS[0]:
            return


class Ruler:
    """What an attribute ruler says of a token, asked once for all tokens that are alike to its rules.

    What a rule of one token says depends on the token's tag, on its dependency, on
    whether it is white space and on which of the words of the rules it is.  In texts
    where a rule of several tokens holds, all rules are asked.

    Raises ValueError where a rule asks for anything else.
    """

    def __init__(self, ruler: AttributeRuler) -> None:
        own: Any = ruler
        self._match, self._annotate, self._attributes = own.match, own.set_annotations, own.attrs
        self._set: Any = getattr(attributeruler, "set_token_attrs", None)
        if self._set is None:
            raise ValueError("this spaCy sets attributes in another way")
        self._vocab = ruler.vocab
        self._several: Any = Matcher(ruler.vocab)
        self._words: set[str] = set()
        self._patterns: list[re.Pattern[str]] = []
        self._dependencies: set[int] = set()
        for n, rule in enumerate(ruler.patterns):
            patterns: Any = rule["patterns"]
            for pattern in patterns:
                if len(pattern) > 1:
                    self._several.add(str(n), [pattern])
                    continue
                if rule["index"] not in (0, -1):
                    raise ValueError("a rule sets attributes of a token that it does not have")
                for key, value in pattern[0].items():
                    self._note(key, value)
        self._kinds = Bounded()
        self._known: dict[tuple[int, int, int], dict[int, int]] = {}

    def _note(self, key: str, value: Any) -> None:
        """Remember what tokens are told apart by."""
        values = [value]
        if isinstance(value, dict):
            [(operator, values)] = value.items()
            if key == "LOWER" and operator == "REGEX":
                self._patterns.append(re.compile(values))
                return
            if operator not in ("IN", "NOT_IN"):
                raise ValueError(f"a rule asks for {operator}")
        if key != "IS_SPACE" and not all(isinstance(value, str) for value in values):
            raise ValueError(f"a rule asks for {key} by its number")
        if key == "LOWER":
            self._words.update(values)
        elif key == "DEP":
            self._dependencies.update(self._vocab.strings.add(name) for name in values)
        elif key not in ("TAG", "IS_SPACE"):
            raise ValueError(f"a rule asks for {key}")

    def match(self, doc: Doc) -> list[Any] | None:
        """Give the places of all rules in a text with one of the rules of several tokens, None for any other text."""
        return self._match(doc) if len(self._several) and self._several(doc, allow_missing=True) else None

    def set_annotations(self, doc: Doc, matches: list[Any] | None) -> None:
        """Set the attributes that the rules give."""
        if matches is not None:
            self._annotate(doc, matches)
            return
        for token in doc:
            word, tag, dependency = token.orth, token.tag, token.dep
            if dependency not in self._dependencies:
                dependency = -1
            kind = self._kinds.get(word)
            if kind is None:
                kind = self._kinds[word] = self._kind(token)
            attributes = self._known.get((kind, tag, dependency))
            if attributes is None:
                attributes = self._known[kind, tag, dependency] = self._ask(token)
            if attributes:
                self._set(token, attributes)

    def _kind(self, token: Token) -> int:
        """Give the number of a word that rules name, -1 for other white space, 0 for any other word."""
        word = token.lower_
        if word in self._words or any(p.search(word) for p in self._patterns):
            return token.lower
        return -1 if token.is_space else 0

    def _ask(self, token: Token) -> dict[int, int]:
        alone = Doc(self._vocab, words=[token.orth_], tags=[token.tag_], deps=[token.dep_], heads=[0])
        attributes: dict[int, int] = {}
        for rule, *_ in self._match(alone):
            attributes |= self._attributes[rule]
        return attributes


class Embedding:
    """What a model's first layers make of a token, remembered by the attributes that they look at.

    They see no other token: the same attributes give the same vector, to the bit.
    Of more than ``WORDS`` kinds the oldest go; those that are asked for again come along.
    """

    def __init__(self, layers: Sequence[Any]) -> None:
        self._inner: Any = chain(*layers)
        self._rows: dict[bytes, int] = {}
        self._vectors: Any = None
        self._older: tuple[dict[bytes, int], Any] = {}, None

    def model(self) -> Any:
        """Give the layer that takes the place of the layers, from attributes to vectors, both ragged."""
        return Model("remembered", self._forward, layers=[self._inner], ops=self._inner.ops)

    def _forward(self, model: Any, given: Any, is_train: bool) -> Any:
        if is_train:
            return self._inner(given, is_train)
        attributes = np.ascontiguousarray(given.dataXd)
        row = np.dtype((np.void, attributes.dtype.itemsize * attributes.shape[1]))
        kinds: Any = attributes.view(row).ravel().tolist()
        new = [kind for kind in dict.fromkeys(kinds) if kind not in self._rows]
        if len(self._rows) + len(new) > WORDS and new:
            self._older = self._rows, self._vectors
            self._rows, self._vectors = {}, None
            new = list(dict.fromkeys(kinds))
        if new:
            rows, vectors = self._older
            if again := [kind for kind in new if kind in rows]:
                self._put(again, vectors[[rows[kind] for kind in again]])
                new = [kind for kind in new if kind not in rows]
        if new:
            self._put(new, self._made(new, attributes.dtype))
        return Ragged(self._vectors[[self._rows[kind] for kind in kinds]], given.lengths), None

    def _made(self, kinds: Sequence[bytes], dtype: Any) -> Any:
        rows = np.frombuffer(b"".join(kinds), dtype).reshape(len(kinds), -1)
        given: Any = (rows, np.array([len(kinds)], np.int32))
        return self._inner.predict(Ragged(*given)).dataXd

    def _put(self, kinds: Sequence[bytes], made: Any) -> None:
        first, last = len(self._rows), len(self._rows) + len(kinds)
        if self._vectors is None or last > len(self._vectors):
            grown = np.empty((max(last, 2 * first), made.shape[1]), made.dtype)
            if first:
                grown[:first] = self._vectors[:first]
            self._vectors = grown
        self._vectors[first:last] = made
        self._rows |= zip(kinds, range(first, last), strict=True)


class Bounded(dict[Any, Any]):
    """A dict that begins anew when it is full.

    >>> forms = Bounded({number: "" for number in range(WORDS)})
    >>> forms["ships"] = ["ship"]
    >>> forms
    {'ships': ['ship']}
    """

    def __setitem__(self, key: Any, value: Any) -> None:
        if len(self) >= WORDS:
            self.clear()
        super().__setitem__(key, value)


def _remember(node: Any) -> None:
    """Let layers that embed tokens one by one remember what they made; others stay as they are."""
    names = [layer.name for layer in node.layers]
    if names[:2] == ["extract_features", "list2ragged"] and names[-1] == "ragged2list" and len(names) > 3:
        node.layers[2:-1] = [Embedding(node.layers[2:-1]).model()]


class _InStep:
    """Parses texts side by side, a move of each at a time.

    spaCy's own loop, in compiled code, gives Python's lock back and takes it again
    some dozens of times at each move of each text, which is half of its time.  Here
    the lock is held, and each layer is asked once for all texts.
    """

    def greedy_parse(self: Any, docs: Sequence[Doc], drop: float = 0.0) -> Any:
        """Give the parses of texts, as spaCy's method of the same name does."""
        if drop or not isinstance(self.model.ops, NumpyOps):
            return super().greedy_parse(docs, drop)  # type: ignore[misc]
        self._ensure_labels_are_added(docs)
        parses = self.moves.init_batch(docs)
        steps = self.model.predict(docs)
        going = [parse for parse in parses if not parse.is_final()]
        while going:
            going = self.transition_states(going, steps.predict(going))
        steps.clear_memory()
        return parses

    def pipe(self: Any, docs: Iterable[Doc], *, batch_size: int = 256) -> Iterator[Doc]:
        """Parse a stream of texts, each batch of them as a whole; spaCy cuts it in four by length."""
        for batch in spacy.util.minibatch(docs, batch_size):  # type: ignore[no-untyped-call]
            yield from super().pipe(batch, batch_size=len(batch) * 4)  # type: ignore[misc]


class Parser(_InStep, DependencyParser):  # type: ignore[misc]
    """The dependency parser, many texts at once."""


class Recognizer(_InStep, EntityRecognizer):  # type: ignore[misc]
    """The recognizer of names, many texts at once."""


@Language.factory("unspin_parser", assigns=["token.dep", "token.head", "token.is_sent_start", "doc.sents"])
def _parser(  # spaCy takes only arguments that are named
    nlp: Language,
    name: str,
    model: Any,
    moves: Any = None,
    update_with_oracle_cut_size: int = 100,
    learn_tokens: bool = False,
    min_action_freq: int = 30,
    scorer: Any = None,
) -> Parser:
    return Parser(
        nlp.vocab,
        model,
        name,
        moves,
        update_with_oracle_cut_size=update_with_oracle_cut_size,
        learn_tokens=learn_tokens,
        min_action_freq=min_action_freq,
        scorer=scorer,
    )


@Language.factory("unspin_ner", assigns=["doc.ents", "token.ent_iob", "token.ent_type"])
def _recognizer(
    nlp: Language,
    name: str,
    model: Any,
    moves: Any = None,
    update_with_oracle_cut_size: int = 100,
    incorrect_spans_key: str | None = None,
    scorer: Any = None,
) -> Recognizer:
    return Recognizer(
        nlp.vocab,
        model,
        name,
        moves,
        update_with_oracle_cut_size=update_with_oracle_cut_size,
        incorrect_spans_key=incorrect_spans_key,
        scorer=scorer,
    )


#: spaCy's factories, and ours that take their place.
FACTORIES = {"parser": "unspin_parser", "ner": "unspin_ner"}


@spacy.util.registry.tokenizers("unspin.Blank.v1")  # type: ignore[untyped-decorator]
def _blank() -> Callable[[Language], Tokenizer]:
    return lambda nlp: Tokenizer(nlp.vocab)


def changed(folder: Path) -> dict[str, Any]:
    """Give what to read otherwise in the settings of the model in this folder.

    That is the factories of its parts, and that the tokenizer has no rules before its
    own are read: the language's, which they replace, take a seventh of the loading.
    """
    config: Mapping[str, Any] = spacy.util.load_config(folder / "config.cfg")
    ours = {name: FACTORIES.get(str(part.get("factory", ""))) for name, part in config["components"].items()}
    made: dict[str, Any] = {f"components.{name}.factory": factory for name, factory in ours.items() if factory}
    if config["nlp"]["tokenizer"] == {"@tokenizers": "spacy.Tokenizer.v1"} and (folder / "tokenizer").is_file():
        made["nlp.tokenizer"] = {"@tokenizers": "unspin.Blank.v1"}
    return made


def quicken(nlp: Language) -> None:
    """Change how the parts of a loaded model find what they find; a part that is built otherwise stays as it is."""
    ops = Products()
    for _, component in nlp.components:
        model = getattr(component, "model", None)
        for node in list(model.walk()) if model is not None else ():
            if type(node.ops) is NumpyOps:
                node.ops = ops
                _remember(node)
        if isinstance(component, Lemmatizer) and component.lookups.has_table("lemma_index"):
            # Lists of thousands of words are looked through for each form that a rule makes.
            index = component.lookups.get_table("lemma_index")
            for part, words in list(index.items()):
                index[part] = dict.fromkeys(words)
        if isinstance(component, Lemmatizer):
            component.cache = Bounded()
        if isinstance(component, AttributeRuler):
            with contextlib.suppress(ValueError):
                known = Ruler(component)
                vars(component).update(match=known.match, set_annotations=known.set_annotations)
