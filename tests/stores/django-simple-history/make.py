"""django-simple-history on SQLite: a table of history for each model."""
from importlib.metadata import version

import django_start
from common import utc, write

django_start.start("simple_history")
from orchestra import models

users = django_start.users()


def act(what, one, step):
    one._history_date = django_start.moment(step)
    one._history_user = users[step % 4] if step % 4 < 3 else None
    one._change_reason = [None, "", "пере\"said\""][step % 3]
    one.delete() if what == "delete" else one.save(force_insert=what == "create")


django_start.play(models, act)
streams = []
for model in (models.Instrument, models.Player):
    names = [field.attname for field in model._meta.fields]
    for pk in dict.fromkeys(model.history.order_by("history_id").values_list("id", flat=True)):
        rows = list(model.history.filter(id=pk).order_by("history_id"))
        states = []
        for at, row in enumerate(rows):
            then = model.history.as_of(row.history_date).filter(pk=pk).first()
            states.append(then and {name: django_start.stored(getattr(then, name)) for name in names})
        streams.append({
            "stream": django_start.stored(pk) if model is models.Player else str(pk),
            "category": model._meta.model_name,
            "first": 1,
            "events": [
                {"version": at + 1, "type": row.history_type, "time": utc(row.history_date)} for at, row in enumerate(rows)
            ],
            "states": [{"version": at + 1, "state": state} for at, state in enumerate(states)],
        })
write(django_start.FOLDER, "django-simple-history", f"django-simple-history {version('django-simple-history')}", streams)
