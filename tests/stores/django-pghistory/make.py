"""django-pghistory on PostgreSQL (the database is PGDATABASE): triggers write a row of history for each change."""
from datetime import datetime
from importlib.metadata import version
from uuid import UUID

import django_start
from common import utc, write

django_start.start("pgtrigger", "pghistory")
import pghistory
from django.apps import apps
from django.core.management import call_command
from orchestra import models

call_command("pgtrigger", "install", verbosity=0)
users = django_start.users()


def dumped(value):
    """A value as it is in a dump."""
    if isinstance(value, datetime):
        # In the zone of the server, which is the program's.
        here = value.astimezone()
        seconds = here.strftime("%Y-%m-%d %H:%M:%S.%f").rstrip("0").rstrip(".")
        return seconds + here.isoformat()[-6:].removesuffix(":00")
    if isinstance(value, (dict, list)):
        return value
    return str(value) if isinstance(value, UUID) else django_start.stored(value)


def act(what, one, step):
    go = one.delete if what == "delete" else lambda: one.save(force_insert=what == "create")
    if step % 4 == 3:
        return go()
    with pghistory.context(user=users[step % 4].pk, url="/ŝ?q=\"1\""):
        go()


django_start.play(models, act)
streams = []
for model in (models.Instrument, models.Player):
    history = next(one for one in apps.get_models() if getattr(one, "pgh_tracked_model", None) is model)
    names = [field.attname for field in model._meta.fields]
    for pk in dict.fromkeys(history.objects.order_by("pgh_id").values_list("pgh_obj_id", flat=True)):
        rows = list(history.objects.filter(pgh_obj_id=pk).order_by("pgh_id"))
        states = [None if row.pgh_label == "delete" else {name: dumped(getattr(row, name)) for name in names} for row in rows]
        streams.append({
            "stream": str(pk),
            "category": history._meta.db_table.removesuffix("event"),
            "first": 1,
            "events": [
                {"version": at + 1, "type": row.pgh_label, "time": utc(row.pgh_created_at)} for at, row in enumerate(rows)
            ],
            "states": [{"version": at + 1, "state": state} for at, state in enumerate(states)],
        })
write(django_start.FOLDER, "django-pghistory", f"django-pghistory {version('django-pghistory')}", streams)
