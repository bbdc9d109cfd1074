"""Python eventsourcing on SQLite: a table of events and one of snapshots, some states compressed."""
import sqlite3
import sys

from common import write
from hives import LIBRARY, Apiary, Pantry, fill, streams

folder = sys.argv[1]
env = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": f"{folder}/store.db"}
apiary, pantry = Apiary(env), Pantry({**env, "COMPRESSOR_TOPIC": "zlib"})
hives, jars = fill(apiary, pantry)
write(folder, "python-es", LIBRARY, streams(apiary, hives) + streams(pantry, jars))
apiary.close()
pantry.close()
# Another part of the application, which is no store of events.
with sqlite3.connect(f"{folder}/store.db") as conn:
    conn.execute("CREATE TABLE visitors (id INTEGER PRIMARY KEY, version INTEGER, name TEXT, type TEXT)")
    conn.execute("INSERT INTO visitors VALUES (1, 1, 'Ann', 'guest')")
