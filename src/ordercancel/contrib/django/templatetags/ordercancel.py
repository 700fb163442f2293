"""Template tags: ``{% load ordercancel %}``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template

from ordercancel.contrib.django.conf import language
from ordercancel.contrib.django.words import action_label
from ordercancel.engine.options import Option

register = template.Library()


@register.inclusion_tag("ordercancel/button.html")
def action_button(
    options: Iterable[Option], action: str, url: str, move: str | None = None
) -> dict[str, Any]:
    """Show an action's button where it is offered, and else why it is not.

    ``{% action_button options "request" url %}``. Nothing is shown of what no rule ever grants
    to the reader; its markup is the template ``ordercancel/button.html``.
    """
    for option in options:
        if (option.action, option.move) == (action, move):
            decision = option.decision
            lang = language(decision.policy.languages)
            why = "" if decision.is_silent else decision.message(lang)
            return {"option": option, "label": action_label(option), "url": url, "why": why}
    return {}


@register.filter
def offered(options: Iterable[Option]) -> list[Option]:
    """Return those of the options that are offered."""
    return [option for option in options if option.is_offered]


@register.filter
def button_label(option: Option) -> str:
    """Return what an option's button says, in the request's language."""
    return action_label(option)
