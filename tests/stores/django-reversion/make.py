"""django-reversion on SQLite: one table for all models, an object as Django serializes it."""
import json
from importlib.metadata import version

import django_start
from common import utc, write

django_start.start("reversion")
import reversion
from orchestra import models
from reversion.models import Version

users = django_start.users()


def act(what, one, step):
    with reversion.create_revision():
        one.delete() if what == "delete" else one.save(force_insert=what == "create")
        if step % 4 < 3:
            reversion.set_user(users[step % 4])
        reversion.set_comment(["", "für \"alle\"", "two\nlines"][step % 3])
        reversion.set_date_created(django_start.moment(step))


django_start.play(models, act)
# What is deleted comes back, and what is there goes back.
back = [Version.objects.get_deleted(models.Player)[0], Version.objects.get_for_model(models.Instrument).last()]
for at, one in enumerate(back):
    with reversion.create_revision():
        one.revert()
        reversion.set_date_created(django_start.moment(500 + at))

streams = []
for model in (models.Instrument, models.Player):
    for pk in dict.fromkeys(Version.objects.get_for_model(model).order_by("pk").values_list("object_id", flat=True)):
        rows = list(Version.objects.get_for_object_reference(model, pk).order_by("pk"))
        states = []
        for row in rows:
            # The library reads the fields from the same text.
            state = json.loads(row.serialized_data)[0]
            assert str(row.field_dict["id"]) == pk and row.field_dict["name"] == state["fields"]["name"]
            states.append(state)
        streams.append({
            "stream": f"{model._meta.label_lower}/{pk}",
            "category": model._meta.label_lower,
            "first": 1,
            "events": [
                {"version": at + 1, "type": "revision", "time": utc(row.revision.date_created)} for at, row in enumerate(rows)
            ],
            "states": [{"version": at + 1, "state": state} for at, state in enumerate(states)],
        })
write(django_start.FOLDER, "django-reversion", f"django-reversion {version('django-reversion')}", streams)
