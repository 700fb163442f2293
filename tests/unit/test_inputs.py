"""Reasons, texts and facts keep their bounds; every fault has a code and a sentence."""

from __future__ import annotations

from datetime import date
from functools import reduce
from typing import Any

import pytest

from ordercancel.domain.cases import Case
from ordercancel.domain.commands import (
    AnswerWithdrawal,
    AskWithdrawal,
    Command,
    Reject,
    RequestCancellation,
    UpdateOrder,
)
from ordercancel.domain.errors import Fault, InvalidValue
from ordercancel.domain.texts import Text
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.decide import decide
from ordercancel.engine.evolve import evolve
from ordercancel.engine.inputs import offered_reasons
from ordercancel.policy import (
    Choice,
    Day,
    Flag,
    Lifecycle,
    Moment,
    Number,
    Policy,
    Reason,
    clause,
    days,
    now,
    placed_at,
    status,
)
from unit.tiny import (
    BUYER,
    REASONS,
    SELLER,
    SYSTEM,
    asks,
    opened,
    rejects,
    sends,
    tiny,
    utc,
)

TINY = tiny()


def asked(policy: Policy = TINY) -> Case:
    case = opened(policy)
    return reduce(evolve, decide(asks(), case, policy, utc(2)), case)


def wrong(command: Command, case: Case | None = None, policy: Policy = TINY) -> InvalidValue:
    with pytest.raises(InvalidValue) as caught:
        decide(command, opened(policy) if case is None else case, policy, utc(3))
    return caught.value


def told(error: InvalidValue) -> list[tuple[str, str, str]]:
    return [(fault.where, fault.problem, fault.code) for fault in error.faults]


# ---------------------------------------------------------------------- reasons


def test_a_request_in_earnest_needs_a_reason() -> None:
    error = wrong(asks(reason=None))
    assert error.faults == (
        Fault(
            "RequestCancellation.reason",
            "is missing",
            "one of: mistake, other",
            code="reason_missing",
        ),
    )
    assert error.message("ja") == "理由を一つ選択してください。"
    assert error.message("en") == "Please choose one of the reasons."


def test_a_reason_that_is_not_offered_is_named_with_those_that_are() -> None:
    error = wrong(asks(reason="gone", text="abc"))
    assert error.codes == ("reason_not_offered",)
    assert error.faults[0].problem == "'gone' is not offered"
    assert error.message("ja").endswith(
        "利用できる理由：「間違い」（mistake）、「その他」（other）"
    )
    assert error.message("en").endswith("“Mistake” (mistake), “Other” (other).")


def test_a_reason_is_offered_where_its_condition_holds() -> None:
    late = Reason("late", "遅い", when=now >= placed_at + days(2))
    packed = Reason("packed", "梱包済", when=status.is_in("packed"))
    policy = tiny(reasons=(*REASONS, late, packed), languages=("ja",))
    case = opened(policy)

    def offered(day: int) -> list[str | None]:
        facts = Facts(asks(), case, policy, utc(day, 3))
        return [each.code for each in offered_reasons(policy, RequestCancellation, facts)]

    assert offered(2) == ["mistake", "other"]
    assert offered(3) == ["mistake", "other", "late"]
    assert wrong(asks(reason="packed"), case, policy).codes == ("reason_not_offered",)


def test_who_is_offered_no_reason_is_judged_without_one() -> None:
    """The rules say whether they may ask at all."""
    from ordercancel.engine.decision import Refused

    with pytest.raises(Refused):
        decide(asks(by=SELLER, reason=None), opened(TINY), TINY, utc(3))
    error = wrong(asks(by=SELLER, reason="mistake"))
    assert error.faults[0].expected == "one of: none"
    assert error.message("ja") == (
        "選択された理由は、ここでは利用できません。販売者がこの操作で選択できる理由はありません。"
    )


def test_a_rejection_takes_a_text_alone_where_it_has_no_list() -> None:
    error = wrong(rejects(reason="late", text="x" * 21), asked())
    assert told(error) == [("Reject.reason", "'late' is not offered", "reason_not_offered")]
    assert wrong(rejects(text="x" * 21), asked()).codes == ("text_too_long",)


def test_words_with_a_reason_that_takes_none_are_not_swallowed() -> None:
    error = wrong(asks(text="abc"))
    assert told(error) == [
        ("RequestCancellation.text", "is given with reason 'mistake'", "text_not_taken")
    ]
    assert error.faults[0].expected == "no text, or one of: other"
    assert error.message("en") == "No text goes with this reason."
    alone = tiny(reasons=REASONS[:1])
    assert wrong(asks(text="abc"), policy=alone).faults[0].expected == "no text"


@pytest.mark.parametrize("text", [None, "", " \u3000"])
def test_a_blank_is_no_text(text: str | None) -> None:
    assert decide(asks(text=text), opened(TINY), TINY, utc(3))


def test_words_that_a_policy_has_no_place_for_are_not_swallowed() -> None:
    policy = tiny(reasons=REASONS[:2])
    ask = AskWithdrawal("o-7", by=SELLER, request=1, text="please")
    assert told(wrong(ask, asked(policy), policy)) == [
        ("AskWithdrawal.text", "is given", "text_not_taken")
    ]
    blank = AskWithdrawal("o-7", by=SELLER, request=1, text=" ")
    assert decide(blank, asked(policy), policy, utc(3))


def test_a_text_names_the_clause_that_bounds_it() -> None:
    policy = tiny(
        reasons=(Reason("other", Text("他", "Other"), text=(1, 20), source=clause("tiny.1")),)
    )
    error = wrong(asks(reason="other", text="あ" * 21), policy=policy)
    assert error.clauses == ("tiny.1",)
    assert error.message("ja") == "20文字以内で入力してください。（現在21文字）"


def test_all_faults_of_a_text_come_together() -> None:
    error = wrong(asks(reason="other", text="\u202eabcdef"))
    assert error.codes == ("text_unsafe", "text_too_long")
    assert error.message("en").splitlines() == [
        "The text contains characters that cannot be used.",
        "Please enter 2 to 5 characters. You typed 6.",
    ]


@pytest.mark.parametrize("hint", ["Explain!", Text("説明", "Explain!")])
def test_the_hint_beside_a_reason_is_no_reason(hint: Text | str) -> None:
    reason = Reason("other", Text("他", "Other"), text=(1, 20), hint=hint)
    policy = tiny(reasons=(reason,), languages=("en",))
    error = wrong(asks(reason="other", text=" Explain! "), policy=policy)
    assert error.codes == ("text_is_hint",)
    assert decide(asks(reason="other", text="Explained"), opened(policy), policy, utc(3))


# ---------------------------------------------------------------------- facts

FACTS = (
    Flag("gift"),
    Number("boxes"),
    Choice("size", values=("s", "m")),
    Choice("carrier_id", values=()),
    Moment("seen_at"),
    Day("planned_on"),
)
KNOWN = tiny(
    facts=(
        *FACTS,
        Flag("confirmed", of=Reject, required=True),
        Number("fee", of=RequestCancellation),
    )
)


def update(facts: dict[str, Any], **fields: Any) -> UpdateOrder:
    return UpdateOrder("o-7", by=SYSTEM, facts=facts, **fields)


def test_every_fact_that_does_not_fit_is_named() -> None:
    error = wrong(
        update(
            {
                "gift": 1,
                "boxes": True,
                "size": "xl",
                "carrier_id": 3,
                "seen_at": date(2024, 3, 1),
                "planned_on": utc(1),
                "cart_id": 4,
                "placed_at": "soon",
                "colour": "red",
            }
        ),
        policy=KNOWN,
    )
    assert [(fault.where, fault.expected, fault.code) for fault in error.faults[:8]] == [
        ("UpdateOrder.facts['gift']", "true or false", "fact_wrong"),
        ("UpdateOrder.facts['boxes']", "a whole number", "fact_wrong"),
        ("UpdateOrder.facts['size']", "one of: s, m", "fact_wrong"),
        ("UpdateOrder.facts['carrier_id']", "one of: any word", "fact_wrong"),
        ("UpdateOrder.facts['seen_at']", "a moment with a UTC offset", "fact_wrong"),
        ("UpdateOrder.facts['planned_on']", "a day", "fact_wrong"),
        ("UpdateOrder.facts['cart_id']", "a line of text", "fact_wrong"),
        ("UpdateOrder.facts['placed_at']", "a moment with a UTC offset", "fact_wrong"),
    ]
    last = error.faults[8]
    assert (last.problem, last.code) == ("has the unknown fact 'colour'", "unknown_fact")


@pytest.mark.parametrize(
    ("facts", "ja", "en"),
    [
        (
            {"gift": 1},
            "「ギフト」は「はい」か「いいえ」で入力してください。",
            "Please enter yes or no for: Gift.",
        ),
        (
            {"planned_on": "soon"},
            "「予定日」は日付で入力してください。",
            "Please enter a day for: Day planned.",
        ),
        (
            {"cart_id": 4},
            "「cart_id」は1行の文字で入力してください。",
            "Please enter a line of text for: cart_id.",
        ),
    ],
)
def test_a_person_reads_what_a_fact_is_called_and_what_it_takes(
    facts: dict[str, Any], ja: str, en: str
) -> None:
    """A fact of the host's, which the policy knows nothing of, goes by its name."""
    gift, planned = Text("ギフト", "Gift"), Text("予定日", "Day planned")
    policy = tiny(facts=(Flag("gift", gift), Day("planned_on", planned)))
    error = wrong(update(facts), policy=policy)
    assert (error.message("ja"), error.message("en")) == (ja, en)


def test_facts_that_fit_are_taken_and_so_is_that_one_is_unknown() -> None:
    values = {
        "gift": True,
        "boxes": 3,
        "size": "m",
        "carrier_id": "c-9",
        "seen_at": utc(1),
        "planned_on": date(2024, 3, 1),
        "cart_id": "c",
        "paid_at": None,
    }
    assert decide(update(values), opened(KNOWN), KNOWN, utc(3))


def test_facts_of_a_command_are_told_with_it_alone() -> None:
    error = wrong(asks(data={"confirmed": True}), policy=KNOWN)
    assert error.codes == ("unknown_fact",)
    assert error.faults[0].expected == "one of: fee"
    assert wrong(asks(data={"fee": "much"}), policy=KNOWN).codes == ("fact_wrong",)
    answer = AnswerWithdrawal("o-7", by=BUYER, request=1, accept=True, data={"fee": 1})
    assert wrong(answer, asked(KNOWN), KNOWN).faults[0].expected == "one of: none"


def test_what_a_policy_requires_with_a_command_is_asked_for() -> None:
    error = wrong(rejects(), asked(KNOWN), KNOWN)
    assert told(error) == [("Reject.data['confirmed']", "is missing", "fact_missing")]
    assert decide(rejects(data={"confirmed": False}), asked(KNOWN), KNOWN, utc(3))


def test_a_command_with_nothing_to_say_is_taken_where_a_fact_is_required() -> None:
    """Withdrawing takes neither reason nor text, yet a fact may be required with it."""
    policy = tiny(facts=(Flag("sure", of=AskWithdrawal, required=True),), reasons=REASONS[:2])
    ask = AskWithdrawal("o-7", by=SELLER, request=1)
    assert wrong(ask, asked(policy), policy).codes == ("fact_missing",)


# ---------------------------------------------------------------------- moves and statuses


def test_a_move_is_one_of_the_lifecycle() -> None:
    error = wrong(sends(move="fly"))
    assert told(error) == [("AdvanceOrder.move", "is 'fly'", "unknown_move")]
    assert error.faults[0].expected == "one of: plan, send"


def test_a_move_brings_along_what_it_must_and_may() -> None:
    assert told(wrong(sends(move="plan"))) == [
        ("AdvanceOrder.facts", "lacks 'ship_on'", "fact_missing")
    ]
    extra = {"ship_on": date(2024, 3, 9)}
    assert told(wrong(sends(facts=extra))) == [
        ("AdvanceOrder.facts", "has 'ship_on' with 'send'", "fact_not_taken")
    ]
    moments = {"shipped_at": utc(2), "delivered_at": utc(3)}
    assert decide(sends(facts=moments), opened(TINY), TINY, utc(3))
    assert wrong(sends(move="plan", facts={"ship_on": "soon"})).codes == ("fact_wrong",)


NEEDS = tiny(
    orders=Lifecycle(
        moves={"plan": ("new", "packed"), "send": (("new", "packed"), "sent")},
        cancellable=("new", "packed"),
        shipped="sent",
        cancelled="stopped",
        facts={"plan": ("ship_on", "gift")},
        needs={"packed": ("ship_on", "gift")},
    ),
    facts=(Flag("gift"),),
)
SHIP_ON = date(2024, 3, 9)


def test_an_order_is_not_told_into_a_status_without_what_that_needs() -> None:
    error = wrong(update({"ship_on": SHIP_ON}, status="packed"), policy=NEEDS)
    assert told(error) == [("UpdateOrder.facts['gift']", "is missing", "fact_missing")]
    both = {"ship_on": SHIP_ON, "gift": False}
    assert decide(update(both, status="packed"), opened(NEEDS), NEEDS, utc(3))
    has = opened(NEEDS, ship_on=SHIP_ON, facts={"gift": True})
    assert decide(update({}, status="packed"), has, NEEDS, utc(3))


def test_what_a_status_needs_is_not_taken_away() -> None:
    packed = opened(NEEDS, status="packed", ship_on=SHIP_ON, facts={"gift": True})
    assert wrong(update({"ship_on": None}), packed, NEEDS).codes == ("fact_missing",)
    assert decide(update({"ship_on": date(2024, 3, 25)}), packed, NEEDS, utc(3))
    assert wrong(update({"placed_at": None})).codes == ("fact_missing",)


def test_a_status_is_one_of_the_lifecycle() -> None:
    error = wrong(update({}, status="lost"))
    assert told(error) == [("UpdateOrder.status", "is 'lost'", "unknown_status")]
