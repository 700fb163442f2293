"""The tables in form 3, or brought up to it from an earlier release."""

from __future__ import annotations

from django.db import migrations
from django.db.migrations.state import ModelState

from ordercancel.contrib.django import models, schema

FORM = 3


def _created(model: type[models.Mirror]) -> migrations.CreateModel:
    state = ModelState.from_model(model)
    return migrations.CreateModel(
        state.name, [*state.fields.items()], state.options, state.bases, state.managers
    )


class Migration(migrations.Migration):
    """Models follow the declaration of the tables, and so does what Django takes them to be."""

    initial = True
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(schema.bring_up_to_date, schema.drop)],
            state_operations=[
                _created(each)
                for each in (models.Case, models.Event, models.Message, models.Command)
            ],
        )
    ]
