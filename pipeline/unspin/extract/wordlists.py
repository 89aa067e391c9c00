"""Word lists as they are best read and edited: in lines of running words."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Give the words of a list.

    >>> sorted(words("say tell report"))
    ['report', 'say', 'tell']
    """
    return frozenset(text.split())
