"""Spin clean text forwards with the packs, so that learner and miner can be tried on unlimited pairs."""

import random
from collections import defaultdict
from typing import NamedTuple

from unspin.lexicon import forms
from unspin.restore.tokens import tokens


class Spun(NamedTuple):
    """A spun text and the replacements that made it."""

    text: str
    made: tuple[tuple[str, str, str], ...]  #: spun form, plain form, rule


class Respinner:
    """Rules turned round: plain form -> spun forms."""

    def __init__(self, entries):
        self.back = defaultdict(list)
        for entry in entries:
            if entry.plain and not entry.suspect:
                for spun, plain, _ in forms.pairs(entry.spun, entry.plain, entry.form):
                    if plain.islower() and spun.islower():
                        self.back[tuple(plain.replace("-", " ").split())].append((spun, plain, entry.rule))
        self.lengths = defaultdict(set)
        for key in self.back:
            self.lengths[key[0]].add(len(key))

    def spin(self, text, seed, rate=0.6):
        """Replace phrases in lower case, longest first, each with a chance of ``rate``."""
        draw = random.Random(seed)
        found = tokens(text, 0, len(text))
        parts, made = [], []
        at = done = 0
        while at < len(found):
            for length in sorted(self.lengths.get(found[at].word, ()), reverse=True):
                run = found[at : at + length]
                key = tuple(t.word for t in run)
                usable = len(run) == length and all(
                    t.shape == "lower" and not t.shielded and not t.suffix for t in run
                ) and all(t.joint and not t.breaks for t in run[1:])
                if usable and key in self.back and draw.random() < rate:
                    rule = draw.choice(self.back[key])
                    parts += [text[done : run[0].start], rule[0]]
                    made.append(rule)
                    done = run[-1].end
                    at += length
                    break
            else:
                at += 1
        return Spun("".join(parts) + text[done:], tuple(made))


def minimal(spun, plain):
    """Give a replacement without the words that both sides begin or end with.

    >>> minimal("inside the", "in the")
    ('inside', 'in')
    """
    left, right = spun.lower().replace("-", " ").split(), plain.lower().replace("-", " ").split()
    while left and right and left[-1] == right[-1]:
        left, right = left[:-1], right[:-1]
    while left and right and left[0] == right[0]:
        left, right = left[1:], right[1:]
    return " ".join(left), " ".join(right)
