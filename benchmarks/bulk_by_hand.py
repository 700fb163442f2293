# ruff: noqa: E501 - what is answered stands in one piece
"""The answers of both policies as somebody writes them by hand, for one engine at a time.

Whoever writes these knows the rules, the engine and the data, such as that the buyer makes each
request and the seller answers it. They look at each column once, write one text where a branch has
one, and put words together only where the engine is quicker so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

import polars as pl
from polars import col, lit, when

_QOO10 = """
WITH seen AS (
    SELECT
        order_id,
        CASE
            WHEN status = 'delivered' OR status = 'shipped' THEN 'shipped'
            WHEN status <> 'shipping_requested' THEN status
            WHEN ship_on < DATE '{today}' THEN 'delayed'
            WHEN ship_on >= DATE '{today}' THEN 'on time'
            ELSE 'unknown'
        END AS stage,
        coalesce(rejected_before, false) AS rejected,
        coalesce(request_status IN ('pending', 'withdrawal_asked', 'withdrawal_declined'),
            false) AS opened,
        coalesce(next_due <= TIMESTAMPTZ '{at}', false) AS is_due
    FROM {orders}
)
SELECT
    order_id,
    CASE
        WHEN rejected OR opened THEN 'refuse'
        WHEN stage = 'new' OR stage = 'delayed' THEN 'cancel'
        WHEN stage = 'on time' THEN 'refer'
        ELSE 'refuse'
    END AS verdict,
    CASE stage
        WHEN 'shipped' THEN CASE
            WHEN rejected AND opened
            THEN 'qoo10.no_second_request,qoo10.shipped,standard.one_open_request'
            WHEN rejected THEN 'qoo10.no_second_request,qoo10.shipped'
            WHEN opened THEN 'qoo10.shipped,standard.one_open_request'
            ELSE 'qoo10.shipped' END
        WHEN 'cancelled' THEN CASE
            WHEN rejected AND opened
            THEN 'qoo10.cancelled,qoo10.no_second_request,standard.one_open_request'
            WHEN rejected THEN 'qoo10.cancelled,qoo10.no_second_request'
            WHEN opened THEN 'qoo10.cancelled,standard.one_open_request'
            ELSE 'qoo10.cancelled' END
        WHEN 'unknown' THEN CASE
            WHEN rejected AND opened
            THEN 'qoo10.no_second_request,standard.one_open_request,qoo10.instant_delayed,qoo10.refer'
            WHEN rejected THEN 'qoo10.no_second_request,qoo10.instant_delayed,qoo10.refer'
            WHEN opened THEN 'standard.one_open_request,qoo10.instant_delayed,qoo10.refer'
            ELSE 'qoo10.instant_delayed,qoo10.refer' END
        ELSE CASE
            WHEN rejected AND opened THEN 'qoo10.no_second_request,standard.one_open_request'
            WHEN rejected THEN 'qoo10.no_second_request'
            WHEN opened THEN 'standard.one_open_request'
            WHEN stage = 'new' THEN 'qoo10.instant_new'
            WHEN stage = 'delayed' THEN 'qoo10.instant_delayed'
            ELSE 'qoo10.refer' END
    END AS rules,
    CASE stage
        WHEN 'shipped' THEN CASE
            WHEN rejected AND opened THEN 'rejected_before,already_shipped,request_open'
            WHEN rejected THEN 'rejected_before,already_shipped'
            WHEN opened THEN 'already_shipped,request_open'
            ELSE 'already_shipped' END
        WHEN 'cancelled' THEN CASE
            WHEN rejected AND opened THEN 'already_cancelled,rejected_before,request_open'
            WHEN rejected THEN 'already_cancelled,rejected_before'
            WHEN opened THEN 'already_cancelled,request_open'
            ELSE 'already_cancelled' END
        WHEN 'unknown' THEN CASE
            WHEN rejected AND opened THEN 'undetermined,rejected_before,request_open'
            WHEN rejected THEN 'undetermined,rejected_before'
            WHEN opened THEN 'undetermined,request_open'
            ELSE 'undetermined' END
        ELSE CASE
            WHEN rejected AND opened THEN 'rejected_before,request_open'
            WHEN rejected THEN 'rejected_before'
            WHEN opened THEN 'request_open'
            ELSE '' END
    END AS codes,
    CASE stage
        WHEN 'shipped' THEN CASE
            WHEN rejected THEN 'qoo10.4.no-second-request'
            ELSE '' END
        WHEN 'unknown' THEN CASE
            WHEN rejected
            THEN 'qoo10.4.no-second-request,qoo10.1.may-reject,qoo10.1.instant-delayed,qoo10.3.queue'
            ELSE 'qoo10.1.may-reject,qoo10.1.instant-delayed,qoo10.3.queue' END
        ELSE CASE
            WHEN rejected THEN 'qoo10.4.no-second-request'
            WHEN opened OR stage = 'cancelled' THEN ''
            WHEN stage = 'new' THEN 'qoo10.1.instant-new'
            WHEN stage = 'delayed' THEN 'qoo10.1.instant-delayed'
            ELSE 'qoo10.1.may-reject,qoo10.3.queue' END
    END AS clauses,
    opened AND stage NOT IN ('shipped', 'cancelled') AS may_approve,
    opened AND stage <> 'new' AS may_reject,
    is_due
FROM seen
"""

_CONECT = """
WITH seen AS (
    SELECT
        order_id,
        status,
        channel IS NULL OR channel NOT IN ('order_form', 'mail') AS elsewhere,
        NOT coalesce(seller_permits, false) AS barred,
        coalesce(request_status IN ('pending', 'withdrawal_asked', 'withdrawal_declined'),
            false) AS opened,
        coalesce(next_due <= TIMESTAMPTZ '{at}', false) AS is_due
    FROM {orders}
)
SELECT
    order_id,
    CASE
        WHEN elsewhere OR barred OR opened OR status = 'shipped' OR status = 'discontinued'
        THEN 'refuse'
        ELSE 'refer'
    END AS verdict,
    CASE
        WHEN status = 'shipped' THEN CASE
            WHEN elsewhere AND barred AND opened
            THEN 'conect.channel,conect.permitted,conect.shipped,standard.one_open_request'
            WHEN elsewhere AND barred THEN 'conect.channel,conect.permitted,conect.shipped'
            WHEN elsewhere AND opened
            THEN 'conect.channel,conect.shipped,standard.one_open_request'
            WHEN barred AND opened THEN 'conect.permitted,conect.shipped,standard.one_open_request'
            WHEN elsewhere THEN 'conect.channel,conect.shipped'
            WHEN barred THEN 'conect.permitted,conect.shipped'
            WHEN opened THEN 'conect.shipped,standard.one_open_request'
            ELSE 'conect.shipped' END
        WHEN status = 'discontinued' THEN CASE
            WHEN elsewhere AND barred AND opened
            THEN 'conect.channel,conect.discontinued,conect.permitted,standard.one_open_request'
            WHEN elsewhere AND barred THEN 'conect.channel,conect.discontinued,conect.permitted'
            WHEN elsewhere AND opened
            THEN 'conect.channel,conect.discontinued,standard.one_open_request'
            WHEN barred AND opened
            THEN 'conect.discontinued,conect.permitted,standard.one_open_request'
            WHEN elsewhere THEN 'conect.channel,conect.discontinued'
            WHEN barred THEN 'conect.discontinued,conect.permitted'
            WHEN opened THEN 'conect.discontinued,standard.one_open_request'
            ELSE 'conect.discontinued' END
        ELSE CASE
            WHEN elsewhere AND barred AND opened
            THEN 'conect.channel,conect.permitted,standard.one_open_request'
            WHEN elsewhere AND barred THEN 'conect.channel,conect.permitted'
            WHEN elsewhere AND opened THEN 'conect.channel,standard.one_open_request'
            WHEN barred AND opened THEN 'conect.permitted,standard.one_open_request'
            WHEN elsewhere THEN 'conect.channel'
            WHEN barred THEN 'conect.permitted'
            WHEN opened THEN 'standard.one_open_request'
            ELSE 'conect.refer' END
    END AS rules,
    CASE
        WHEN status = 'shipped' THEN CASE
            WHEN elsewhere AND barred AND opened
            THEN 'channel_excluded,seller_does_not_permit,already_shipped,request_open'
            WHEN elsewhere AND barred
            THEN 'channel_excluded,seller_does_not_permit,already_shipped'
            WHEN elsewhere AND opened THEN 'channel_excluded,already_shipped,request_open'
            WHEN barred AND opened THEN 'seller_does_not_permit,already_shipped,request_open'
            WHEN elsewhere THEN 'channel_excluded,already_shipped'
            WHEN barred THEN 'seller_does_not_permit,already_shipped'
            WHEN opened THEN 'already_shipped,request_open'
            ELSE 'already_shipped' END
        WHEN status = 'discontinued' THEN CASE
            WHEN elsewhere AND barred AND opened
            THEN 'channel_excluded,already_cancelled,seller_does_not_permit,request_open'
            WHEN elsewhere AND barred
            THEN 'channel_excluded,already_cancelled,seller_does_not_permit'
            WHEN elsewhere AND opened THEN 'channel_excluded,already_cancelled,request_open'
            WHEN barred AND opened THEN 'already_cancelled,seller_does_not_permit,request_open'
            WHEN elsewhere THEN 'channel_excluded,already_cancelled'
            WHEN barred THEN 'already_cancelled,seller_does_not_permit'
            WHEN opened THEN 'already_cancelled,request_open'
            ELSE 'already_cancelled' END
        ELSE CASE
            WHEN elsewhere AND barred AND opened
            THEN 'channel_excluded,seller_does_not_permit,request_open'
            WHEN elsewhere AND barred THEN 'channel_excluded,seller_does_not_permit'
            WHEN elsewhere AND opened THEN 'channel_excluded,request_open'
            WHEN barred AND opened THEN 'seller_does_not_permit,request_open'
            WHEN elsewhere THEN 'channel_excluded'
            WHEN barred THEN 'seller_does_not_permit'
            WHEN opened THEN 'request_open'
            ELSE '' END
    END AS codes,
    CASE
        WHEN status = 'shipped' THEN CASE
            WHEN elsewhere AND barred
            THEN 'conect.0.channel,conect.2-1.enable,conect.0.permitted,conect.1-1.shipped'
            WHEN elsewhere THEN 'conect.0.channel,conect.2-1.enable,conect.1-1.shipped'
            WHEN barred THEN 'conect.2-1.enable,conect.0.permitted,conect.1-1.shipped'
            ELSE 'conect.1-1.shipped' END
        ELSE CASE
            WHEN elsewhere AND barred THEN 'conect.0.channel,conect.2-1.enable,conect.0.permitted'
            WHEN elsewhere THEN 'conect.0.channel,conect.2-1.enable'
            WHEN barred THEN 'conect.2-1.enable,conect.0.permitted'
            WHEN opened OR status = 'discontinued' THEN ''
            ELSE 'conect.1-1.is-a-request,conect.1-1.not-until-approved' END
    END AS clauses,
    opened AND status <> 'shipped' AND status <> 'discontinued' AS may_approve,
    opened AS may_reject,
    is_due
FROM seen
"""

SQL: Mapping[str, str] = {"qoo10": _QOO10, "conect": _CONECT}
"""The statement of DuckDB, by the policy's name, with ``orders``, ``at`` and ``today`` to fill in."""


def _qoo10(orders: pl.LazyFrame, at: datetime, today: date) -> pl.LazyFrame:
    asked = col("status") == "shipping_requested"
    seen = orders.with_columns(
        new=col("status") == "new",
        delayed=(col("status") == "delayed") | (asked & (col("ship_on") < today)),
        unknown=asked & col("ship_on").is_null(),
        shipped=(col("status") == "shipped") | (col("status") == "delivered"),
        cancelled=col("status") == "cancelled",
        rejected=col("rejected_before"),
        opened=_opened(),
    ).with_columns(
        blocked=col("rejected")
        | col("opened")
        | col("shipped")
        | col("cancelled")
        | col("unknown"),
    )
    return seen.select(
        "order_id",
        verdict=when(col("blocked"))
        .then(lit("refuse"))
        .when(col("new") | col("delayed"))
        .then(lit("cancel"))
        .otherwise(lit("refer")),
        rules=when(col("blocked"))
        .then(
            _joined(
                cancelled="qoo10.cancelled",
                rejected="qoo10.no_second_request",
                shipped="qoo10.shipped",
                opened="standard.one_open_request",
                unknown="qoo10.instant_delayed,qoo10.refer",
            )
        )
        .when(col("new"))
        .then(lit("qoo10.instant_new"))
        .when(col("delayed"))
        .then(lit("qoo10.instant_delayed"))
        .otherwise(lit("qoo10.refer")),
        codes=when(col("blocked"))
        .then(
            _joined(
                unknown="undetermined",
                cancelled="already_cancelled",
                rejected="rejected_before",
                shipped="already_shipped",
                opened="request_open",
            )
        )
        .otherwise(lit("")),
        clauses=when(col("blocked"))
        .then(
            _joined(
                rejected="qoo10.4.no-second-request",
                unknown="qoo10.1.may-reject,qoo10.1.instant-delayed,qoo10.3.queue",
            )
        )
        .when(col("new"))
        .then(lit("qoo10.1.instant-new"))
        .when(col("delayed"))
        .then(lit("qoo10.1.instant-delayed"))
        .otherwise(lit("qoo10.1.may-reject,qoo10.3.queue")),
        may_approve=col("opened") & ~(col("shipped") | col("cancelled")),
        may_reject=col("opened") & ~col("new"),
        is_due=_is_due(at),
    )


def _conect(orders: pl.LazyFrame, at: datetime, _: date) -> pl.LazyFrame:
    elsewhere = (col("channel") != "order_form") & (col("channel") != "mail")
    seen = orders.with_columns(
        elsewhere=col("channel").is_null() | elsewhere,
        barred=col("seller_permits").is_null() | ~col("seller_permits"),
        shipped=col("status") == "shipped",
        discontinued=col("status") == "discontinued",
        opened=_opened(),
    ).with_columns(
        unpermitted=col("elsewhere") | col("barred"),
        blocked=col("elsewhere")
        | col("barred")
        | col("opened")
        | col("shipped")
        | col("discontinued"),
    )
    return seen.select(
        "order_id",
        verdict=when(col("blocked")).then(lit("refuse")).otherwise(lit("refer")),
        rules=when(col("blocked"))
        .then(
            _joined(
                elsewhere="conect.channel",
                discontinued="conect.discontinued",
                barred="conect.permitted",
                shipped="conect.shipped",
                opened="standard.one_open_request",
            )
        )
        .otherwise(lit("conect.refer")),
        codes=when(col("blocked"))
        .then(
            _joined(
                elsewhere="channel_excluded",
                discontinued="already_cancelled",
                barred="seller_does_not_permit",
                shipped="already_shipped",
                opened="request_open",
            )
        )
        .otherwise(lit("")),
        clauses=when(col("blocked"))
        .then(
            _joined(
                elsewhere="conect.0.channel",
                unpermitted="conect.2-1.enable",
                barred="conect.0.permitted",
                shipped="conect.1-1.shipped",
            )
        )
        .otherwise(lit("conect.1-1.is-a-request,conect.1-1.not-until-approved")),
        may_approve=col("opened") & ~(col("shipped") | col("discontinued")),
        may_reject=col("opened"),
        is_due=_is_due(at),
    )


def _joined(**words: str) -> pl.Expr:
    """The words whose columns hold. Polars is quicker so than with a branch for each case."""
    told = [when(col(name)).then(lit(word)) for name, word in words.items()]
    return pl.concat_str(told, separator=",", ignore_nulls=True)


def _opened() -> pl.Expr:
    status = col("request_status")
    opened = (
        (status == "pending") | (status == "withdrawal_asked") | (status == "withdrawal_declined")
    )
    return opened.fill_null(value=False)


def _is_due(at: datetime) -> pl.Expr:
    return (col("next_due") <= at).fill_null(value=False)


POLARS: Mapping[str, Callable[[pl.LazyFrame, datetime, date], pl.LazyFrame]] = {
    "qoo10": _qoo10,
    "conect": _conect,
}
"""The same with Polars, by the policy's name, at a moment and on its day."""
