"""Sums over exported Parquet, by DuckDB alone:  sums.py STATES EVENTS  prints one line of JSON."""

import json
import sys

import duckdb

states, events = sys.argv[1:]
db = duckdb.connect()
count, balance, versions = db.execute(
    "select count(*), sum((state->>'$.balance')::bigint)::bigint, sum(version)::bigint from read_parquet(?)", [states]
).fetchone()
rows, amount, last = db.execute(
    """select count(*), sum((data->>'$.amount')::bigint)::bigint,
              strftime(max(time) at time zone 'UTC', '%Y-%m-%dT%H:%M:%SZ') from read_parquet(?)""",
    [events],
).fetchone()
print(json.dumps({"states": count, "balance": balance, "versions": versions, "events": rows, "amount": amount, "last": last}))
