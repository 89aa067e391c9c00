"""What phrases are in their sentences: nouns, verbs, adjectives or adverbs, as the spaCy model sees it."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from unspin.extract.models import load

if TYPE_CHECKING:
    from spacy.language import Language

#: Forms by the first letter of the Penn tag.
SPEECH = {"N": "noun", "V": "verb", "J": "adj", "R": "adv"}


@functools.lru_cache(maxsize=1)
def _model() -> Language:
    return load()[0]


def speeches(places: Sequence[tuple[str, str, str]]) -> list[str]:
    """Give the form of each phrase, told with the text before and after it: noun, verb, adj, adv or nothing.

    Raises ModelError where there is no model.

    >>> speeches([("They ", "keep to", " the plan."), ("The ", "promise", " was kept.")])
    ['verb', 'noun']
    """
    if not places:
        return []
    found: list[str] = []
    texts = [("".join(place), place) for place in places]
    for doc, (before, phrase, _) in _model().pipe(texts, as_tuples=True, disable=["ner", "lemmatizer"]):
        span = doc.char_span(len(before), len(before) + len(phrase), alignment_mode="expand")
        found.append(SPEECH.get(span.root.tag_[0], "") if span is not None else "")
    return found
