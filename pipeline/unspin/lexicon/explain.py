"""Show the lattice of a text: every reading of every place, what spoke for it, and which one won."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from unspin.layout import layout
from unspin.records import Block, Edit
from unspin.restore import KNOWN_SPUN, Piece, Restorer, decoder, features, passes
from unspin.restore.language_model import Mixture, trigrams


class Reading(NamedTuple):
    """One way to read a place."""

    plain: str  #: what would stand there
    rule: str  #: empty where the text stays
    channel: str  #: ``keep pack fuzzy glossary open``
    probability: float
    score: float  #: sum of the parts; 0 where the text stays
    parts: dict[str, float]  #: feature -> weight times value, against leaving the text as it is; what the reranker adds


class Explanation(NamedTuple):
    """A place with candidates and what became of it."""

    start: int
    end: int
    original: str
    outcome: str  #: ``changed``, ``suspect`` or ``kept``
    replacement: str  #: what the edit writes; the original where it is kept
    chance: float  #: that the replacement would do: its own probability and its share of the others'; 0 where kept
    readings: tuple[Reading, ...]  #: best first


class Verdict(NamedTuple):
    """What a text says of itself as a document."""

    status: str  #: ``done`` or ``clean``
    spin_score: float
    clean: float  #: a text below this spin score gets no edit


def explain(text: str, restorer: Restorer) -> list[Explanation]:
    """Explain each place of a text that is taken to be spun, as examples of entries are.

    >>> restorer = Restorer.load(["news"])
    >>> places = explain("The army faces demanding situations in the area.", restorer)
    >>> [(p.original, p.replacement) for p in places if p.original == "demanding situations"]
    [('demanding situations', 'challenges')]
    """
    found: list[Explanation] = []
    block = Block("b1", "", "paragraph", 0, len(text))
    edits = {(edit.start, edit.end): edit for edit in restorer.chosen_spun(text)}
    for piece in restorer.pieces(text, [block], far=math.inf):  # what is not weighed in documents is shown as well
        found += explain_piece(text, piece, restorer, edits)
    return found


def verdict(text: str, restorer: Restorer) -> Verdict:
    """Tell what the text would come to as a document of its own, whose prior it sets itself."""
    decoded = restorer.restore(text, layout(text))
    return Verdict(decoded.status, round(decoded.spin_score, 4), restorer.weights.clean)


def explain_piece(
    text: str, piece: Piece, restorer: Restorer, edits: Mapping[tuple[int, int], Edit]
) -> Iterator[Explanation]:
    """Explain the places of one piece under the weights of the last pass, and what became of them."""
    weights = restorer.weights.later
    mixture = restorer.mixture(weights)
    document = restorer.document([piece])
    known = passes.given(document, KNOWN_SPUN)
    path, weighed = restorer.solve(document, weights, known, later=True)
    values = passes.values(document, known)
    judged = restorer.judged(document, weighed, weights, known)
    before, choices = (
        {(c.first, c.last): c for c in decoder.choices(document.spots, one, [piece.lattice])[0]}
        for one in (weighed, judged)
    )
    for place in decoder.places(piece.lattice, path, mixture.vocabulary):
        choice = choices[place.first, place.last]
        decoded, final = odds(before[place.first, place.last]), odds(choice)
        start, end = piece.found[choice.first].start, piece.found[choice.last - 1].end
        kept = each(place.left, place.kept, place.right, mixture)
        readings = []
        for chance, candidate in choice.others:
            if candidate is None:
                readings.append(Reading(text[start:end], "", "keep", chance, 0.0, {}))
                continue
            number = next(n for n in place.rivals if piece.lattice.options[n].candidate is candidate)
            models = each(place.left, piece.lattice.words[number], place.right, mixture)
            own = values[number].tolist()
            slopes = document.signs.slopes[number].tolist()
            parts = {n: (w + s) * v for n, w, s, v in zip(features.NAMES, weights, slopes, own, strict=True)}
            for at, name in enumerate(features.MODELS):
                parts[name] = weights[features.INDEX[name]] * (models[at] - kept[at])
            parts["reranker"] = final[id(candidate)] - decoded[id(candidate)]
            parts = {name: round(part, 3) for name, part in parts.items() if round(part, 3)}
            readings.append(Reading(candidate.plain, candidate.rule, candidate.channel, chance,
                                    round(sum(parts.values()), 3), parts))
        edit = edits.get((start, end))
        yield Explanation(start, end, text[start:end], edit.outcome if edit else "kept",
                          edit.replacement if edit else text[start:end], edit.score if edit else 0.0, tuple(readings))


def odds(choice: decoder.Choice) -> dict[int, float]:
    """Give the log-odds of each candidate of a choice, by its identity, against leaving the text as it is."""
    kept = next(chance for chance, candidate in choice.others if candidate is None)
    least = 1e-300
    return {id(c): math.log(max(chance, least) / max(kept, least)) for chance, c in choice.others if c is not None}


def each(left: int, words: Sequence[int], right: Sequence[int], mixture: Mixture) -> tuple[float, ...]:
    """Score words and the words right of them after a history, by each language model."""
    return tuple(map(sum, zip(*(mixture.said(trigram) for trigram in trigrams(left, (*words, *right))), strict=True)))


def lines(places: Sequence[Explanation], judged: Verdict) -> Iterator[str]:
    """Write explanations as text: a line for each place, one for each reading, parts weightiest first."""
    named = "spun" if judged.status == "done" else "clean, so nothing is changed"
    yield (f"as a document of its own: {named} (spin score {judged.spin_score:.2f}, "
           f"clean below {judged.clean:.2f}); taken as spun:")
    for place in places:
        shown = " ".join(place.original.split())
        yield f"{place.start}-{place.end} {shown}: " + (
            "kept" if place.outcome == "kept" else f"{place.outcome} to {place.replacement}, which would do"
            f" with a probability of {place.chance:.2f}")
        for reading in place.readings:
            parts = sorted(reading.parts.items(), key=lambda item: (-abs(item[1]), item[0]))
            told = "  ".join(f"{name} {part:+.2f}" for name, part in parts)
            yield (f"  {reading.probability:5.3f} {reading.score:+7.2f}  {' '.join(reading.plain.split())}"
                   f"  ({reading.rule or 'as it stands'}{', ' + reading.channel if reading.rule else ''})"
                   + (f"  {told}" if told else ""))
    if not places:
        yield "no place of this text stands in a lexicon"
