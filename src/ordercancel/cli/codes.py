"""``ordercancel codes``: what the codes mean that refusals, errors and reports have."""

from __future__ import annotations

import argparse
import json

import attrs

from ordercancel.cli.lookup import check_language, meant, of_environment, stop, with_built_in
from ordercancel.domain.texts import Text
from ordercancel.explain.codes import CodeOf, codes


def run_codes(chosen: argparse.Namespace) -> int:
    """Say what codes mean: of refusals, wrong inputs and what verify finds."""
    policies = with_built_in(chosen.policy)
    check_language(chosen.lang, policies)
    known = list(codes(policies))
    names = {each.code for each in known}
    for code in chosen.codes:
        if code not in names:
            stop(f"no code {code!r}; for all of them: ordercancel codes{meant(code, names)}")
    asked = [each for each in known if not chosen.codes or each.code in chosen.codes]
    if chosen.format == "json":
        fields = [{**attrs.asdict(each), "text": each.text.as_dict()} for each in asked]
        print(json.dumps(fields, ensure_ascii=False, indent=2))
        return 0
    lang = chosen.lang or of_environment()
    for each in asked:
        whose = f" ({each.policy})" if each.policy else ""
        print(f"{each.code}: {_SAID[each.of][lang]}{whose}\n  {each.text[lang]}")
    return 0


_SAID = {
    CodeOf.REFUSAL: Text("ルールによる拒否", "a refusal by the rules"),
    CodeOf.INPUT: Text("入力の誤り", "a wrong input"),
    CodeOf.VERIFY: Text("ポリシーの不備", "a fault of a policy"),
}
"""What has a code, in words."""
