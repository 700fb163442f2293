"""A form for whatever somebody may do with an order, built of an option.

::

    form = action_form("762544202", "reject", by=Seller("s-1"), data=request.POST or None)
    if form.is_valid() and form.handle():
        return redirect("orders")
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.http import Http404

from ordercancel.contrib.django.conf import language, service
from ordercancel.contrib.django.words import action_label, refund_text, say
from ordercancel.domain.actors import Actor
from ordercancel.domain.commands import ANSWERS, AdvanceOrder, Judged
from ordercancel.domain.errors import Conflict, InvalidValue, UnknownOrder
from ordercancel.engine.decision import Refused
from ordercancel.engine.options import Option
from ordercancel.rules.facts import Choice, Day, Fact, Flag, Moment, Number
from ordercancel.service.results import Outcome

__all__ = ["ActionForm", "action_form"]


class OptionForm(forms.Form):
    """The reasons, words and facts that an action takes, in the request's language.

    Args:
        option: The action.
        form: As for any form of Django's.
    """

    def __init__(self, option: Option, **form: Any) -> None:
        super().__init__(**form)
        self.option = option
        self.policy: Any = option.decision.policy
        self.lang = language(self.policy.languages)
        self.fields.update(self._asked())

    @property
    def label(self) -> str:
        """What the button says."""
        return action_label(self.option)

    @property
    def why(self) -> str:
        """Why the action is not offered; empty where it is."""
        return "" if self.option.is_offered else self.option.decision.message(self.lang)

    @property
    def refund(self) -> str:
        """What the action gives back; empty where it gives nothing back."""
        return refund_text(self.option)

    def values(self) -> dict[str, Any]:
        """Return what was filled in, as the command takes it."""
        facts: dict[str, dict[str, Any]] = {"data": {}, "facts": {}}
        for fact in self.option.must_ask:
            value = self.cleaned_data[fact.name]
            if value not in (None, "") and value is not False:
                facts["facts" if fact.of is None else "data"][fact.name] = value
        values: dict[str, Any] = {"data": facts["data"]}
        if self.option.command is AdvanceOrder:
            values |= {"move": self.option.move, "facts": facts["facts"]}
        units = {name: self.cleaned_data[f"lines.{name}"] for name in self.option.lines}
        named = {name: count for name, count in units.items() if count}
        if named:
            values["lines"] = named
        if self.option.action in ("accept", "decline"):
            values["accept"] = self.option.action == "accept"
        for field in ("reason", "text"):
            if field in self.fields:
                values[field] = self.cleaned_data[field] or None
        return values

    def add_errors(self, error: InvalidValue | Refused) -> None:
        """Show what is wrong beside the field that it is about, with the clauses behind it."""
        if isinstance(error, Refused):
            for refusal in error.decision.refusals:
                self.add_error(None, _cited(refusal.text[self.lang], refusal.clauses))
            return
        for fault in error.faults:
            field = fault.where.rpartition(".")[2].partition("[")[0]
            where = field if field in self.fields else None
            self.add_error(where, _cited(fault.message(self.lang), fault.clauses))

    def _asked(self) -> Iterator[tuple[str, forms.Field]]:
        codes = [each for each in self.option.reasons if each.code is not None]
        if codes:
            choices = [(each.code, each.label[self.lang]) for each in codes if each.label]
            yield "reason", forms.ChoiceField(choices=choices, label=say("reason"))
        worded = [each for each in self.option.reasons if each.text is not None]
        if worded:
            yield "text", self._text_field(worded)
        for fact in self.option.must_ask:
            yield fact.name, self._fact_field(fact)
        yield from self._units_fields()

    def _units_fields(self) -> Iterator[tuple[str, forms.Field]]:
        """Yield a number of units for each line that may be named; without any, all are meant."""
        about = self.option.decision.about
        for line in () if about is None else about[1].order.lines:
            most = self.option.lines.get(line.id)
            if most is not None:
                field = forms.IntegerField(
                    label=line.item or line.id,
                    required=False,
                    min_value=0,
                    max_value=most,
                    help_text=say("units", most),
                )
                yield f"lines.{line.id}", field

    def _text_field(self, reasons: Any) -> forms.Field:
        """Return the field of one's own words; what bounds them is said, the policy counts."""
        hints = []
        for each in reasons:
            bounds = say("characters", each.text.minimum, each.text.maximum)
            label = f"{each.label[self.lang]}: " if each.label else ""
            hint = f" – {each.hint[self.lang]}" if each.hint else ""
            hints.append(f"{label}{bounds}{hint}")
        return forms.CharField(
            label=say("text"),
            required=False,
            strip=False,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=" / ".join(hints),
        )

    def _fact_field(self, fact: Fact) -> forms.Field:
        label = self.policy.text(fact.label)[self.lang]
        required = fact.of is None or fact.required
        match fact:
            case Flag():  # the rules say what a box that is not ticked means
                return forms.BooleanField(label=label, required=False)
            case Choice():
                choices = [(each, each) for each in self.policy.domain(fact)]
                return forms.ChoiceField(label=label, required=required, choices=choices)
            case Number():
                return forms.IntegerField(label=label, required=required)
            case Moment():
                return forms.DateTimeField(label=label, required=required)
            case Day():
                widget = forms.DateInput(attrs={"type": "date"})
                return forms.DateField(label=label, required=required, widget=widget)
        raise AssertionError(fact)  # pragma: no cover - every kind of fact is above


class ActionForm(OptionForm):
    """The form of one action on one order, which carries it out.

    It remembers which request it answers, so that it answers no later one, an id, so that two
    presses of its button act once, and the refund that it shows, so that no other one is given;
    where that hangs on nothing that is chosen in it.

    Args:
        option: The action.
        order_id: The order.
        by: Who acts.
        form: As for any form of Django's.
    """

    command_id = forms.CharField(widget=forms.HiddenInput, max_length=200)
    request = forms.IntegerField(widget=forms.HiddenInput, required=False)
    expects = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, option: Option, *, order_id: str, by: Actor, **form: Any) -> None:
        quote = option.quote
        initial = {
            "command_id": uuid.uuid4().hex,
            "request": option.request,
            "expects": None if quote is None else quote.refund,
        }
        super().__init__(option, initial=initial | form.pop("initial", {}), **form)
        self.order_id = order_id
        self.by = by
        if option.command not in ANSWERS:
            del self.fields["request"]
        if quote is None or len(option.reasons) > 1 or option.must_ask or option.lines:
            del self.fields["expects"]

    def command(self) -> Judged:
        """Return the command that the valid form stands for."""
        values = self.values() | {"command_id": self.cleaned_data["command_id"]}
        if self.option.command in ANSWERS:
            values["request"] = self.cleaned_data["request"] or 1
        if "expects" in self.fields:
            values["expects"] = self.cleaned_data["expects"]
        kind: Any = self.option.command
        command: Judged = kind(self.order_id, by=self.by, **values)
        return command

    def handle(self) -> Outcome | None:
        """Carry the command out; None where the policy refuses it, with the errors in the form."""
        try:
            return service().handle(self.command())
        except (InvalidValue, Refused) as error:
            self.add_errors(error)
        except Conflict:
            self.add_error(None, say("conflict"))
        return None


def action_form(
    order_id: str,
    action: str,
    *,
    by: Actor,
    move: str | None = None,
    data: Mapping[str, Any] | None = None,
    **form: Any,
) -> ActionForm:
    """Return the form of an action on an order; ``form.option`` says whether it is offered.

    Args:
        order_id: The order.
        action: As in `Option`, such as ``request`` or ``reject``.
        by: Who acts.
        move: The move, for ``advance``.
        data: What was sent, such as ``request.POST``. Default: None, the form is empty.
        form: More, as for any form of Django's.

    Raises:
        Http404: There is no such order, or action, or none that `by` may know of.
    """
    try:
        options = service().options(order_id, by=by)
    except UnknownOrder as error:
        raise Http404(str(error)) from error
    for option in options:
        if (option.action, option.move) == (action, move):
            return ActionForm(option, order_id=order_id, by=by, data=data, **form)
    raise Http404(f"no action {action!r}")


def _cited(sentence: str, clauses: tuple[str, ...]) -> str:
    return f"{sentence} [{', '.join(clauses)}]" if clauses else sentence
