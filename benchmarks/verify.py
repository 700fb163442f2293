"""How long `verify` takes with a solver: ``make bench-verify``.

The shipped policies and the shops, and a policy of twelve facts of its own and sixty rules, which
has too many combinations and too many cases to try.
"""

from __future__ import annotations

from importlib import import_module
from time import process_time

import attrs

from ordercancel import Policy, RequestCancellation
from ordercancel.policies import CONECT, QOO10
from ordercancel.policy import Choice, Forbid, Rule, buyer
from ordercancel.verification import verify


def shop(module: str, name: str) -> Policy:
    """An example's policy."""
    policy: Policy = getattr(import_module(f"examples.{module}"), name)
    return policy


SHOP = shop("half_hour_shop", "SHOP")
WORDS = ("a", "b", "c", "d", "e", "f")
TRAITS = tuple(Choice(f"trait_{number}", values=WORDS) for number in range(12))


def sixty_rules() -> Policy:
    """The half-hour shop with twelve facts more, and as many rules as make sixty."""
    more = [
        Rule(
            f"odd_{number}",
            on=RequestCancellation,
            effect=Forbid(f"odd_{number}"),
            when=buyer
            & TRAITS[number % 12].is_known
            & TRAITS[number % 12].is_in(WORDS[number // 12])
            & TRAITS[(number + 5) % 12].is_known
            & TRAITS[(number + 5) % 12].is_in(WORDS[number % 6]),
        )
        for number in range(60 - len(SHOP.rules))
    ]
    return attrs.evolve(SHOP, facts=TRAITS, rules=(*SHOP.rules, *more))


def main() -> None:
    """Print a line for each policy: combinations, cases, faults, seconds of one processor."""
    policies = {
        "conect": CONECT,
        "qoo10": QOO10,
        "half-hour shop": SHOP,
        "flea market": shop("flea_market", "FLEA_MARKET"),
        "must ship": shop("must_ship", "MUST_SHIP"),
        "furniture": shop("furniture", "FURNITURE"),
        "12 facts, 60 rules": sixty_rules(),
    }
    for name, policy in policies.items():
        begin = process_time()
        report = verify(policy, by="solver")
        seconds = process_time() - begin
        print(
            f"{name:20} {report.possible:>26,} combinations {report.cases:>6,} cases "
            f"{len(report.faults)} faults {seconds:6.1f} s"
        )


if __name__ == "__main__":
    main()
