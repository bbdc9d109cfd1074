"""Beehives and the honey taken from them, by Python's eventsourcing library."""
import random
from datetime import date, datetime, timezone
from decimal import Decimal
from importlib.metadata import version
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Transcoding

from common import plain, utc

SEED = 20260417


class DateAsISO(Transcoding):
    type = date
    name = "day"

    def encode(self, obj):
        return obj.isoformat()

    def decode(self, data):
        return date.fromisoformat(data)


class Hive(Aggregate):
    @event("Settled")
    def __init__(self, name, weight, frames):
        self.name = name
        self.weight = weight
        self.frames = frames
        self.queen = None
        self.notes = []

    @event("QueenMarked")
    def mark(self, queen, colour):
        self.queen = {"ring": queen, "colour": colour}

    @event("Weighed")
    def weigh(self, weight, on):
        self.weight = weight
        self.weighed = on

    @event("NoteTaken")
    def note(self, text):
        self.notes.append(text)

    @event("Abandoned")
    def abandon(self):
        self.queen = None
        self.frames = []


class Jar(Aggregate):
    @event("Filled")
    def __init__(self, hive, grams, label):
        self.hive = hive
        self.grams = grams
        self.label = label
        self.owner = None

    @event("Sold")
    def sell(self, to, price):
        self.owner = to
        self.price = price

    @event("Renamed")
    def rename(self, label):
        self.label = label


NAMES = ["Wald 1", "Обрыв", "", "O'Hara \"north\"", "丘の上", "tab\there", "back\\slash"]
NOTES = ["two\nlines", "", "naïve 🐝", "x" * 5000, None, {"deep": [1, None, {"": "empty key"}]}, 9007199254740993]
IDS = random.Random(SEED)


class Apiary(Application):
    name = "apiary"
    snapshotting_intervals = {Hive: 6}

    def register_transcodings(self, transcoder):
        super().register_transcodings(transcoder)
        transcoder.register(DateAsISO())


class Pantry(Application):
    name = "pantry"


def new_id():
    return UUID(int=IDS.getrandbits(128), version=4)


Hive.create_id = staticmethod(new_id)
Jar.create_id = staticmethod(new_id)


def fill(apiary, pantry):
    """Writes both applications; returns the ids of each."""
    chance = random.Random(SEED)
    hives, jars = [], []
    for at, name in enumerate(NAMES):
        hive = Hive(name, Decimal(chance.randrange(10**6)) / 1000, [{"n": n, "brood": n % 2 == 0} for n in range(at % 4)])
        apiary.save(hive)
        for step in range([0, 3, 9, 14][at % 4]):
            hive = apiary.repository.get(hive.id)
            what = chance.randrange(8)
            if what < 2:
                hive.mark(UUID(int=chance.getrandbits(128), version=4), chance.choice(["blå", "red", None]))
            elif what < 4:
                hive.weigh(Decimal(chance.randrange(10**6)) / 100, date(2026, 1 + step % 12, 28))
            elif what == 4 and step > 4:
                hive.abandon()
            else:
                hive.note(chance.choice(NOTES))
                hive.note(f"№ {step}")
            apiary.save(hive)
        hives.append(hive.id)
    for at in range(9):
        jar = Jar(chance.choice(hives), chance.choice([250, 2**62 + 1, -1, 0.1]), chance.choice(NAMES))
        for _ in range(at % 3):
            jar.rename(chance.choice(NAMES))
        if at % 2:
            jar.sell({"name": "Zoë", "since": datetime(2026, 2, 28, 23, 59, 59, 999999, tzinfo=timezone.utc)}, Decimal("12.30"))
        pantry.save(jar)
        jars.append(jar.id)
    return hives, jars


def streams(app, ids, name=plain):
    """Every stream as the library gives it back, with the aggregate at each version."""
    found = []
    for one in ids:
        events = list(app.events.get(one))
        state = lambda at: app.repository.get(one, version=at)
        public = lambda aggregate: {key: plain(value) for key, value in vars(aggregate).items() if not key.startswith("_")}
        found.append({
            "stream": name(one),
            "category": type(app.repository.get(one)).__name__,
            "first": 1,
            "events": [{"version": e.originator_version, "type": type(e).__name__, "time": utc(e.timestamp)} for e in events],
            "states": [{"version": e.originator_version, "state": public(state(e.originator_version))} for e in events],
        })
    return found


LIBRARY = f"eventsourcing {version('eventsourcing')}"
