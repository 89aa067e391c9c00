"""What phrases are in their sentences: nouns, verbs, adjectives or adverbs, as the spaCy model sees it."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from unspin.extract.models import load

if TYPE_CHECKING:
    from spacy.language import Language

#: Forms by the first letter of the Penn tag.
SPEECH = {"N": "noun", "V": "verb", "J": "adj", "R": "adv"}


class Speech(NamedTuple):
    """What a phrase is in its sentence."""

    form: str = ""  #: noun, verb, adj, adv or nothing
    lemma: str = ""  #: of its head, in lower case


#: Of a phrase that nobody was asked about.
UNTOLD = Speech()


@functools.lru_cache(maxsize=1)
def _model() -> Language:
    return load()[0]


def speeches(places: Sequence[tuple[str, str, str]]) -> list[Speech]:
    """Give what each phrase is, told with the text before and after it.

    Raises ModelError where there is no model.

    >>> speeches([("They ", "keep to", " the plan."), ("The ", "leaves", " were green.")])
    [Speech(form='verb', lemma='keep'), Speech(form='noun', lemma='leaf')]
    """
    if not places:
        return []
    found: list[Speech] = []
    texts = [("".join(place), place) for place in places]
    for doc, (before, phrase, _) in _model().pipe(texts, as_tuples=True, disable=["ner"]):
        span = doc.char_span(len(before), len(before) + len(phrase), alignment_mode="expand")
        if span is None:
            found.append(UNTOLD)
        else:
            found.append(Speech(SPEECH.get(span.root.tag_[0], ""), span.root.lemma_.lower()))
    return found
