"""What the rules say to one kind of command, as formulas over its facts.

The same as `ordercancel.engine.evaluation` says of one combination of facts.
"""

from __future__ import annotations

from ordercancel.domain.commands import Judged
from ordercancel.engine.lifecycle_checks import checks_after, checks_before
from ordercancel.engine.ruleset import RuleSet
from ordercancel.rules.effects import PERMIT, Forbid, Grant
from ordercancel.verification.solver.encoding import Encoded, Formula


class Rulings:
    """What `policy` says to a `kind` of command.

    Args:
        encoded: The combinations of facts of that kind of command.
        policy: The policy. Default: the one of the space.

    Attributes:
        asked: That rules are asked at all.
        unknown: That a rule can't be evaluated.
        forbidden: That a rule forbids it.
    """

    def __init__(self, encoded: Encoded, policy: RuleSet | None = None) -> None:
        self.encoded = encoded
        self.policy = policy or encoded.space.policy
        self.kind: type[Judged] = encoded.space.kind
        self._holding: dict[Grant | Forbid, dict[str, Formula]] = {}
        unknown = []
        for rule, when, effect in self.policy.leaves_for(self.kind):
            rules = self._holding.setdefault(effect, {})
            holds = encoded.true(when, self.policy)
            # A formula has no truth of its own, so it can't be asked whether it is there.
            before = [rules[rule.id]] if rule.id in rules else []
            rules[rule.id] = encoded.any_of([holds, *before])
            unknown.append(encoded.unknown(when, self.policy))
        checks = checks_before(self.kind)
        self.asked = encoded.all_of(encoded.true(each, self.policy) for each, _ in checks)
        self.unknown = encoded.any_of(unknown)
        self.forbidden = encoded.any_of(
            self.effect_of_any(effect) for effect in self._holding if isinstance(effect, Forbid)
        )

    @property
    def grants(self) -> tuple[Grant, ...]:
        """What the rules may grant, each once."""
        return tuple(each for each in self._holding if not isinstance(each, Forbid))

    def rules_for(self, effect: Grant | Forbid) -> tuple[str, ...]:
        """The ids of the rules with this effect."""
        return tuple(self._holding[effect])

    def holds(self, rule: str, effect: Grant | Forbid) -> Formula:
        """That the rule with this id holds with this effect."""
        return self._holding[effect][rule]

    def effect_of_any(self, effect: Grant | Forbid) -> Formula:
        """That any rule with this effect holds."""
        return self.encoded.any_of(self._holding[effect].values())

    def decides(self, rule: str, effect: Grant | Forbid) -> Formula:
        """That the answer would be another without this effect of the rule."""
        others = (each for name, each in self._holding[effect].items() if name != rule)
        alone = [self.asked, self.holds(rule, effect), self.encoded.none_of(others)]
        if not isinstance(effect, Forbid):
            alone.append(self.grants_only(effect))
        return self.encoded.all_of(alone)

    def passes(self) -> Formula:
        """That no rule stands in the way, whatever is granted."""
        return self.encoded.all_of(
            [self.asked, self.encoded.none_of([self.forbidden, self.unknown])]
        )

    def lets_through(self, grant: Grant) -> Formula:
        """That the rules grant this and nothing else, whatever the lifecycle says."""
        others = (self.effect_of_any(each) for each in self.grants if each not in (grant, PERMIT))
        return self.encoded.all_of(
            [self.passes(), self.effect_of_any(grant), self.encoded.none_of(others)]
        )

    def grants_only(self, grant: Grant) -> Formula:
        """That this is granted, by rules and lifecycle."""
        return self._unless_stopped(grant, self.lets_through(grant))

    def granted(self) -> Formula:
        """That anything is granted."""
        return self.encoded.any_of(map(self.grants_only, self.grants))

    def silent(self) -> Formula:
        """That nothing is granted, and nothing stands in the way."""
        nothing = self.encoded.none_of(map(self.effect_of_any, self.grants))
        return self._unless_stopped(None, self.passes(), nothing)

    def _unless_stopped(self, grant: Grant | None, *formulas: Formula) -> Formula:
        """That `formulas` hold, and the lifecycle has no code of its own for what is granted."""
        after = (each for each, _ in checks_after(self.policy, self.kind, grant))
        lets_by = (self.encoded.true(each, self.policy) for each in after)
        return self.encoded.all_of([*formulas, *lets_by])
