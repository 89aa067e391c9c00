"""Remember what was worked out, in bounded memory that keeps what is asked for again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(dict[Key, Value], Generic[Key, Value]):
    """What was worked out lately, by what for; where there is a ``make``, it works out what is not there.

    There are two generations.  At :meth:`turn` a full younger one becomes the
    older, whose place it takes; what is asked of the older comes back to the
    younger.  So what every text asks for stays, at the cost of a look-up, and
    what one text asked for goes.

    >>> lengths = Recent(len, room=2)
    >>> [lengths[word] for word in ("army", "navy", "forces")], len(lengths)
    ([4, 4, 6], 3)
    >>> lengths.turn()
    >>> lengths["navy"], list(lengths)
    (4, ['navy'])
    """

    def __init__(self, make: Callable[[Key], Value] | None = None, room: int = 0) -> None:
        super().__init__()
        self._make, self._room = make, room
        self._older: dict[Key, Value] = {}

    def __missing__(self, key: Key) -> Value:
        value = self.recall(key)
        if value is None:
            if self._make is None:
                raise KeyError(key)
            value = self[key] = self._make(key)
        return value

    def recall(self, key: Key) -> Value | None:
        """Give what the older generation has, which is of the younger one then; None where it has nothing."""
        value = self._older.pop(key, None)
        if value is not None:
            self[key] = value
        return value

    def turn(self) -> None:
        """Begin a generation anew where this one is full: between texts, not within one."""
        if len(self) > self._room:
            self._older = self.copy()
            super().clear()

    def remembered(self) -> int:
        """Count what both generations have."""
        return len(self) + len(self._older)

    def clear(self) -> None:
        """Forget everything."""
        super().clear()
        self._older.clear()
