"""Sources: on whose word something in a policy rests.

Three things are told apart: what the document *says*, how we *read* it, and what we *decided*
where it is silent. What rests on no document says so, and why it is there.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import attrs

from ordercancel.domain.commands import Judged
from ordercancel.domain.texts import Text

WORDING = "wording"
"""The parameter of a gap that texts and messages fill: ``texts`` and ``notifications``."""


@attrs.frozen
class Gap:
    """Something that a document leaves open, and how it was settled.

    Args:
        settled: What was decided.
        parameter: The parameter of the policy that settles it otherwise, or `WORDING`. Default:
            None, it is settled for good.
        default: The default of that parameter, as Python writes it.
        on: The commands that nobody is granted by it: what it was decided to leave out.
        value: What that parameter is under a policy where it is not its default.
    """

    settled: Text | str
    parameter: str | None = None
    default: str | None = None
    on: tuple[type[Judged], ...] = attrs.field(default=(), kw_only=True)
    value: str | None = attrs.field(default=None, kw_only=True)

    @classmethod
    def of(cls, ja: str, en: str, *settled_by: str, **more: Any) -> Gap:
        """A gap with these words, then its parameter and the default of that, if it has any."""
        return cls(Text(ja, en), *settled_by, **more)

    @property
    def in_force(self) -> str | None:
        """What its parameter is, as Python writes it, where that is known."""
        return self.value or self.default


@attrs.frozen
class Clause:
    """One clause of a document.

    Args:
        id: Stable; what rules cite and refusals show.
        section: Where it stands in the document.
        text: The document's own words, to the character; `` … `` marks what is left out.
        reading: How we understand these words, where they can be taken in two ways.
        decided: What it leaves open and was settled.
        document: The title of the document.
    """

    id: str
    section: str = attrs.field(kw_only=True)
    text: str = attrs.field(kw_only=True)
    reading: Text | str | None = attrs.field(default=None, kw_only=True)
    decided: tuple[Gap, ...] = attrs.field(default=(), kw_only=True)
    document: str = attrs.field(default="", kw_only=True)


@attrs.frozen
class Remark:
    """Words of a document that nothing is decided by, and why not.

    Args:
        why: Why nothing follows from them, such as "headings".
        words: The document's own words, to the character, a sentence in each line. Those that
            stand in a clause are a part of it that is not checked.
    """

    why: Text | str
    words: str

    @property
    def lines(self) -> tuple[str, ...]:
        """Its sentences."""
        return tuple(self.words.splitlines())


@attrs.frozen
class Document:
    """A document that rules are taken from.

    Args:
        title: Its title, which its clauses get.
        clauses: Its clauses, in order.
        remarks: The rest of it, so that a page passes over no sentence. Default: none.
    """

    title: str
    clauses: tuple[Clause, ...]
    remarks: tuple[Remark, ...] = ()

    def __attrs_post_init__(self) -> None:
        titled = tuple(attrs.evolve(each, document=self.title) for each in self.clauses)
        object.__setattr__(self, "clauses", titled)

    def under(self, **values: object) -> Document:
        """The document as a policy settles it: with the `values` of parameters, by name."""

        def settled(gap: Gap) -> Gap:
            value = repr(values[gap.parameter]) if gap.parameter in values else gap.default
            return gap if value == gap.default else attrs.evolve(gap, value=value)

        clauses = (
            attrs.evolve(each, decided=tuple(map(settled, each.decided))) for each in self.clauses
        )
        return attrs.evolve(self, clauses=tuple(clauses))


class Basis(StrEnum):
    """How something rests on the clauses that it names."""

    SAYS = "says"
    """The document says so."""
    READS = "reads"
    """We read it so."""
    DECIDED = "decided"
    """The document is silent there, and we decided."""


@attrs.frozen
class Citation:
    """The ids of the clauses that something rests on, and how.

    Args:
        clauses: The ids.
        basis: Whether the clauses say it, are read so, or are silent.
        parameter: The parameter of the policy that decides otherwise, for what was decided.
    """

    clauses: tuple[str, ...]
    basis: Basis = Basis.SAYS
    parameter: str | None = None

    @property
    def cited(self) -> tuple[str, ...]:
        """The clauses that stand behind it; none where they are silent."""
        return () if self.basis is Basis.DECIDED else self.clauses

    def text(self, ja: str, en: str) -> Sourced:
        """A text of a policy that rests on this."""
        return Sourced(Text(ja, en), self)


@attrs.frozen
class OwnRule:
    """Says that something rests on no document, and why it is there."""

    rationale: Text


Source = Citation | OwnRule
"""On whose word something rests."""


@attrs.frozen
class Sourced:
    """A text of a policy with whose word it is; one without is the policy's own wording."""

    text: Text | str
    source: Source


def clause(*ids: str) -> Citation:
    """Cite clauses that say so. The policy checks that its documents have them."""
    return Citation(ids)


def reading(*ids: str) -> Citation:
    """Cite clauses that are read so; their ``reading`` has the words."""
    return Citation(ids, Basis.READS)


def decided(*ids: str, parameter: str | None = None) -> Citation:
    """Name the clauses that are silent here, and the parameter that decides otherwise.

    Each clause has a `Gap` with this parameter; without one, a gap that is settled for good.
    """
    return Citation(ids, Basis.DECIDED, parameter)


def own_rule(rationale: str, *, ja: str | None = None) -> OwnRule:
    """Mark something as resting on no document, with the reason for it."""
    return OwnRule(Text(ja=ja, en=rationale))


def basis_of(source: Source | None) -> str:
    """Whose word something is: ``says``, ``reads``, ``decided``; ``own`` without a document."""
    return str(source.basis) if isinstance(source, Citation) else "own"


def source_data(source: Source | None) -> dict[str, Any]:
    """A source as plain data: the clauses and how it rests on them, or why it is one's own."""
    match source:
        case Citation(clauses, basis, parameter):
            return {"basis": str(basis), "clauses": list(clauses), "parameter": parameter}
        case None:
            return {"basis": None, "clauses": []}
        case _:
            return {"basis": "own", "clauses": [], "rationale": source.rationale.as_dict()}


def as_source(source: Source | str | None) -> Source | None:
    """A plain `str`, such as a section of one's own terms, as a source; others as they are."""
    return own_rule(source) if isinstance(source, str) else source
