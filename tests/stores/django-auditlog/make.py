"""django-auditlog on SQLite: one table for all models, each row the fields that a save changed."""
from importlib.metadata import version

import django_start
from common import utc, write

django_start.start("auditlog")
from auditlog.context import set_actor
from auditlog.diff import model_instance_diff
from auditlog.models import LogEntry
from orchestra import models

users = django_start.users()


def act(what, one, step):
    go = one.delete if what == "delete" else lambda: one.save(force_insert=what == "create")
    if step % 4 == 3:
        return go()
    with set_actor(users[step % 4], remote_addr="2001:db8::1"):
        go()


django_start.play(models, act)
streams = []
for model in (models.Instrument, models.Player):
    entries = LogEntry.objects.get_for_model(model).order_by("pk")
    for pk in dict.fromkeys(entries.values_list("object_pk", flat=True)):
        rows = list(entries.filter(object_pk=pk))
        states, now = [], {}
        for row in rows:
            now = {**now, **{field: values[1] for field, values in row.changes_dict.items()}}
            states.append(None if row.action == LogEntry.Action.DELETE else now)
        # What the library makes of the object as it is now; it knows no earlier one.
        if (one := model.objects.filter(pk=pk).first()) is not None:
            whole = {field: values[1] for field, values in model_instance_diff(None, one).items()}
            assert {field: now.get(field, "None") for field in whole} == whole or model is models.Player, (now, whole)
        streams.append({
            "stream": f"{model._meta.label_lower}/{pk}",
            "category": model._meta.label_lower,
            "first": 1,
            "events": [
                {"version": at + 1, "type": row.get_action_display(), "time": utc(row.timestamp)} for at, row in enumerate(rows)
            ],
            "states": [{"version": at + 1, "state": state} for at, state in enumerate(states)],
        })
write(django_start.FOLDER, "django-auditlog", f"django-auditlog {version('django-auditlog')}", streams)
