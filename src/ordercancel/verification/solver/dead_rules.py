"""The rules that decide nothing, asked of a solver instead of every combination of facts."""

from __future__ import annotations

from ordercancel.domain.commands import JUDGED
from ordercancel.domain.texts import Text
from ordercancel.policy.policy import Policy
from ordercancel.verification.dead_rules import DeadRule, DeadRules
from ordercancel.verification.solver.encoding import Encoded, Undecided
from ordercancel.verification.solver.rulings import Rulings


def dead_rules(policy: Policy, most_steps: int) -> tuple[tuple[DeadRule, ...], tuple[Text, ...]]:
    """The rules that are proved to decide nothing, and what the solver did not decide.

    Args:
        policy: The policy.
        most_steps: How many steps the solver takes at most for one question.
    """
    dead = DeadRules(policy)
    undecided: dict[str, Text] = {}
    for kind in JUDGED:
        rulings = Rulings(Encoded.of(policy, kind, most_steps=most_steps))
        for each in [rule for rule in dead.dead if rule.kind is kind]:
            try:
                _look(policy, rulings, each, dead)
            except Undecided as error:
                undecided[str(each)] = error.text
    proved = tuple(each for each in dead.dead if str(each) not in undecided)
    return proved, tuple(undecided.values())


def _look(policy: Policy, rulings: Rulings, rule: DeadRule, dead: DeadRules) -> None:
    """Judge combinations in which a rule decides, or at least holds, until one is seen."""
    encoded = rulings.encoded
    ways = (
        (rulings.decides(rule.rule.id, rule.effect), "decides"),
        (encoded.all_of([rulings.asked, encoded.true(rule.when)]), "holds"),
    )
    for formula, verb in ways:
        facts = encoded.check(formula, query=f"{rule} ever {verb}")
        if facts is not None:
            dead.see(policy.judge(rule.kind, facts))
            return
