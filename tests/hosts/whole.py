"""The bank's accounts by the whole protocol of sample-stores/hosts/README.md, for the tests."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "sample-stores/hosts"))
from account import account, initial_state

state = None


def answer(asked):
    global state
    if "start" in asked:
        state = initial_state
        return {"$host": 1}
    if "restore" in asked:
        state = asked["restore"]["state"]
        return {"done": 0}
    if "step" in asked:
        for done, event in enumerate(asked["step"]):
            try:
                state = account(state, event)
            except Exception as error:
                return {"done": done, "error": repr(error)}
        return {"done": len(asked["step"])}
    return {"state": state} if "save" in asked else state


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
