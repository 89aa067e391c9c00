"""Remember what examples and keep sentences came to, so that a check proves again only what an edit touches."""

from __future__ import annotations

import hashlib
import importlib.metadata
import itertools
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import unspin
from unspin.cache import cache_folder, remember, remembered
from unspin.lexicon import proofs
from unspin.lexicon.proofs import side_by_side
from unspin.lexicon.read import Pack, shipped

#: A run of letters or digits: every token begins and ends with one.
RUN = re.compile(r"[^\W_]+")

#: Parts of the package, and of the shipped data that are no packs, that a verdict depends on.
PARTS = ("restore", "lexicon", "edits.py", "records.py")
DATA = ("titles/titles.tsv", "names/given.txt")


class Verdicts:
    """Verdicts on texts under compiled packs, those of earlier checks among them where they still hold.

    A verdict holds while no row of a key that may stand in its text is another:
    all words of the key are among those of the text.  Code, weights, models and
    the packs' families are part of the file's name.
    """

    def __init__(self, packs: Sequence[Pack], rows: Iterable[Sequence[Any]]) -> None:
        self._path = cache_folder() / f"verdicts-{_mark(packs)}.json"
        made = remembered(self._path)
        self._old: Mapping[str, Any] = made if isinstance(made, dict) else {}
        self._rows = digests(rows)
        self._made: dict[str, Any] = {}
        before = self._old.get("rows", {})
        self._other: dict[str, list[frozenset[str]]] = {}  # first word of a key that says something else -> its words
        for key in {*before, *self._rows} if before else ():
            if before.get(key) != self._rows.get(key):
                words = RUN.findall(key)
                self._other.setdefault(words[0] if words else "", []).append(frozenset(words))

    def ask(self, kind: str, texts: Sequence[str], judge: Callable[[Sequence[str]], list[Any]]) -> list[Any]:
        """Give the verdict on each text: what ``judge`` says of it among others, or said of it before."""
        names = [f"{kind} {hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}" for text in texts]
        known = self._old.get("verdicts", {})
        found = {
            name: known[name]
            for name, text in zip(names, texts, strict=True)
            if name in known and not self._touches(text)
        }
        unknown = {name: text for name, text in zip(names, texts, strict=True) if name not in found}
        if unknown:
            first, *rest = unknown.values()
            # The first one here: what it loads is shared with the workers that are forked for the others.
            found.update(zip(unknown, [*judge([first]), *side_by_side(judge, rest)], strict=True))
        self._made.update(found)
        return [found[name] for name in names]

    def keep(self) -> None:
        """Remember the verdicts for the next check."""
        if self._made != self._old.get("verdicts") or self._rows != self._old.get("rows"):
            remember(self._path, {"rows": self._rows, "verdicts": self._made})

    def _touches(self, text: str) -> bool:
        """Tell whether a key that says something else than before may stand in a text."""
        if not self._other:
            return False
        words = set(RUN.findall(text.lower()))
        return any(key <= words for word in words & self._other.keys() for key in self._other[word])


def digests(rows: Iterable[Sequence[Any]]) -> dict[str, str]:
    """Give a hash of the compiled rows of each key.

    >>> digests([[["army"], "military", ["military"], "news/army>military:noun", "news", "NN", False, 7]])
    {'army': 'e2d28511727a'}
    """
    found: dict[str, str] = {}
    for key, here in itertools.groupby(rows, key=lambda row: row[0]):
        said = json.dumps([row[1:] for row in here], ensure_ascii=False)
        found[" ".join(key)] = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return found


def _mark(packs: Sequence[Pack]) -> str:
    """Give a hash of all that verdicts depend on besides rows and texts, and of which packs they are about."""
    total = hashlib.sha256(repr([(p.name, p.family, str(p.path.resolve())) for p in packs]).encode())
    total.update(repr((proofs.NEVER, importlib.metadata.version("pocketsphinx"))).encode())
    root = Path(unspin.__file__).parent
    code = (p for part in PARTS for p in ((root / part).rglob("*") if (root / part).is_dir() else (root / part,)))
    for path in sorted(p for p in code if p.is_file() and p.suffix != ".pyc"):
        total.update(path.relative_to(root).as_posix().encode() + hashlib.sha256(path.read_bytes()).digest())
    for name in DATA:
        total.update((shipped() / name).read_bytes())
    return total.hexdigest()[:32]
