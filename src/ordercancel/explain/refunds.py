"""The chapter of a page on money: what a cancellation costs, and how refunds are reckoned."""

from __future__ import annotations

from collections.abc import Iterator

from ordercancel.domain.money import Rounding
from ordercancel.explain.blocks import Bullets, Chapter, Line, strong
from ordercancel.explain.parts import fee_line
from ordercancel.explain.telling import Telling
from ordercancel.rules.refunding import Refunding, TaxMode, TenderRule, rate_text


def refunds(tell: Telling) -> Iterator[Chapter]:
    """The chapter; none where the policy refunds nothing."""
    refunding = tell.policy.refunding
    if refunding is not None:
        title = tell.say("返金と手数料", "What is given back")
        yield Chapter("refunds", title, [Bullets(map(_item, _lines(tell, refunding)))])


def _item(line: Line) -> tuple[Line]:
    return (line,)


def _lines(tell: Telling, refunding: Refunding) -> Iterator[Line]:
    colon = tell.say("：", ": ")
    yield (
        strong(tell.say("返金額", "Refund")),
        colon,
        tell.say(
            "キャンセル後に返すべき総額から、それまでに返した額を引いた差",
            "what is owed after a cancellation, less what was given back before",
        ),
    )
    rounding = {
        Rounding.DOWN: tell.say("切り捨て", "down"),
        Rounding.UP: tell.say("切り上げ", "up"),
        Rounding.HALF_UP: tell.say("四捨五入", "half up"),
        Rounding.HALF_EVEN: tell.say("偶数への丸め", "half to even"),
    }
    shares = tell.say("一部の数量の端数処理", "Shares of a line are rounded")
    yield strong(shares), colon, rounding[Rounding(refunding.rounding)]
    tenders = {
        TenderRule.IN_ORDER: tell.say(
            "決済の順に、使い切るまで（手数料は最後の決済手段が負担）",
            "one tender after the other, so that the last one bears the fee",
        ),
        TenderRule.PRO_RATA: tell.say("支払額に比例", "to all tenders, in proportion"),
    }
    given_back = tell.say("返金先", "Given back to")
    yield strong(given_back), colon, tenders[TenderRule(refunding.tenders)]
    if refunding.tax is not None:
        mode = {
            TaxMode.INCLUDED: tell.say("内税", "within the prices"),
            TaxMode.ADDED: tell.say("外税", "added to the prices"),
        }
        rates = tell.listed(f"{name} ({rate_text(rate)})" for name, rate in refunding.tax.rates)
        yield strong(tell.say("税", "Tax")), colon, mode[TaxMode(refunding.tax.mode)], colon, rates
    for fee in refunding.fees:
        yield fee_line(tell, fee)
