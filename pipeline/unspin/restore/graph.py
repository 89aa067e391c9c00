"""Search the lattices of many sentences at once, with arrays instead of loops.

Words are the nodes of a graph, an edge joins a word to one that may follow it,
and a triple joins two edges: three words in a row.  Edges are numbered by how
far from the beginning of their sentence they lie, so that one step of the
search goes on in all sentences.  These do not touch: what comes of one does
not depend on the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from unspin.restore.arrays import Floats, Ints, ends, runs
from unspin.restore.language_model import START, STOP, Mixed, Models
from unspin.restore.lattice import Lattice

Flags = npt.NDArray[np.bool_]


class Spots(NamedTuple):
    """The stretches of tokens that have options, those of all lattices; tokens and options likewise."""

    first: Ints
    last: Ints
    options: Ints  #: number of the first option of each, and of the end of all
    of: Ints  #: stretch of each option
    lattices: Ints  #: number of the first stretch of each lattice, and of the end of all
    shift: Ints  #: number of the first token of each lattice, and of the end of all


class Nodes(NamedTuple):
    """Words: of the tokens as they stand, of the options, ends and beginnings of sentences, what lies after an end."""

    word: Ints
    kept: Ints  #: first node of each token, and of the end of all
    into: Ints  #: first node of each option, and of the end of all
    stops: Ints
    starts: Ints
    order: Ints  #: rises along every path through all sentences
    level: Ints  #: the same from the beginning of each sentence
    rank: Ints  #: of each node among those that may follow the same node
    edges: Ints  #: number of the first edge from each node
    target: Ints  #: node to which each edge leads


class Level(NamedTuple):
    """Edges ``[low, high)`` to which triples ``[first, last)`` lead."""

    low: int
    high: int
    first: int
    last: int
    groups: Ints  #: where the triples of each edge begin, from ``first``


class Graph(NamedTuple):
    """What may stand in a row, and what the language models say of it."""

    spots: Spots
    nodes: Nodes
    number: Ints  #: number by level of each edge, as it is counted from its node
    target: Ints  #: node to which each edge leads; from here on edges are numbered by level
    begins: int  #: edges that begin a sentence: those with the first numbers
    among: Ints  #: of each edge among those that lead to the same node
    triples: Ints  #: number of the first triple that leads to each edge, and of the end of all
    over: Ints  #: the edge before, for each triple
    to: Ints  #: the edge to which each triple leads
    levels: list[Level]
    web: Floats  #: log P of the second word of each edge
    domain: Floats  #: the same by the model of plain articles
    alone: Floats  #: the trigram model's log P of the second word of each edge after no other than the first
    trigram: Floats  #: log P of the last word of each triple


def graph(lattices: Sequence[Lattice], models: Models) -> Graph:
    """Lay out the words of lattices and ask the language models of all that may stand in a row."""
    spots = laid_spots(lattices)
    nodes = _nodes(lattices, spots, models)
    source = np.repeat(np.arange(len(nodes.word)), np.diff(nodes.edges))
    by_level = np.argsort(nodes.level[nodes.target], kind="stable")
    number = np.empty_like(by_level)
    number[by_level] = np.arange(len(by_level))
    source, target = source[by_level], nodes.target[by_level]
    entering = np.argsort(target, kind="stable")
    degree = np.bincount(target, minlength=len(nodes.word))
    first = ends(degree)
    among = np.empty_like(entering)
    among[entering] = np.arange(len(entering)) - first[target[entering]]
    counts = degree[source]
    triples = ends(counts)
    over = entering[runs(first[source], counts)]
    to = np.repeat(np.arange(len(source)), counts)
    steps = models.steps(nodes.word[source], nodes.word[target])
    silent = nodes.word[target] == 0  # no word: an option may put none
    steps.web[silent] = 0.0
    steps.domain[silent] = 0.0
    steps.pairs.alone[silent] = 0.0
    trigram = models.triples(steps, over, to)
    late = np.flatnonzero((nodes.word[source] == 0)[to])
    if len(late):  # the word after none follows the one before it
        words = nodes.word[source[over[late]]], nodes.word[target[to[late]]]
        trigram[late] = models.steps(*words).pairs.alone
    levels = nodes.level[target]
    begins = len(nodes.starts) and int(np.searchsorted(levels, 1, "right"))
    bounds = [*np.flatnonzero(np.diff(levels[begins:], prepend=-1)) + begins, len(levels)]
    return Graph(
        spots,
        nodes,
        number,
        target,
        begins,
        among,
        triples,
        over,
        to,
        [
            Level(low, high, int(triples[low]), int(triples[high]), triples[low:high] - triples[low])
            for low, high in pairwise(bounds)
        ],
        steps.web,
        steps.domain,
        steps.pairs.alone,
        trigram,
    )


def laid_spots(lattices: Sequence[Lattice]) -> Spots:
    """Number the stretches with options."""
    sizes = np.array([len(lattice.kept) for lattice in lattices], np.int64)
    shift = ends(sizes)
    given = np.array([len(lattice.spots) for lattice in lattices], np.int64)
    rows = [spot for lattice in lattices for spot in lattice.spots]
    table = np.array(rows, np.int64).reshape(-1, 3)
    table[:, :2] += np.repeat(shift[:-1], given)[:, None]
    return Spots(
        table[:, 0],
        table[:, 1],
        ends(table[:, 2]),
        np.repeat(np.arange(len(table)), table[:, 2]),
        ends(given),
        shift,
    )


def _nodes(lattices: Sequence[Lattice], spots: Spots, models: Models) -> Nodes:
    """Number the words and join each to those that may follow it."""
    kept = [words for lattice in lattices for words in lattice.kept]
    into = [words or (0,) for lattice in lattices for words in lattice.words]
    count, options = len(kept), len(into)
    first, last = spots.first[spots.of], spots.last[spots.of]
    breaks = np.fromiter(chain.from_iterable(lattice.breaks for lattice in lattices), np.bool_, count)
    breaks[spots.shift[:-1][np.diff(spots.shift) > 0]] = True
    heads = np.flatnonzero(breaks)
    tails = np.append(heads[1:], count)[: len(heads)]
    several = len(heads)
    sentence = np.cumsum(breaks) - 1
    sizes = np.array([len(words) for words in (*kept, *into)] + [1] * (3 * several), np.int64)
    node = ends(sizes)
    stops, starts, after = (node[count + options + n * several :][:several] for n in range(3))
    word = np.zeros(int(node[-1]), np.int64)
    texts = [*chain.from_iterable(kept), *chain.from_iterable(into)]
    word[: len(texts)] = texts
    word[stops], word[starts] = models.vocabulary[STOP], models.vocabulary[START]
    # Gaps lie before each token and after the last one of each sentence: there ways begin and end.
    gap = np.arange(count) + sentence
    begin = np.concatenate([gap, gap[first], gap[tails - 1] + 1])
    end = np.concatenate([gap + 1, gap[last - 1] + 1])
    listed = np.argsort(begin, kind="stable")
    doors = node[listed]
    width = np.bincount(begin, minlength=count + several)
    door = ends(width)
    rank = np.zeros(len(word), np.int64)
    rank[doors] = np.arange(len(doors)) - door[begin[listed]]
    # The last word of a way is joined to the first ones of all that begin where it ends, any other to the next.
    where = np.full(len(word), -1)
    where[node[1 : count + options + 1] - 1] = end
    where[starts] = gap[heads]
    degree = np.where(where >= 0, width[where], 1)
    degree[after] = 0
    edges = ends(degree)
    source = np.repeat(np.arange(len(word)), degree)
    target = source + 1
    apart = np.flatnonzero(where[source] >= 0)
    target[apart] = doors[door[where[source[apart]]] + apart - edges[source[apart]]]
    target[edges[stops]] = after
    # As much room for each token as the longest way from it needs.
    room = sizes[:count].copy()
    np.maximum.at(room, first, sizes[count : count + options])
    place = ends(room)
    order = np.zeros(len(word), np.int64)
    own = np.concatenate([np.arange(count), first])
    order[: len(texts)] = np.repeat((place[:-1] + 3 * sentence + 1)[own] - node[: len(own)], sizes[: len(own)])
    order[: len(texts)] += np.arange(len(texts))
    base = place[heads] + 3 * np.arange(several)
    order[starts], order[stops] = base, place[tails] + 3 * np.arange(several) + 1
    order[after] = order[stops] + 1
    of = np.concatenate([np.repeat(sentence[own], sizes[: len(own)]), np.tile(np.arange(several), 3)])
    return Nodes(
        word,
        node[: count + 1],
        node[count : count + options + 1],
        stops,
        starts,
        order,
        order - base[of],
        rank,
        edges,
        target,
    )


def best(graph: Graph, channel: Floats, weights: Mixed) -> Flags:
    """Tell which nodes lie on the paths of the highest score; ties go to what comes first.

    ``channel``: what each option is worth whatever stands around it; ``weights``: of the language models.
    """
    nodes, target, over, to = graph.nodes, graph.target, graph.over, graph.to
    worth = np.zeros(len(nodes.word))
    worth[nodes.into[:-1]] = channel
    step = weights[1] * graph.web + weights[2] * graph.domain + worth[target]
    score = weights[0] * graph.trigram + step[to]
    total = np.empty(len(target))
    begins = graph.begins
    total[:begins] = weights[0] * graph.alone[:begins] + step[:begins]
    for low, high, first, last, groups in graph.levels:
        np.maximum.reduceat(total[over[first:last]] + score[first:last], groups, out=total[low:high])
    chosen = np.flatnonzero(total[over] + score == total[to])
    before = np.arange(len(target))
    chosen = chosen[::-1]  # of what is equal the first is written last
    before[to[chosen]] = over[chosen]
    on = np.zeros(len(nodes.word), np.bool_)
    on[nodes.starts] = True
    at = graph.number[nodes.edges[nodes.stops]]
    for _ in graph.levels:  # as many words as the longest path has, its end included
        at = before[at]
        on[target[at]] = True
    return on


class Weighed(NamedTuple):
    """How likely each way to read the places of paths is, with what stands around it given."""

    places: Ints  #: stretches with options that the paths leave open
    taken: Ints  #: the option that the path takes at each, -1 where the tokens stay
    begins: Ints  #: number of the first reading of each place, and of the end of all
    options: Ints  #: the option that each reading takes, -1 where the tokens stay: always the first
    chances: Floats  #: of each reading


def weigh(graph: Graph, on: Flags, only: Flags, channel: Floats, weights: Mixed) -> Weighed:
    """Give the probability of every reading of each place that paths leave open, of some of the stretches.

    Where a phrase was kept word by word, the phrase is a place of its own.
    """
    spots, nodes, number = graph.spots, graph.nodes, graph.number
    path = np.flatnonzero(on)
    path = path[np.argsort(nodes.order[path])]
    index = np.zeros(len(nodes.word), np.int64)
    index[path] = np.arange(len(path))
    # The option that the path takes from each token, and how many it takes before.
    chosen = np.flatnonzero(on[nodes.into[:-1]])
    taken = np.full(len(nodes.kept), -1)
    taken[spots.first[spots.of[chosen]]] = chosen
    starts = ends(taken >= 0)
    mine = taken[spots.first]
    alive = on[nodes.kept[spots.first]] | (mine >= 0)
    free = (mine < 0) & (starts[spots.last] == starts[spots.first])
    same = (mine >= 0) & (spots.last[spots.of[mine]] == spots.last)
    places = np.flatnonzero(alive & (free | same) & only)
    if not len(places):
        return Weighed(places, places, np.zeros(1, np.int64), places, np.zeros(0))
    first, last, mine = spots.first[places], spots.last[places], mine[places]
    opening = np.where(mine >= 0, nodes.into[mine], nodes.kept[first])
    closing = np.where(mine >= 0, nodes.into[mine + 1], nodes.kept[last]) - 1
    left, right = index[opening], index[closing]
    # Readings: the tokens as they stand, then the options.
    counts = spots.options[places + 1] - spots.options[places]
    begins = ends(counts + 1)
    of = np.repeat(np.arange(len(places)), counts + 1)
    options = np.full(len(of), -1)
    other = np.ones(len(of), np.bool_)
    other[begins[:-1]] = False
    options[other] = runs(spots.options[places], counts)
    low = np.where(other, nodes.into[options], nodes.kept[first][of])
    high = np.where(other, nodes.into[options + 1], nodes.kept[last][of])
    # Each as a row of nodes: two of the path before, its own, two of the path after.
    size = high - low + 4
    row = ends(size)
    line = np.repeat(low - 2 - row[:-1], size) + np.arange(row[-1])
    head, tail = row[:-1], row[1:]
    ahead = np.append(path, [0])
    line[head], line[head + 1] = path[np.maximum(left - 2, 0)][of], path[left - 1][of]
    line[tail - 2], line[tail - 1] = ahead[right + 1][of], ahead[right + 2][of]
    # Three words in a row from each place of the rows, none beyond the end of a sentence.
    words = nodes.into[-1]
    lengths = size - 2 - (line[tail - 2] >= words)
    at = runs(head, lengths)
    second = number[nodes.edges[line[at + 1]] + nodes.rank[line[at + 2]]]
    opens = line[at + 1] >= words  # a sentence begins: two words, not three
    first = np.where(opens, 0, nodes.edges[line[at]] + nodes.rank[line[at + 1]])
    triple = np.where(opens, 0, graph.triples[second] + graph.among[number[first]])
    known = graph.trigram[triple] if len(graph.trigram) else np.zeros(len(triple))
    said = weights[0] * np.where(opens, graph.alone[second], known)
    said += weights[1] * graph.web[second] + weights[2] * graph.domain[second]
    value = np.add.reduceat(said, ends(lengths)[:-1])
    value[other] += channel[options[other]]
    return Weighed(places, mine, begins, options, shares(value, begins))


def shares(worth: Floats, begins: Ints) -> Floats:
    """Give the probability of each reading of several places by what it is worth.

    >>> shares(np.log([1.0, 3.0, 2.0, 2.0]), np.array([0, 2, 4])).round(2).tolist()
    [0.25, 0.75, 0.5, 0.5]
    """
    first, counts = begins[:-1], np.diff(begins)
    found: Floats = np.exp(worth - np.repeat(np.maximum.reduceat(worth, first), counts))
    found /= np.repeat(np.add.reduceat(found, first), counts)
    return found


def best_of(chances: Floats, begins: Ints) -> Ints:
    """Give the number of the likeliest reading of each place, the first of those that are.

    >>> best_of(np.array([0.25, 0.75, 0.5, 0.5]), np.array([0, 2, 4])).tolist()
    [1, 2]
    """
    first = begins[:-1]
    if not len(first):
        return first
    most = np.flatnonzero(chances == np.repeat(np.maximum.reduceat(chances, first), np.diff(begins)))
    found: Ints = most[np.searchsorted(most, first)]
    return found


def joined(parts: Sequence[tuple[Spots, Weighed]]) -> Weighed:
    """Give what was weighed in parts, one after the other, as one."""
    spots = ends(np.array([len(laid.first) for laid, _ in parts], np.int64)).tolist()
    options = ends(np.array([len(laid.of) for laid, _ in parts], np.int64)).tolist()
    readings = ends(np.array([len(weighed.options) for _, weighed in parts], np.int64)).tolist()
    rows = list(zip([weighed for _, weighed in parts], spots, options, readings, strict=False))
    return Weighed(
        np.concatenate([w.places + shift for w, shift, _, _ in rows]),
        np.concatenate([np.where(w.taken < 0, -1, w.taken + shift) for w, _, shift, _ in rows]),
        np.concatenate([*(w.begins[:-1] + shift for w, _, _, shift in rows), readings[-1:]]).astype(np.int64),
        np.concatenate([np.where(w.options < 0, -1, w.options + shift) for w, _, shift, _ in rows]),
        np.concatenate([w.chances for w, _, _, _ in rows]),
    )
