"""Python eventsourcing by SQLAlchemy on SQLite: ids are sixteen raw bytes."""
import sys
from importlib.metadata import version

from common import write
from hives import LIBRARY, Apiary, Pantry, fill, streams

folder = sys.argv[1]
env = {"PERSISTENCE_MODULE": "eventsourcing_sqlalchemy", "SQLALCHEMY_URL": f"sqlite:///{folder}/store.db"}
apiary, pantry = Apiary(env), Pantry({**env, "COMPRESSOR_TOPIC": "zlib"})
hives, jars = fill(apiary, pantry)
library = f"eventsourcing-sqlalchemy {version('eventsourcing-sqlalchemy')}, {LIBRARY}"
write(folder, "python-es-9", library, streams(apiary, hives, str) + streams(pantry, jars, str))
for app in (apiary, pantry):
    app.factory.datastore.engine.dispose()
    app.close()
