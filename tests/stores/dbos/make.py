"""DBOS on SQLite: the history of a workflow is what each of its steps gave back."""
import sys
from datetime import datetime, timezone
from importlib.metadata import version

from dbos import DBOS, SetWorkflowID
from dbos._serialization import DBOSPortableJSONSerializer

from common import utc, write

folder = sys.argv[1]
DBOS(config={
    "name": "sorting",
    "system_database_url": f"sqlite:///{folder}/store.db",
    "log_level": "ERROR",
    "application_version": "1",
    "serializer": DBOSPortableJSONSerializer(),
})


@DBOS.step()
def scan(code, grams):
    return {"code": code, "grams": grams, "flags": [None, True, ""]}


@DBOS.step()
def address(text):
    return text


@DBOS.step()
def nothing():
    return None


@DBOS.step(retries_allowed=False)
def refuse(why):
    raise ValueError(why)


@DBOS.workflow()
def bag(grams):
    return scan("bag", grams)


@DBOS.workflow()
def parcel(steps):
    for at in range(steps):
        if at % 4 == 0:
            scan(f"№ {at}", [0, -1.5, 2**62 + 1][at % 3])
        elif at % 4 == 1:
            address(["", "Straße 1\n\"hinten\"", "京都 📦", "x" * 5000][steps % 4])
        elif at % 4 == 2:
            nothing()
        else:
            try:
                refuse("no stamp: ñ")
            except ValueError:
                pass
    if steps > 8:
        bag(steps)
    return steps


DBOS.launch()
for steps, name in enumerate(["parcel-1", "parcel/2", "parcel 3", "小包:4", "parcel-01", "5"]):
    with SetWorkflowID(name):
        parcel(steps * 2 + 1)

streams = []
for workflow in DBOS.list_workflows():
    steps = DBOS.list_workflow_steps(workflow.workflow_id)
    events = []
    for step in steps:
        began = step.get("started_at_epoch_ms")
        event = {"version": step["function_id"], "type": step["function_name"]}
        if began is not None:
            event["time"] = utc(datetime.fromtimestamp(began / 1000, timezone.utc))
        events.append(event)
    streams.append({
        "stream": workflow.workflow_id,
        "category": workflow.name,
        "first": steps[0]["function_id"],
        "events": events,
        # The library knows no states: what a step gave back is compared in place of them.
        "states": [{"version": step["function_id"], "state": step["output"]} for step in steps if not step["error"]],
    })
DBOS.destroy()
# A workflow that is started is written down later than what it then does.
write(folder, "dbos", f"dbos {version('dbos')}", streams, ["time-backwards"])
