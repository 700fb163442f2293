"""The app of the example with procrastinate, for the shop of the tests."""

from __future__ import annotations

from examples import with_procrastinate as recipe

from recipes.shop import equip

equip(recipe)
app = recipe.app
for task in (recipe.tick, recipe.relay):
    app.periodic(cron="* * * * * *", periodic_id="every second")(task)
