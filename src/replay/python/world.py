"""What a reducer must not have: the clock and chance are refused by name while events are folded.

A refusal is the event's answer, whatever the code caught. While a file loads both give fixed values,
so that libraries load.
"""

import datetime
import gc
import io
import os
import random
import secrets
import sys
import time
import types
import uuid

# Time and chance while a file loads: 1 January 2000.
FIXED = 946_684_800.0
# What was printed at one event is kept, so much at most.
MOST_PRINTED = 10_000


class World:
    loading = False
    refusal = ""
    printed = []
    printed_length = 0


class Refused(RuntimeError):
    pass


def refuse(what, instead):
    text = f"{what} is not there in a reducer: a fold must give the same state every time. Use {instead}."
    World.refusal = World.refusal or text
    raise Refused(text)


def guarded(what, instead, fixed):
    def stand_in(*args, **kwargs):
        return fixed(*args, **kwargs) if World.loading else refuse(what, instead)

    stand_in.__name__ = stand_in.__qualname__ = what.rpartition(".")[2]
    return stand_in


def guard_clock():
    own_time = "the event's own time, event.timestamp"
    # Logging says when; that is no part of a state.
    real = types.ModuleType("time")
    real.__dict__.update(vars(time))
    for name in ("time", "monotonic", "perf_counter", "process_time", "thread_time", "clock_gettime"):
        setattr(time, name, guarded(f"time.{name}", own_time, lambda *_: FIXED))
        setattr(time, f"{name}_ns", guarded(f"time.{name}_ns", own_time, lambda *_: int(FIXED) * 10**9))
    time.sleep = guarded("time.sleep", own_time, lambda *_: None)
    for name, given in (("localtime", 0), ("gmtime", 0), ("ctime", 0), ("asctime", 0), ("strftime", 1)):
        original = getattr(time, name)

        def guard(*args, name=name, given=given, original=original):
            if len(args) > given and args[given] is not None:
                return original(*args)
            if not World.loading:
                refuse(f"time.{name} of the current time", own_time)
            now = real.gmtime(FIXED) if name in ("asctime", "strftime") else FIXED
            return original(*args[:given], now)

        setattr(time, name, guard)
    # Types of C cannot be written to from Python, but their dictionaries can be found.
    inside = gc.get_referents(datetime.datetime.__dict__)[0]
    for name in ("now", "utcnow", "today"):
        def now(cls, tz=None, name=name):
            return cls.fromtimestamp(FIXED, tz) if World.loading else refuse(f"datetime.{name}", own_time)

        inside[name] = classmethod(now)
    inside = gc.get_referents(datetime.date.__dict__)[0]
    inside["today"] = classmethod(lambda cls: cls.fromtimestamp(FIXED) if World.loading else refuse("date.today", own_time))
    for clear in ("_clear_internal_caches", "_clear_type_cache"):
        if hasattr(sys, clear):
            getattr(sys, clear)()
            break
    try:
        datetime.datetime.now()
    except Refused:
        World.refusal = ""
    else:
        raise RuntimeError("the clock of this Python cannot be refused")
    return real


def guard_chance():
    carried = "a value that the event carries"
    chance = random.Random(0)

    def fixed_bytes(count=32, *_):
        return chance.randbytes(32 if count is None else count)

    system = sys.modules["posix"] if "posix" in sys.modules else sys.modules["nt"]
    for module in (os, system):
        for name in ("urandom", "getrandom"):
            if hasattr(module, name):
                setattr(module, name, guarded(f"os.{name}", carried, fixed_bytes))
    random._urandom = os.urandom
    for name, value in list(vars(random).items()):
        if getattr(value, "__self__", None) is random._inst and not name.startswith("_"):
            setattr(random, name, guarded(f"random.{name}", carried, getattr(chance, name)))
    seeded = random.Random.seed

    def seed(self, a=None, version=2):
        if a is None and not World.loading:
            refuse("random.Random without a seed", carried)
        seeded(self, 0 if a is None else a, version)

    random.Random.seed = seed
    for name in ("randbits", "randbelow", "choice", "token_bytes", "token_hex", "token_urlsafe"):
        setattr(secrets, name, guarded(f"secrets.{name}", carried, getattr(secrets, name)))
    for name in ("uuid1", "uuid4", "uuid6", "uuid7", "uuid8"):
        if hasattr(uuid, name):
            fixed = lambda *_, **__: uuid.UUID(bytes=chance.randbytes(16), version=4)
            setattr(uuid, name, guarded(f"uuid.{name}", carried, fixed))
    return lambda: chance.seed(0)


class Printed(io.TextIOBase):
    """What the user's code prints: kept for the event, up to a length."""

    def writable(self):
        return True

    def write(self, text):
        if World.printed_length < MOST_PRINTED:
            World.printed.append(text[: MOST_PRINTED - World.printed_length])
            World.printed_length += len(text)
        return len(text)


