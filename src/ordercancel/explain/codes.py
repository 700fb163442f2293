"""What the codes mean that programs go by: of refusals, wrong inputs and faults of policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

import attrs

from ordercancel.domain.texts import Text
from ordercancel.explain.export import refusal_codes
from ordercancel.explain.report_page import KIND_TEXTS
from ordercancel.policy.policy import Policy
from ordercancel.rules.standard_texts import FAULT_TEXTS, STANDARD_REFUSALS


class CodeOf(StrEnum):
    """What has a code."""

    REFUSAL = "refusal"
    """`Refused.codes` and `Decision.codes`: what the rules do not allow."""
    INPUT = "input"
    """`InvalidValue.codes`: a value that is wrong before any rule judges."""
    VERIFY = "verify"
    """`ordercancel.verification.Finding.kind`: a fault of a policy."""


@attrs.frozen
class Code:
    """What a code means.

    Args:
        code: The code.
        of: What has it.
        text: The sentence that people read.
        policy: The name of the policy whose refusal it is. Default: of all policies.
    """

    code: str
    of: CodeOf
    text: Text
    policy: str = ""


INPUT_TEXTS = {
    "at_in_the_future": Text(
        "指定された日時が、サービスの時計より先です。", "The time is ahead of the service's clock."
    ),
    "at_too_early": Text(
        "指定された日時が、注文の最後の出来事より前です。",
        "The time is before the last event of the order.",
    ),
    "deadlines_in_a_circle": Text(
        "同じ時点で期限が際限なく働き続けます。ポリシーの不備です。",
        "Deadlines of the policy fire without end at one moment, which is a fault of it.",
    ),
    "invalid": Text(
        "値が正しくありません。何が求められるかは、エラーに書かれています。",
        "A value is wrong; the error says what is expected.",
    ),
    "malformed": Text("JSON として読めません。", "It can't be read as JSON."),
    "more_than_paid": Text(
        "支払われた額を超えて返金することはできません。",
        "More can't be given back than was paid.",
    ),
    "not_json": Text("本文は JSON で送ってください。", "The body must be sent as JSON."),
    "text_unsafe": Text(
        "使用できない文字が含まれています。", "The text contains characters that cannot be used."
    ),
    "unknown_fee": Text(
        "注文に適用された手数料が、いまのポリシーにありません。",
        "A fee that the order was charged is none of the policy that judges it now.",
    ),
    "unknown_key": Text("ない項目が指定されています。", "It has a key that there is not."),
    "unknown_language": Text(
        "ポリシーの文がない言語です。", "The policy has no texts in that language."
    ),
    "unknown_tender": Text(
        "注文の支払い方法にないものです。", "The order was not paid in that way."
    ),
    "wrong_digest": Text(
        "ポリシーの内容が、同じ版のまま変わっています。新しい版にするか、`succeeds` で引き継いで"
        "ください。",
        "What decides in the policy has changed within its edition: make it a new edition, or say "
        "by `succeeds` that it takes over.",
    ),
    "wrong_edition": Text(
        "注文を判断する版とは別の版のポリシーです。",
        "The policy is of another edition than the one that judges the order.",
    ),
    "wrong_type": Text("値の種類が違います。", "The value is of another type."),
}
"""What further codes of wrong inputs mean; the sentences of their errors say more."""


def codes(policies: Iterable[Policy]) -> Iterator[Code]:
    """Yield every code of the library, with those of the refusals that these policies word."""
    for code, text in STANDARD_REFUSALS.items():
        yield Code(code, CodeOf.REFUSAL, text)
    for policy in policies:
        for code in sorted(refusal_codes(policy)):
            text = policy.refusal_text(code)
            if text != STANDARD_REFUSALS.get(code):
                yield Code(code, CodeOf.REFUSAL, text, policy.name)
    for code, text in {**FAULT_TEXTS, **INPUT_TEXTS}.items():
        yield Code(code, CodeOf.INPUT, text)
    for kind, text in KIND_TEXTS.items():
        yield Code(kind, CodeOf.VERIFY, text)
