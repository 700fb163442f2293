"""Quotes of decisions: which fee holds, what is given back, and what a command may expect."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import reduce
from typing import Any

import attrs
import pytest
from examples.furniture import FURNITURE

from ordercancel import (
    Approve,
    Buyer,
    Case,
    Command,
    InvalidValue,
    Operator,
    Order,
    Policy,
    RecordRefund,
    Refused,
    Reject,
    RequestCancellation,
    Seller,
    decide,
    evolve,
    fold,
    label,
    messages_for,
    options,
)
from ordercancel.domain.money import Charge, Money, OrderLine, Tender
from ordercancel.domain.quotes import Quote
from ordercancel.engine.case_facts import Facts
from ordercancel.engine.consequences import consequences
from ordercancel.engine.decide import register
from ordercancel.engine.handling import fire_due, handle
from ordercancel.engine.words import amount_text
from ordercancel.explain.explain import explain
from ordercancel.policy import (
    Clause,
    Deadline,
    Document,
    Fee,
    Label,
    Notification,
    Reason,
    Refunding,
    Texts,
    buyer,
    cancel,
    clause,
    days,
    now,
    paid_at,
    placed_at,
    status,
    system,
)

BUYER, SELLER, OFFICE = Buyer("b-1"), Seller("s-1"), Operator("op-1")
PLACED = datetime(2026, 4, 1, 12, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
NEAR = datetime(2026, 4, 17, 15, tzinfo=UTC)
"""The end of the third day before the ship date, in Tokyo."""

MONEY = Money(
    currency="JPY",
    digits=0,
    lines=(
        OrderLine(id="desk", quantity=1, amount=10_000),
        OrderLine(id="chair", quantity=3, amount=9_000),
    ),
    charges=(
        Charge(id="coupon", kind="discount", amount=-1_000),  # type: ignore[arg-type]
        Charge(id="delivery", kind="shipping", amount=800),  # type: ignore[arg-type]
    ),
    tenders=(Tender(id="card", amount=18_000), Tender(id="points", amount=800)),
)


def opened(policy: Policy = FURNITURE, **fields: Any) -> Case:
    values: dict[str, Any] = {"ship_on": date(2026, 4, 20), "money": MONEY, **fields}
    order = Order(
        "o-1",
        policy=policy.name,
        status="placed",
        buyer="b-1",
        seller="s-1",
        placed_at=PLACED,
        **values,
    )
    return fold(register(order, policy, PLACED))


def done(case: Case, command: Command, at: datetime, policy: Policy = FURNITURE) -> Case:
    return reduce(evolve, decide(command, case, policy, at), case)


def asks(**fields: Any) -> RequestCancellation:
    return RequestCancellation("o-1", by=BUYER, reason="changed_mind", **fields)


def quoted(case: Case, command: Any, at: datetime, policy: Policy = FURNITURE) -> Quote:
    quote = policy.assess(command, case, at).quote
    assert quote is not None
    return quote


class TestFees:
    @pytest.mark.parametrize(
        ("at", "fee", "rules"),
        [
            (PLACED + DAY - SECOND, None, ("buyer_asks",)),
            (PLACED + DAY, "early", ("buyer_asks", "early")),
            (NEAR - SECOND, "early", ("buyer_asks", "early")),
            (NEAR, "late", ("buyer_asks", "late")),
        ],
    )
    def test_the_bracket_is_that_of_the_moment(
        self, at: datetime, fee: str | None, rules: tuple[str, ...]
    ) -> None:
        decision = FURNITURE.assess(asks(), opened(), at)
        assert (decision.fee and decision.fee.id, decision.rules) == (fee, rules)

    @pytest.mark.parametrize(
        ("case", "by"),
        [
            (opened(money=None), BUYER),
            (opened(money=None, lines=MONEY.lines), BUYER),
            (opened(), SELLER),
        ],
    )
    def test_none_holds_for_what_has_no_price_or_for_whom_it_is_not(
        self, case: Case, by: Any
    ) -> None:
        assert FURNITURE.assess(attrs.evolve(asks(), by=by), case, NEAR).fee is None

    def test_one_that_is_not_known_refuses(self) -> None:
        """Whether the order was paid by then nobody has said."""
        fees = (*FURNITURE.fees, Fee(id="paid", when=buyer & (now >= paid_at + days(30))))
        policy = attrs.evolve(FURNITURE, refunding=Refunding(fees=fees))
        decision = policy.assess(asks(), opened(policy), NEAR)
        assert (decision.codes, decision.rules) == (("undetermined",), ("paid",))
        assert decision.errors[0].missing == ("paid_at",)
        assert policy.assess(asks(), opened(policy, money=None), NEAR).codes == ()

    def test_two_at_once_refuse(self) -> None:
        fees = (*FURNITURE.fees, Fee(id="other", when=buyer))
        policy = attrs.evolve(FURNITURE, refunding=Refunding(fees=fees))
        decision = policy.assess(asks(), opened(policy), NEAR)
        assert (decision.codes, decision.rules) == (("fees_disagree",), ("late", "other"))
        with pytest.raises(Refused, match="contradict each other"):
            decide(asks(), opened(policy), policy, NEAR)
        explained = explain(decision, "en")
        assert (explained.flips, explained.is_final) == ((), False)
        (cause, _) = explained.causes
        assert cause.effect == (
            "The fees for cancelling contradict each other here, so nothing was done. "
            "(30% of the goods, at least 500)"
        )

    def test_a_refusal_has_no_fee(self) -> None:
        case = done(opened(), asks(), NEAR)
        decision = FURNITURE.assess(asks(), case, NEAR)
        assert (decision.codes, decision.fee, decision.quote) == (("request_open",), None, None)

    def test_it_is_kept_with_the_request(self) -> None:
        """It is asked for early and approved late: the fee is the early one, and cited."""
        case = done(opened(), asks(), NEAR - SECOND)
        assert case.latest is not None
        assert case.latest.fee == "early"
        decision = FURNITURE.assess(Approve("o-1", by=SELLER, request=1), case, NEAR + DAY)
        assert (decision.fee and decision.fee.id, decision.rules[-1]) == ("early", "early")
        assert decision.quote is not None
        assert (decision.quote.fee, decision.quote.refund) == (1_800, 17_000)

    def test_a_deadline_that_cancels_takes_the_one_that_holds(self) -> None:
        policy = clocked(Fee(id="unpaid", when=system, rate=(1, 10)))
        case = fired(policy)
        assert case.order.status == "cancelled"
        assert (case.units.runs[0][0], case.units.given) == (
            "unpaid",
            {"card": 17_000, "points": 0},
        )

    def test_a_deadline_whose_fee_is_not_known_can_cancel_nothing(self) -> None:
        policy = clocked(Fee(id="unpaid", when=system & (now >= paid_at)))
        assert fired(policy).order.status == "placed"


def clocked(fee: Fee) -> Policy:
    """The shop, where the clock cancels after two days, at a fee."""
    return attrs.evolve(
        FURNITURE,
        reasons=(*FURNITURE.reasons, Reason("too_late", when=system)),
        deadlines=(
            Deadline(
                "two_days",
                runs=status.is_in("placed"),
                due=placed_at + days(2),
                then=cancel("too_late"),
            ),
        ),
        refunding=Refunding(fees=(fee,)),
    )


def fired(policy: Policy) -> Case:
    return fire_due(opened(policy), policy, PLACED + 2 * DAY)[-1].case


class TestQuotes:
    def test_a_request_is_quoted_part_by_part(self) -> None:
        quote = quoted(opened(), asks(), NEAR)
        assert (quote.refund, quote.fee, quote.gross, quote.remaining) == (
            13_400,
            5_400,
            18_800,
            0,
        )
        assert quote.goods == {"desk": 9_474, "chair": 8_526}
        assert quote.charges == {"delivery": 800}
        assert quote.tenders == {"card": 13_400, "points": 0}
        assert quote.restock == {"desk": 1, "chair": 3}

    def test_what_is_quoted_is_what_is_given_and_kept(self) -> None:
        """In the event, and in the state of the case."""
        case = done(opened(), asks(), NEAR)
        approve = Approve("o-1", by=SELLER, request=1)
        quote = quoted(case, approve, NEAR + DAY)
        events = decide(approve, case, FURNITURE, NEAR + DAY)
        (kept,) = (each.quote for each in events if hasattr(each, "quote"))
        assert kept == quote
        after = reduce(evolve, events, case)
        assert after.units.given == {"card": 13_400, "points": 0}

    def test_a_command_that_gives_nothing_back_is_not_quoted(self) -> None:
        case = done(opened(), asks(), NEAR)
        assert FURNITURE.assess(Reject("o-1", by=SELLER, request=1), case, NEAR).quote is None
        facts = Facts(asks(), opened(), FURNITURE, NEAR)
        assert FURNITURE.judge(RequestCancellation, facts).quote is None

    def test_an_order_under_a_policy_that_refunds_nothing_is_not_quoted(self) -> None:
        policy = attrs.evolve(FURNITURE, refunding=None)
        assert policy.assess(asks(), opened(policy), NEAR).quote is None

    def test_options_have_quotes(self) -> None:
        quotes = {each.action: each.quote for each in options(opened(), FURNITURE, BUYER, NEAR)}
        assert quotes["request"] == quoted(opened(), asks(), NEAR)
        assert quotes["approve"] is None

    def test_prices_that_the_policy_can_not_reckon_with_are_refused_at_once(self) -> None:
        """All that is wrong with them, when the order is registered."""
        lines = tuple(attrs.evolve(each, tax="8") for each in MONEY.lines)
        with pytest.raises(InvalidValue) as error:
            opened(money=attrs.evolve(MONEY, lines=lines, tenders=()))
        assert [str(fault) for fault in error.value.faults] == [
            "Order.money.lines[0].tax: is '8'; expected one of: none",
            "Order.money.lines[1].tax: is '8'; expected one of: none",
        ]


class TestExpecting:
    def test_the_refund_that_is_expected_is_given(self) -> None:
        case = done(opened(), asks(expects=13_400), NEAR)
        approve = Approve("o-1", by=SELLER, request=1, expects=13_400)
        assert done(case, approve, NEAR).order.status == "cancelled"

    @pytest.mark.parametrize("at", [NEAR - SECOND, NEAR])
    def test_another_one_is_refused_with_the_one_that_holds(self, at: datetime) -> None:
        with pytest.raises(Refused) as error:
            decide(asks(expects=18_800), opened(), FURNITURE, at)
        assert error.value.codes == ("quote_changed",)
        quote = error.value.decision.quote
        assert quote is not None
        assert quote.refund == (17_000 if at < NEAR else 13_400)
        shown = FURNITURE.assess(asks(expects=18_800), opened(), at)
        assert (shown.is_refused, shown.quote) == (True, quote)
        assert [each.code for each in shown.refusals] == ["quote_changed"]

    def test_what_the_rules_refuse_they_refuse_whatever_is_expected(self) -> None:
        case = done(opened(), asks(), NEAR)
        again = FURNITURE.assess(asks(expects=18_800), case, NEAR)
        assert [each.code for each in again.refusals] == ["request_open"]

    def test_so_is_an_approval(self) -> None:
        case = done(opened(), asks(), NEAR)
        with pytest.raises(Refused) as error:
            decide(Approve("o-1", by=SELLER, request=1, expects=18_800), case, FURNITURE, NEAR)
        quote = error.value.decision.quote
        assert error.value.codes == ("quote_changed",)
        assert quote is not None
        assert quote.refund == 13_400

    def test_the_sentence_says_the_one_that_holds(self) -> None:
        """In the error, in the refusal, and in its explanation."""
        with pytest.raises(Refused) as error:
            decide(asks(expects=18_800), opened(), FURNITURE, NEAR)
        words = (
            "The refund is another one by now. Please look at it, and try again. "
            "Refund: JPY 13,400, fee: JPY 5,400."
        )
        assert str(error.value) == f"{words} [quote_changed]"
        decision = error.value.decision
        assert decision.message("ja") == (
            "返金額が変わりました。ご確認のうえ、もう一度お試しください。"
            "返金：13,400円（手数料：5,400円）"
        )
        assert explain(decision, "en").causes[-1].effect == words

    @pytest.mark.parametrize("field", ["money", "refunding"])
    def test_where_nothing_is_quoted_nothing_can_be_expected(self, field: str) -> None:
        """Whoever asks is told so before any rule is asked, and wherever they ask."""
        policy = attrs.evolve(FURNITURE, refunding=None) if field == "refunding" else FURNITURE
        case = opened(policy, **({"money": None} if field == "money" else {}))
        for command in (
            asks(expects=0),
            Approve("o-1", by=SELLER, request=1, expects=0),
        ):
            for judge in (
                lambda it: policy.assess(it, case, NEAR),
                lambda it: decide(it, case, policy, NEAR),
                lambda it: handle(it, case, policy, NEAR),
            ):
                with pytest.raises(InvalidValue) as error:
                    judge(command)
                (fault,) = error.value.faults
                assert str(fault) == (
                    f"{type(command).__name__}.expects: is 0; "
                    "expected None: nothing is quoted for this order"
                )
                assert fault.code == "nothing_quoted"
                assert fault.message("en") == "Nothing is quoted for this order."
                assert fault.message("ja") == "この注文では、返金額は計算されません。"


def test_units_of_a_fee_that_the_policy_has_lost_are_named() -> None:
    """What they give back can't be reckoned any more; it can still be looked at."""
    case = done(opened(), asks(lines={"chair": 1}), NEAR)
    case = done(case, Approve("o-1", by=SELLER, request=1), NEAR)
    later = attrs.evolve(FURNITURE, refunding=Refunding(), succeeds={FURNITURE.digest})
    assert later.assess(asks(lines={"chair": 1}), case, NEAR).quote is None
    case = done(case, asks(lines={"chair": 1}), NEAR, later)
    assert later.assess(Approve("o-1", by=SELLER, request=2), case, NEAR).quote is None
    for expects in (None, 6_000):
        approve = Approve("o-1", by=SELLER, request=2, expects=expects)
        with pytest.raises(InvalidValue, match="have the fee 'late'; expected one of: none"):
            decide(approve, case, later, NEAR)


class TestRefundsElsewhere:
    def test_they_lower_what_is_given(self) -> None:
        case = done(opened(), RecordRefund("o-1", by=OFFICE, amount=400), PLACED + DAY)
        assert case.units.elsewhere == {"card": 400}
        points = RecordRefund("o-1", by=OFFICE, amount=800, tender="points")
        case = done(case, points, PLACED + DAY)
        quote = quoted(case, asks(), NEAR)
        assert (quote.refund, quote.tenders) == (12_200, {"card": 12_200, "points": 0})

    @pytest.mark.parametrize(
        ("fields", "fault"),
        [
            ({"amount": 18_801}, "amount: is 18801; expected at most 18800"),
            ({"amount": 1, "tender": "cash"}, "tender: is 'cash'; expected one of: card, points"),
        ],
    )
    def test_what_can_not_be_is_refused(self, fields: dict[str, Any], fault: str) -> None:
        with pytest.raises(InvalidValue) as error:
            decide(RecordRefund("o-1", by=OFFICE, **fields), opened(), FURNITURE, NEAR)
        assert str(error.value.faults[0]) == f"RecordRefund.{fault}"

    def test_of_an_order_without_prices_there_is_nothing_to_record(self) -> None:
        with pytest.raises(InvalidValue, match="whose refunds are not reckoned"):
            decide(RecordRefund("o-1", by=OFFICE, amount=1), opened(money=None), FURNITURE, NEAR)

    def test_the_house_alone_records_them(self) -> None:
        with pytest.raises(Refused) as error:
            decide(RecordRefund("o-1", by=SELLER, amount=1), opened(), FURNITURE, NEAR)
        assert error.value.codes == ("wrong_actor",)


class TestWords:
    def test_the_fee_is_explained_as_a_rule_is(self) -> None:
        document = Document("Terms", clauses=(Clause("7.2", section="7", text="30 %"),))
        early, late = FURNITURE.fees
        policy = attrs.evolve(
            FURNITURE,
            documents=(document,),
            refunding=Refunding(fees=(early, attrs.evolve(late, source=clause("7.2")))),
        )
        decision = policy.assess(asks(), opened(policy), NEAR)
        assert decision.clauses == ("7.2",)
        (_, cause) = explain(decision, "en").causes
        assert (cause.id, cause.effect) == (
            "late",
            "a fee: 30% of the goods, at least 500",
        )
        assert cause.source[0].words == "30 %"
        assert "actor: the buyer" in cause.facts

    def test_the_fee_of_an_approval_is_that_of_the_asking(self) -> None:
        case = done(opened(), asks(), NEAR - SECOND)
        decision = FURNITURE.assess(Approve("o-1", by=SELLER, request=1), case, NEAR + DAY)
        cause = explain(decision, "en").causes[-1]
        assert (cause.id, cause.effect) == ("early", "a fee: 10% of the goods")
        assert cause.facts == ("it held when it was asked for",)

    def test_messages_and_labels_name_the_refund(self) -> None:
        policy = attrs.evolve(
            FURNITURE,
            notifications=[
                Notification(on=on, to="buyer", subject="{order_id}", body="{refund}\n{fee}")
                for on in ("pending", "approved")
            ],
            texts=Texts(labels=[Label(on="approved", to="buyer", text="back: {refund}")]),
        )
        case, said = opened(policy), []
        for command in (asks(), Approve("o-1", by=SELLER, request=1)):
            events = decide(command, case, policy, NEAR)
            case = reduce(evolve, events, case)
            said += [each.body for each in messages_for(events, case, policy, {})]
        assert said == ["JPY 13,400\nJPY 5,400", "JPY 13,400\nJPY 5,400"]
        assert label(case, policy, "buyer", "en") == "back: JPY 13,400"

    def test_a_message_about_an_order_without_prices_leaves_the_line_out(self) -> None:
        ask = Notification(on="pending", to="buyer", subject="{order_id}", body="Asked.\n{refund}")
        policy = attrs.evolve(FURNITURE, notifications=[ask])
        case = opened(policy, money=None)
        events = decide(asks(), case, policy, NEAR)
        after = reduce(evolve, events, case)
        (message,) = messages_for(events, after, policy, {})
        assert message.body == "Asked."

    def test_what_follows_names_the_refund(self) -> None:
        """Before the request is approved, and when it is."""
        asked = consequences(FURNITURE.assess(asks(), opened(), NEAR))
        assert asked is not None
        assert "Refund if it is approved: JPY 13,400, fee: JPY 5,400." in [
            each["en"] for each in asked.sentences
        ]
        approve = Approve("o-1", by=SELLER, request=1)
        approved = consequences(FURNITURE.assess(approve, done(opened(), asks(), NEAR), NEAR))
        assert approved is not None
        assert "返金：13,400円（手数料：5,400円）" in [each["ja"] for each in approved.sentences]
        rejected = consequences(
            FURNITURE.assess(
                Reject("o-1", by=SELLER, request=1), done(opened(), asks(), NEAR), NEAR
            )
        )
        assert rejected is not None
        assert rejected.quote is None

    @pytest.mark.parametrize(
        ("amount", "currency", "digits", "text"),
        [
            (1_234, "JPY", 0, ("JPY 1,234", "1,234円")),
            (123_405, "USD", 2, ("USD 1,234.05", "USD 1,234.05")),
            (10_000, "KWD", 3, ("KWD 10.000", "KWD 10.000")),
        ],
    )
    def test_an_amount_reads_as_its_currency_has_it(
        self, amount: int, currency: str, digits: int, text: tuple[str, str]
    ) -> None:
        money = attrs.evolve(MONEY, currency=currency, digits=digits)
        assert (amount_text(amount, money, "en"), amount_text(amount, money, "ja")) == text


class TestChangedPolicies:
    """Of the same edition, which judge a case although a fee of its request is gone."""

    LATER = attrs.evolve(FURNITURE, refunding=Refunding(), succeeds={FURNITURE.digest})

    def test_what_can_not_be_reckoned_is_not_quoted_and_not_given(self) -> None:
        case = done(opened(), asks(), NEAR)
        approve = Approve("o-1", by=SELLER, request=1)
        assert self.LATER.assess(approve, case, NEAR).quote is None
        with pytest.raises(InvalidValue, match="fee: is 'late'; expected one of: none"):
            decide(approve, case, self.LATER, NEAR)

    def test_texts_leave_it_out(self) -> None:
        labels = [Label(on="pending", to="buyer", text="Asked.\n{refund}")]
        policy = attrs.evolve(self.LATER, texts=Texts(labels=labels))
        assert label(done(opened(), asks(), NEAR), policy, "buyer", "en") == "Asked."
