"""Documents, their clauses, and citations of them.

Every part of a policy cites the clauses that it comes from, or gives the rationale of a rule of
our own.
"""

from __future__ import annotations

import attrs

from ordercancel.domain.texts import Text


@attrs.frozen
class Clause:
    """One clause of a document.

    Args:
        id: Stable; what rules cite and refusals show.
        section: Where it stands in the document.
        text: The document's own line.
        reading: How we read it, where the line is silent, ambiguous or contradictory.
        document: The title of the document.
    """

    id: str
    section: str = attrs.field(kw_only=True)
    text: str = attrs.field(kw_only=True)
    reading: str | None = attrs.field(default=None, kw_only=True)
    document: str = attrs.field(default="", kw_only=True)


@attrs.frozen
class Document:
    """A document that rules are taken from; its clauses are given its title."""

    title: str
    clauses: tuple[Clause, ...]

    def __attrs_post_init__(self) -> None:
        titled = tuple(attrs.evolve(each, document=self.title) for each in self.clauses)
        object.__setattr__(self, "clauses", titled)


@attrs.frozen
class Citation:
    """Cites the clauses, by their ids, that a part of a policy comes from."""

    clauses: tuple[str, ...]


@attrs.frozen
class OwnRule:
    """Marks what rests on no document; `rationale` says in two languages why it is there."""

    rationale: Text


def clause(*ids: str) -> Citation:
    """Cite clauses by their ids. The policy checks that its documents have them."""
    return Citation(ids)


def own_rule(rationale: str, *, ja: str | None = None) -> OwnRule:
    """Mark a part as our own, with its `rationale`, in Japanese too by `ja`. Default: the same."""
    return OwnRule(Text(ja=rationale if ja is None else ja, en=rationale))
