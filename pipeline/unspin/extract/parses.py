"""A parsed text as plain lists: spaCy's tokens are read once, for each look at one costs a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from unspin.extract.repairs import mend

if TYPE_CHECKING:
    from spacy.strings import StringStore
    from spacy.tokens import Doc


class Parse:
    """Tokens, tags, heads and children of one reading; offsets are in the reading."""

    __slots__ = (
        "children",
        "deps",
        "ends",
        "ents",
        "heads",
        "lefts",
        "lemmas",
        "lower",
        "n",
        "rights",
        "sents",
        "starts",
        "tags",
        "text",
        "words",
    )

    def __init__(self, doc: Doc, strings: dict[int, str]) -> None:
        table: Any = (
            doc.to_array(["HEAD", "DEP", "TAG", "LEMMA", "IDX", "LENGTH", "SENT_START"]).astype("int64").tolist()
        )
        store: StringStore = doc.vocab.strings
        self.text = text = doc.text
        self.n = n = len(table)
        self.words: list[str] = []
        self.lower: list[str] = []
        self.lemmas: list[str] = []
        self.tags: list[str] = []
        self.deps: list[str] = []
        self.heads: list[int] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.sents: list[tuple[int, int]] = []
        begin = 0
        for i, (head, dep, tag, lemma, start, length, sent_start) in enumerate(table):
            self.heads.append(i + head)
            for key in (dep, tag, lemma):
                if key not in strings:
                    strings[key] = store[key & 0xFFFFFFFFFFFFFFFF]
            self.deps.append(strings[dep])
            self.tags.append(strings[tag])
            self.lemmas.append(strings[lemma])
            self.starts.append(start)
            self.ends.append(start + length)
            word = text[start : start + length]
            self.words.append(word)
            self.lower.append(word.lower())
            if sent_start == 1 and i > begin:
                self.sents.append((begin, i))
                begin = i
        if n:
            self.sents.append((begin, n))
        self._edges()
        if mend(self):
            self._edges()
        #: start, end, label, and whether a noun follows that it only modifies (*Hass* of *Hass avocados*)
        self.ents: list[tuple[int, int, str, bool]] = []
        for e in doc.ents:
            last = e.end - 1
            modifier = self.deps[last] in {"compound", "nmod"} and self.heads[last] > last
            self.ents.append((e.start_char, e.end_char, e.label_, modifier))

    def _edges(self) -> None:
        """Work out children and the first and last token of each subtree."""
        self.children: list[list[int]] = [[] for _ in range(self.n)]
        self.lefts = list(range(self.n))
        self.rights = list(range(self.n))
        heads, lefts, rights = self.heads, self.lefts, self.rights
        for i, head in enumerate(heads):
            if head != i:
                self.children[head].append(i)
        # The first token below a head is the first that climbs to it; whoever comes later stops there.
        for i in range(self.n):
            at = heads[i]
            while lefts[at] > i:
                lefts[at] = i
                at = heads[at]
        for i in range(self.n - 1, -1, -1):
            at = heads[i]
            while rights[at] < i:
                rights[at] = i
                at = heads[at]

    def bid(self) -> None:
        """Read the first word as a verb in its base form, where it is a past or one noun before another.

        *supply electricity* and *cut taxes* below *The ministry will:*.
        """
        noun = self.heads[0]
        if noun == 0 and self.tags[0] == "VBD":
            self.tags[0] = "VB"
        elif self.deps[0] == "compound" and self.heads[noun] == noun and self.lefts[noun] == 0:
            self.tags[0] = "VB"
            self.heads[0], self.deps[0] = 0, "ROOT"
            self.heads[noun], self.deps[noun] = 0, "dobj"
            for k in self.children[noun]:
                if self.deps[k] == "punct":
                    self.heads[k] = 0
            self._edges()

    def particle(self, verb: int) -> int:
        """Give the particle of a verb (*put off*), or the verb where it has none."""
        return next((k for k in self.children[verb] if self.deps[k] == "prt"), verb)
