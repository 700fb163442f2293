"""The answers of a policy as formulas: by which codes and rules, and with which fee.

The same as `ordercancel.engine.evaluation` says of one combination of facts.

Each law of the engine is one line here: a forbid outweighs every grant, what is unknown refuses,
grants that disagree refuse, and the lifecycles have the last word.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from ordercancel.domain.commands import RequestCancellation
from ordercancel.engine.decision import (
    FEES_DISAGREE,
    NOT_PERMITTED,
    PERMITS_DISAGREE,
    UNDETERMINED,
)
from ordercancel.engine.lifecycle_checks import Check, checks_after, checks_before
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.conditions import Condition
from ordercancel.rules.effects import PERMIT, Forbid
from ordercancel.rules.refunding import Fee
from ordercancel.verification.solver.encoding import Encoded, Formula
from ordercancel.verification.solver.rulings import Rulings


class Answers:
    """What a policy says to a kind of command, as formulas over the facts of `encoded`.

    Args:
        encoded: The combinations of facts; their kind of command is meant.
        policy: The policy.
        priced: That the order has prices, so that a request that is granted has a fee.

    Attributes:
        granted: That this is granted, by each grant that a rule may give.
        refused: That nothing is.
        codes: That it is refused under this code, by code.
        rules: That this rule or fee decides, or stands in the way, by its id.
        fees: That this fee is due, by fee; under None that none is, of what is granted.
    """

    def __init__(self, encoded: Encoded, policy: RuleSet, priced: Formula) -> None:
        self._encoded = encoded
        self._policy = policy
        rulings = Rulings(encoded, policy)
        self.codes: dict[str, Formula] = {}
        self.rules: dict[str, Formula] = {}
        kind = encoded.space.kind
        self._failing(checks_before(kind), encoded.all_of(()))
        for rule, when, effect in policy.leaves_for(kind):
            if isinstance(effect, Forbid):
                self._refuses(effect.code, rulings.asked, self._true(when))
                self._decides(rule.id, rulings.asked, self._true(when))
            unknown = encoded.unknown(when, policy)
            self._refuses(UNDETERMINED, rulings.asked, unknown)
            self._decides(rule.id, rulings.asked, unknown)
        special = [rulings.effect_of_any(each) for each in rulings.grants if each != PERMIT]
        disagree = encoded.any_of(map(encoded.all_of, combinations(special, 2)))
        self._refuses(PERMITS_DISAGREE, rulings.passes(), disagree)
        self.granted = {
            grant: self._failing(checks_after(policy, kind, grant), rulings.lets_through(grant))
            for grant in rulings.grants
        }
        nothing = encoded.none_of(map(rulings.effect_of_any, rulings.grants))
        silent = encoded.all_of((rulings.passes(), nothing))
        self._refuses(NOT_PERMITTED, self._failing(checks_after(policy, kind, None), silent))
        through = encoded.any_of(self.granted.values())
        for rule, when, effect in policy.leaves_for(kind):
            if not isinstance(effect, Forbid):
                heard = rulings.passes(), encoded.any_of((through, disagree))
                self._decides(rule.id, *heard, self._true(when))
        self.fees: dict[Fee | None, Formula] = {None: through}
        if kind is RequestCancellation and policy.fees:
            self._charge(through, priced)
        self.refused = encoded.none_of(self.granted.values())

    def _charge(self, through: Formula, priced: Formula) -> None:
        """Say which fee is due; where that can't be said, what was granted is refused."""
        encoded = self._encoded
        fees = {fee: self._true(fee.when) for fee in self._policy.fees}
        unknown = {fee: encoded.unknown(fee.when, self._policy) for fee in fees}
        several = encoded.any_of(map(encoded.all_of, combinations(fees.values(), 2)))
        charged = encoded.all_of((through, priced))
        open_ = encoded.any_of((several, *unknown.values()))
        unsaid = encoded.all_of((charged, open_))
        for rule, decides in self.rules.items():
            # Fees alone stand in the way of what the rules let through.
            self.rules[rule] = encoded.all_of((decides, encoded.none_of((unsaid,))))
        for fee, true in fees.items():
            self._refuses(UNDETERMINED, charged, unknown[fee])
            self._decides(fee.id, charged, unknown[fee])
            self._decides(fee.id, charged, several, true)
            due = encoded.all_of((charged, true, encoded.none_of((open_,))))
            self._decides(fee.id, due)
            self.fees[fee] = due
        self._refuses(FEES_DISAGREE, charged, several)
        said = encoded.none_of((unsaid,))
        for grant, granted in self.granted.items():
            self.granted[grant] = encoded.all_of((granted, said))
        dues = [due for fee, due in self.fees.items() if fee is not None]
        self.fees[None] = encoded.all_of((through, said, encoded.none_of(dues)))

    def _failing(self, checks: Iterable[Check], so_far: Formula) -> Formula:
        """Refuse under the code of the first check that fails; what is left of `so_far`."""
        for must_hold, code in checks:
            holds = self._true(must_hold)
            self._refuses(code, so_far, self._encoded.none_of((holds,)))
            so_far = self._encoded.all_of((so_far, holds))
        return so_far

    def _true(self, when: Condition) -> Formula:
        return self._encoded.true(when, self._policy)

    def _refuses(self, code: str, *where: Formula) -> None:
        self._add(self.codes, code, where)

    def _decides(self, rule: str, *where: Formula) -> None:
        self._add(self.rules, rule, where)

    def _add(self, to: dict[str, Formula], name: str, where: Iterable[Formula]) -> None:
        known = (to[name],) if name in to else ()
        to[name] = self._encoded.any_of((*known, self._encoded.all_of(where)))
