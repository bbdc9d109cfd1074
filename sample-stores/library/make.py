"""Makes lending.db and expected.json with the real library:

    pip install eventsourcing==9.5.6
    python make.py

Runs itself twice, as the two revisions of the program were run one after the other.
"""

import json
import os
import random
import sqlite3
import subprocess
import sys
from datetime import date, datetime, timedelta, timezone
from importlib.metadata import version
from pathlib import Path
from uuid import UUID

here = Path(__file__).parent
store = here / "lending.db"
ENV = {
    "PERSISTENCE_MODULE": "eventsourcing.sqlite",
    "SQLITE_DBNAME": str(store),
    "COMPRESSOR_TOPIC": "eventsourcing.compressor:ZlibCompressor",
}
BOOKS = [
    ("Middlemarch", "George Eliot"), ("The Waves", "Virginia Woolf"), ("Pan", "Knut Hamsun"), ("Emma", "Jane Austen"),
    ("Effi Briest", "Theodor Fontane"), ("Oblomov", "Ivan Goncharov"), ("Babička", "Božena Němcová"),
    ("Os Maias", "Eça de Queirós"), ("Niels Lyhne", "J. P. Jacobsen"), ("Cranford", "Elizabeth Gaskell"),
    ("Lalka", "Bolesław Prus"), ("Germinal", "Émile Zola"), ("Kim", "Rudyard Kipling"), ("Hunger", "Knut Hamsun"),
]
READERS = ["Marion Ek", "Piet Claes", "Dora Havel", "Yusuf Aydın", "Greta Solberg", "Luís Prata", "Hana Bílá", "Owen Rees"]
FIRST, SECOND, LAST = date(2026, 3, 2), date(2026, 7, 1), date(2026, 10, 31)


def at(day, chance):
    return datetime(day.year, day.month, day.day, 9, tzinfo=timezone.utc) + timedelta(seconds=chance.randint(0, 32_000))


def run(revision):
    """Some months at the counter, with one revision of the program."""
    from lending import Copy, Library, Reader, now

    app = Library(env=ENV)
    chance = random.Random(20260302 + revision)
    day, end = (FIRST, SECOND) if revision == 1 else (SECOND, LAST)
    if revision == 1:
        now.set(at(day, chance))
        for number, name in enumerate(READERS, 501):
            app.save(Reader(number=number, name=name))
        for number, (title, author) in enumerate(BOOKS, 101):
            app.save(Copy(number=number, title=title, author=author))
        day += timedelta(days=1)
    while day < end:
        # Sundays are free.
        for moment in sorted(at(day, chance) for _ in range(2 if day.weekday() < 6 else 0)):
            now.set(moment)
            copy = app.repository.get(Copy.create_id(101 + chance.randrange(len(BOOKS))))
            counter(app, copy, day, revision, chance)
        day += timedelta(days=1)
    app.close()


def counter(app, copy, day, revision, chance):
    from lending import Reader

    if copy.reader is None:
        if chance.random() < 0.75:
            reader = Reader.create_id(501 + chance.randrange(len(READERS)))
            until = (day + timedelta(days=28)).isoformat()
            copy.lend(reader) if revision == 1 else copy.lend(reader, until)
            app.save(copy)
    elif (late := (day - date.fromisoformat(copy.due)).days) > 0:
        reader = app.repository.get(copy.reader)
        reader.charge(copy=copy.id, days=late, cents=20 * late)
        copy.give_back()
        app.save(copy, reader)
        if chance.random() < 0.8:
            reader.pay(cents=reader.owes)
            app.save(reader)
    elif chance.random() < 0.3:
        copy.renew(until=(date.fromisoformat(copy.due) + timedelta(days=14)).isoformat())
        app.save(copy)
    elif chance.random() < 0.5:
        copy.give_back()
        if revision == 2 and chance.random() < 0.3:
            copy.inspect(condition=chance.choice(["good", "worn", "torn page"]))
        app.save(copy)


def plain(value):
    """A value as Eventglass shows what the library stores."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return value


def state(aggregate):
    return {name: plain(value) for name, value in vars(aggregate).items() if not name.startswith("_")}


def line(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def expect():
    """What the second revision says of every version: by its events alone, and by its snapshots."""
    from eventsourcing.application import Repository
    from lending import Library

    app = Library(env=ENV)
    by_events = Repository(app.events)
    states, snapshots = [], []
    db = sqlite3.connect(store)
    rows = db.execute("SELECT originator_id, max(originator_version), topic FROM stored_events GROUP BY 1 ORDER BY min(rowid)")
    for stream, last, topic in rows.fetchall():
        kind = topic.split(":")[1].split(".")[0].lower()
        for number in range(1, last + 1):
            found = state(by_events.get(UUID(stream), version=number))
            states.append({"stream": stream, "version": number, "reducer": kind, "state": found})
        for snapshot in app.snapshots.get(UUID(stream)):
            found = state(snapshot.mutate(None))
            snapshots.append({"stream": stream, "version": snapshot.originator_version, "state": found})
    app.close()
    db.execute("PRAGMA journal_mode = DELETE")
    db.execute("VACUUM")
    db.close()
    head = line({"library": "eventsourcing", "libraryVersion": version("eventsourcing")})[:-1]
    lists = [f'"{name}":[\n' + ",\n".join(map(line, rows)) + "\n]" for name, rows in (("states", states), ("snapshots", snapshots))]
    (here / "expected.json").write_text(",".join([head, *lists]) + "}\n", encoding="utf-8")
    print(f"{len(states)} states, {len(snapshots)} snapshots")


if len(sys.argv) > 1:
    run(int(sys.argv[1]))
    if sys.argv[1] == "2":
        expect()
else:
    store.unlink(missing_ok=True)
    for revision in (1, 2):
        path = {"PYTHONPATH": str(here / f"revision-{revision}"), "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run([sys.executable, __file__, str(revision)], env={**os.environ, **path}, check=True)
