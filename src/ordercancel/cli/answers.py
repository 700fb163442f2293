"""The answers to many orders, counted: as tables for people, and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs
import duckdb
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text as Styled

from ordercancel.bulk.outcomes import Shift, WhatIf
from ordercancel.bulk.plan import verdict_text
from ordercancel.bulk.quoting import quoted
from ordercancel.cli.orders import Asked
from ordercancel.domain.texts import Lang, Text
from ordercancel.engine.decision import Verdict

SHOWN = 20
"""How many rows of a table people are shown."""

_VERDICTS = (Verdict.CANCEL.value, Verdict.REFER.value, Verdict.REFUSE.value)
_NONE = Text("なし", "none")


class Counts:
    """The answers to all orders, counted."""

    def __init__(self, asked: Asked, counts: duckdb.DuckDBPyRelation) -> None:
        self._asked = asked
        self._counts = counts
        self.verdicts = self._by_verdict()
        self.orders = sum(self.verdicts.values())
        self.due = dict(self._sums("is_due")).get(True, 0)

    def _by_verdict(self) -> dict[str | None, int]:
        rows = dict(self._sums("verdict"))
        known: list[str | None] = [*_VERDICTS, *([None] if None in rows else [])]
        return {verdict: rows.get(verdict, 0) for verdict in known}

    def _sums(self, columns: str, *, most: int | None = None) -> list[tuple[Any, ...]]:
        summed = self._counts.aggregate(f"{columns}, sum(orders)::BIGINT AS orders", columns)
        ordered = summed.order(f"orders DESC, {columns}")
        return (ordered if most is None else ordered.limit(most)).fetchall()

    def by_status(self) -> dict[str, dict[str | None, int]]:
        counts: dict[str, dict[str | None, int]] = {}
        for status, verdict, number in self._sums("status, verdict"):
            counts.setdefault(status, {})[verdict] = number
        return counts

    def groups(self, most: int | None = None) -> list[tuple[Any, ...]]:
        """The groups, the largest first: what they have in common, orders, those by verdict."""
        tests = ", ".join(
            f"coalesce(sum(orders) FILTER (WHERE verdict IS NOT DISTINCT FROM {word}), 0)::BIGINT"
            for word in ("NULL" if each is None else quoted(each) for each in self.verdicts)
        )
        summed = self._counts.aggregate(
            f"grouped, sum(orders)::BIGINT AS orders, {tests}", "grouped"
        )
        ordered = summed.order("orders DESC, grouped")
        return (ordered if most is None else ordered.limit(most)).fetchall()

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        asked = self._asked
        (plan,) = asked.plans()
        fields: dict[str, Any] = {
            "policy": {"name": asked.policy.name, "edition": asked.policy.edition},
            "at": asked.at.isoformat(),
            "orders": self.orders,
            "due": self.due,
            "verdicts": {_key(verdict): number for verdict, number in self.verdicts.items()},
            "rules": [
                {
                    "verdict": verdict,
                    "rules": _split(rules),
                    "codes": _split(codes),
                    "clauses": _split(clauses),
                    "orders": number,
                }
                for verdict, rules, codes, clauses, number in self._sums(
                    "verdict, rules, codes, clauses"
                )
            ],
        }
        if asked.group_by is not None:
            fields["groups"] = [
                {
                    asked.group_by: group,
                    "orders": number,
                    "verdicts": dict(zip(map(_key, self.verdicts), numbers, strict=True)),
                }
                for group, number, *numbers in self.groups()
            ]
        if plan.left_out:
            fields["left_out"] = dict(plan.left_out)
        return fields

    def tables(self) -> Iterator[Table | str]:
        """For people."""
        asked, lang = self._asked, self._asked.lang
        policy = asked.policy
        title = policy.text(policy.title or policy.name)[lang]
        yield f"{title} · {policy.name} {policy.edition}"
        yield f"{asked.moment()} · {counted(self.orders)[lang]}"
        if self.due:
            yield Text(
                f"うち{self.due:,}件は期限が過ぎており、その処理の前の回答です。",
                f"{self.due:,} of them have a deadline that is due: their answers hold until it "
                "fires.",
            )[lang]
        (plan,) = asked.plans()
        for rule, reason in plan.left_out.items():
            yield f"{Text('除外したルール', 'left out')[lang]}: {rule}: {reason}"
        answer, orders = Text("回答", "answer")[lang], Text("注文数", "orders")[lang]
        share = Text("割合", "share")[lang]
        yield _table(
            [answer],
            [orders, share],
            (
                [_verdict(verdict, lang), f"{number:,}", _percent(number, self.orders)]
                for verdict, number in self.verdicts.items()
            ),
        )
        if asked.group_by is not None:
            names = [_verdict(verdict, lang).plain for verdict in self.verdicts]
            yield _table(
                [asked.group_by],
                [orders, *names],
                (
                    [self._group(group), *(f"{number:,}" for number in numbers)]
                    for group, *numbers in self.groups(SHOWN)
                ),
            )
            yield from self._more("grouped")
        rows = self._sums("verdict, rules, codes", most=SHOWN)
        yield _table(
            [answer, Text("ルール", "rules")[lang], Text("拒否コード", "codes")[lang]],
            [orders, share],
            (
                [
                    _verdict(verdict, lang),
                    _listed(_split(rules), lang),
                    _listed(_split(codes), lang),
                    f"{number:,}",
                    _percent(number, self.orders),
                ]
                for verdict, rules, codes, number in rows
            ),
        )
        yield from self._more("verdict, rules, codes")

    def _group(self, group: str | None) -> str:
        policy, lang = self._asked.policy, self._asked.lang
        if group is None:
            return _NONE[lang]
        if self._asked.group_by == "status":
            return f"{policy.status_text(group)[lang]} ({group})"
        return group

    def _more(self, columns: str) -> Iterator[str]:
        ((rows,),) = self._counts.aggregate(columns, columns).aggregate("count(*)").fetchall()
        yield from _more(rows, self._asked.lang)


def shifts_as_dict(asked: Asked, shifted: WhatIf) -> dict[str, Any]:
    """What changes between two policies, for programs."""
    before, after = asked.policies
    return {
        "before": {"name": before.name, "edition": before.edition},
        "after": {"name": after.name, "edition": after.edition},
        "at": asked.at.isoformat(),
        "orders": shifted.orders,
        "changed": shifted.changed,
        "stricter": shifted.orders_by("stricter"),
        "looser": shifted.orders_by("looser"),
        "other_code": shifted.orders_by("other_code"),
        "shifts": [
            {"difference": shift.difference, **attrs.asdict(shift)} for shift in shifted.shifts
        ],
    }


def what_if(asked: Asked, shifted: WhatIf) -> Iterator[Table | str]:
    """What changes between two policies, for people."""
    lang = asked.lang
    before, after = asked.policies
    yield f"{before.name} {before.edition} → {after.name} {after.edition}"
    yield asked.moment()
    stricter, looser, recoded = map(shifted.orders_by, ("stricter", "looser", "other_code"))
    yield Text(
        f"{shifted.orders:,}件のうち{shifted.changed:,}件で回答が変わる"
        f"（厳しくなる：{stricter:,}件、緩くなる：{looser:,}件）。",
        f"{shifted.changed:,} of {shifted.orders:,} orders are answered differently: "
        f"{stricter:,} stricter, {looser:,} looser.",
    )[lang]
    if recoded:
        yield Text(
            f"ほかに{recoded:,}件で、答えは同じまま拒否コードが変わる。",
            f"{recoded:,} more get the same answer by another code.",
        )[lang]
    if not shifted.shifts:
        return
    heads = (
        Text("違い", "change"),
        Text("変更前", "before"),
        Text("変更後", "after"),
        Text("ルール", "rules"),
        Text("例", "such as"),
    )
    yield _table(
        [head[lang] for head in heads],
        [Text("注文数", "orders")[lang], Text("割合", "share")[lang]],
        (
            [
                _DIFFERENCES[shift.difference][lang],
                _verdict(shift.before, lang),
                _verdict(shift.after, lang),
                _rules(shift, lang),
                ", ".join(shift.samples),
                f"{shift.orders:,}",
                _percent(shift.orders, shifted.orders),
            ]
            for shift in shifted.shifts[:SHOWN]
        ),
    )
    yield from _more(len(shifted.shifts), lang)


_DIFFERENCES = {
    "stricter": Text("厳しくなる", "stricter"),
    "looser": Text("緩くなる", "looser"),
    "other_code": Text("コードのみ", "other code"),
    None: Text("不明", "undecided"),
}


def _rules(shift: Shift, lang: Lang) -> str:
    before, after = (_listed(ids, lang) for ids in (shift.rules_before, shift.rules_after))
    return before if before == after else f"{before} → {after}"


def _table(
    texts: Sequence[str], numbers: Sequence[str], rows: Iterable[Sequence[str | Styled]]
) -> Table:
    """A table whose last columns are numbers."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in texts:
        table.add_column(name, overflow="fold")
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


def _verdict(verdict: str | None, lang: Lang) -> Styled:
    return Styled(verdict_text(verdict)[lang], _COLORS[verdict])


_COLORS: Mapping[str | None, str] = {
    Verdict.CANCEL: "green",
    Verdict.REFER: "yellow",
    Verdict.REFUSE: "red",
    None: "dim",
}


def _more(rows: int, lang: Lang) -> Iterator[str]:
    """That not all of so many rows are shown, where that is so."""
    more = rows - SHOWN
    if more > 0:
        hint = Text(f"ほか{more:,}行。全行は", f"and {more:,} more; for all of them, see")
        yield f"… {hint[lang]} --format json"


def _listed(words: Sequence[str], lang: Lang) -> str:
    return ", ".join(words) or _NONE[lang]


def counted(orders: int) -> Text:
    """How many orders there are, for people."""
    return Text(f"{orders:,}件の注文", f"{orders:,} orders")


def _percent(part: int, of: int) -> str:
    return "<0.1%" if 0 < part < of / 2000 else f"{part / of if of else 0:.1%}"


def _key(verdict: str | None) -> str:
    return "undecided" if verdict is None else verdict


def _split(joined: str | None) -> list[str]:
    return joined.split(",") if joined else []
