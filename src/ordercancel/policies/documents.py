"""Documents as they are written in this package: plain text, so that a person can compare it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ordercancel.domain.texts import Text
from ordercancel.rules.sources import Clause, Document, Gap, Remark


def document(
    title: str,
    clauses: str,
    readings: Mapping[str, Text],
    decided: Mapping[str, tuple[Gap, ...]],
    remarks: tuple[Remark, ...],
) -> Document:
    """The document whose clauses are written down one after the other, with a blank line between.

    Args:
        title: Its title.
        clauses: Of each clause its id and its section, ``conect.1-1.button | 1-1``; on the lines
            below, its pieces: between two of them something is left out.
        readings: How each clause is read that can be taken in two ways, by its id.
        decided: What a clause leaves open, and how it was settled, by its id.
        remarks: The rest of the document.
    """

    def read() -> Iterator[Clause]:
        for block in clauses.strip().split("\n\n"):
            head, *pieces = block.splitlines()
            clause_id, _, section = head.partition(" | ")
            yield Clause(
                clause_id,
                section=section,
                text=" … ".join(pieces),
                reading=readings.get(clause_id),
                decided=decided.get(clause_id, ()),
            )

    return Document(title, tuple(read()), remarks)
