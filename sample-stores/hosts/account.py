"""The bank's accounts in Python, the same fold as `account` of ../bank/reducers.mjs.

As a reducer, `(state, event) -> state`, named like the category:
    --host python --reducer sample-stores/hosts/account.py
As a program of its own:
    --reducer-command 'python3 sample-stores/hosts/account.py'
"""

import json
import sys

initial_state = {
    "status": "none",
    "product": None,
    "currency": None,
    "owner": None,
    "balance": 0,
    "available": 0,
    "overdraft": {"limit": 0, "feeRate": 0, "since": None, "times": 0},
    "dailyLimit": None,
    "holds": {},
    "flags": [],
    "entries": 0,
    "monthly": {},
    "lastEntry": None,
}


def account(state, event):
    data = event["data"]
    match event["type"]:
        case "AccountOpened":
            opened = {name: data[name] for name in ("product", "currency", "owner", "dailyLimit")}
            return {**state, **opened, "status": "open", "overdraft": {**state["overdraft"], **data["overdraft"]}}
        case "Deposited":
            return book(state, event, data["amount"], data["reference"])
        case "InterestPaid":
            return book(state, event, data["amount"], f"interest {data['period']}")
        case "TransferReceived":
            return book(state, event, data["amount"], f"from {data['from']['name']}")
        case "TransferSent":
            return book(state, event, -data["amount"], f"to {data['to']['name']}")
        case "Withdrawn":
            merchant = data.get("merchant")
            return book(state, event, -data["amount"], merchant["name"] if merchant else data["channel"])
        case "FeeCharged":
            return book(state, event, -data["amount"], f"{data['kind']} fee")
        case "HoldPlaced":
            hold = {"amount": data["amount"], "merchant": data["merchant"]["name"], "since": data["at"]}
            return with_holds(state, {**state["holds"], data["holdId"]: hold})
        case "HoldReleased":
            return with_holds(state, {key: hold for key, hold in state["holds"].items() if key != data["holdId"]})
        case "LimitChanged":
            if data["limit"] == "overdraft":
                return {**state, "overdraft": {**state["overdraft"], "limit": data["to"]}}
            return {**state, "dailyLimit": data["to"]}
        case "OwnerUpdated":
            owner, changes = state["owner"], data["changes"]
            nested = {name: {**owner[name], **changes.get(name, {})} for name in ("address", "contact")}
            return {**state, "owner": {**owner, **changes, **nested}}
    return state


def book(state, event, amount, text):
    """Books one amount, positive in and negative out, and everything that follows from it."""
    at = event["data"]["at"]
    balance = state["balance"] + amount
    month = at[:7]
    totals = state["monthly"].get(month, {"in": 0, "out": 0, "fees": 0})
    column = "fees" if event["type"] == "FeeCharged" else "out" if amount < 0 else "in"
    overdraft = state["overdraft"]
    since = (overdraft["since"] or at) if balance < 0 else None
    times = overdraft["times"] + (balance < 0 and overdraft["since"] is None)
    flags = [flag for flag in state["flags"] if flag not in ("overdrawn", "over-limit")]
    if balance < 0:
        flags.append("overdrawn")
    if balance < -overdraft["limit"]:
        flags.append("over-limit")
    return {
        **state,
        "balance": balance,
        "available": balance - held(state["holds"]),
        "overdraft": {**overdraft, "since": since, "times": times},
        "flags": flags,
        "entries": state["entries"] + 1,
        "monthly": {**state["monthly"], month: {**totals, column: totals[column] + abs(amount)}},
        "lastEntry": {"type": event["type"], "amount": amount, "text": text, "at": at},
    }


def held(holds):
    return sum(hold["amount"] for hold in holds.values())


def with_holds(state, holds):
    return {**state, "holds": holds, "available": state["balance"] - held(holds)}


def main():
    state = None
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            state = initial_state if "start" in asked else account(state, asked["event"])
            answer = state
        except Exception as error:
            answer = {"$error": repr(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
