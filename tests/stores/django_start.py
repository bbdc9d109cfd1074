"""Starts Django with one audit trail and the application `orchestra` of the folder."""
import json
import os
import random
import sys
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import django
from django.conf import settings

from common import plain

CHANCE = random.Random(817)
FOLDER = sys.argv[1]


def start(*apps):
    """Makes the tables; where PGDATABASE says so, on PostgreSQL."""
    sys.path.insert(0, os.getcwd())
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{FOLDER}/store.db"}
    if "PGDATABASE" in os.environ:
        names = {"NAME": "PGDATABASE", "HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER"}
        database = {"ENGINE": "django.db.backends.postgresql", **{key: os.environ[name] for key, name in names.items()}}
    settings.configure(
        DATABASES={"default": database},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", *apps, "orchestra"],
        USE_TZ=True,
        TIME_ZONE="UTC",
        SECRET_KEY="none",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()
    from django.core.management import call_command

    call_command("migrate", "auth", verbosity=0)
    call_command("migrate", run_syncdb=True, verbosity=0)


def users():
    from django.contrib.auth.models import User

    return [User.objects.create(username=name) for name in ("mille", "Þór", "o'brien")]


def stored(value):
    """A value as SQLite holds it; a truth value by its column's type."""
    if isinstance(value, bool):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ")
    if isinstance(value, (dict, list)):
        return json.dumps(value)
    return plain(value)


def moment(step):
    """The time of a step, later than that of the one before."""
    return datetime(2026, 5, 1, 8, tzinfo=timezone.utc) + timedelta(minutes=step, microseconds=[0, 5, 250000][step % 3])


def instrument(step):
    """Values of an instrument."""
    return {
        "name": CHANCE.choice(["Cello", "Ōdaiko 大太鼓", "", "O'Carolan \"harp\"", "two\nlines", "back\\slash"]),
        "price": CHANCE.choice([None, Decimal("12.50"), Decimal("-3.25"), Decimal("99999.75")]),
        "parts": CHANCE.choice([None, [], {"strings": 4, "made": {"by": "Ñandú", "": None}}, ["a", 1.5, True]]),
        "built": CHANCE.choice([None, date(1748, 2, 29), date(2026, 12, 31)]),
        "serial": CHANCE.choice([0, -1, 2**62 + step]),
        "is_lent": CHANCE.choice([True, False]),
        "note": CHANCE.choice([None, "", "🎻", "x" * 4500]),
    }


def player(step):
    return {"name": CHANCE.choice(["Ann", "Łucja", ""]), "fee": CHANCE.choice([0.125, 1e-9, 3.0]), "since": moment(step)}


def player_id():
    return UUID(int=CHANCE.getrandbits(128), version=4)


def play(models, act):
    """A story for both models: `act(what, object, step)` saves or deletes through the library."""
    step = 0
    for at in range(6):
        act("create", models.Instrument(**instrument(step)), step)
        act("create", models.Player(id=player_id(), **player(step)), step + 1)
        step += 2
    for _ in range(60):
        model, fields = CHANCE.choice([(models.Instrument, instrument), (models.Player, player)])
        one = CHANCE.choice(list(model.objects.order_by("name", "pk")))
        if step % 13 == 12 and model.objects.count() > 3:
            act("delete", one, step)
        else:
            new = fields(step)
            for key in CHANCE.sample(sorted(new), 2):
                setattr(one, key, new[key])
            act("update", one, step)
        step += 1
