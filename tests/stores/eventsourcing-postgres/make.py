"""Python eventsourcing on PostgreSQL: two applications with tables of their own."""
import os
import sys

from common import write
from hives import LIBRARY, Apiary, Pantry, fill, streams

folder = sys.argv[1]
env = {
    "PERSISTENCE_MODULE": "eventsourcing.postgres",
    "POSTGRES_DBNAME": os.environ["PGDATABASE"],
    "POSTGRES_HOST": os.environ["PGHOST"],
    "POSTGRES_PORT": os.environ["PGPORT"],
    "POSTGRES_USER": os.environ["PGUSER"],
    "POSTGRES_PASSWORD": "none",
}
apiary, pantry = Apiary(env), Pantry({**env, "COMPRESSOR_TOPIC": "zlib"})
hives, jars = fill(apiary, pantry)
write(folder, "python-es-9", LIBRARY, streams(apiary, hives, str) + streams(pantry, jars, str))
apiary.close()
pantry.close()
