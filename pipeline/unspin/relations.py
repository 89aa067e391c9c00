"""Relations in anybody's spaCy pipeline: ``nlp.add_pipe("unspin_relations")``.

>>> from unspin.extract.models import load
>>> nlp, _ = load()
>>> component = nlp.add_pipe("unspin_relations")
>>> doc = nlp("AFRICOM met with Libyan leaders.")
>>> [(r.subject, r.relation, r.object) for r in doc._.relations]
[('U.S. Africa Command', 'MEETS_WITH', 'Libyan leaders')]

spaCy finds the factory by itself where Unspin is installed; importing this
module registers it where it is not.
"""

from __future__ import annotations

from unspin.extract.component import KEY, Component, make
from unspin.records import Mention, Relation

__all__ = ["KEY", "Component", "Mention", "Relation", "make"]
