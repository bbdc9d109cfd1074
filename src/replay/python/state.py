"""A state: as JSON, and as a copy to go on from.
"""

import base64
import collections
import datetime
import decimal
import enum
import fractions
import inspect
import json
import os
import pickle
import re
import sys
import types
import uuid


def show(value, above, by):
    kind = type(value)
    if value is None or kind in (bool, int):
        return value
    if kind is str:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if kind is float:
        return value if value - value == 0 else {"$number": "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"}
    transcodings = by.transcoder.types if isinstance(by, ByLibrary) else {}
    if id(value) in above:
        raise Fault("the state contains itself (a cycle), which JSON cannot show", "not_json")
    above = above | {id(value)}
    if kind in transcodings:
        return show(transcodings[kind].encode(value), above, by)
    if isinstance(value, enum.Enum):
        return show(value.value, above, by)
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, (decimal.Decimal, fractions.Fraction, uuid.UUID, datetime.timedelta, complex, os.PathLike)):
        return str(value)
    if isinstance(value, re.Pattern):
        return value.pattern
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, (bool, int, float, str)):
        base = next(base for base in (bool, int, float, str) if isinstance(value, base))
        return show(base(value), above, by)
    if isinstance(value, collections.abc.Mapping):
        if all(isinstance(key, str) for key in value):
            return {show(str(key), above, by): show(held, above, by) for key, held in value.items()}
        return {"$map": [[show(key, above, by), show(held, above, by)] for key, held in value.items()]}
    if isinstance(value, (set, frozenset)):
        # It has no order: numbers by size, else by text.
        items = [show(item, above, by) for item in value]
        numbers = all(type(item) in (int, float) for item in items)
        return {"$set": sorted(items, key=None if numbers else lambda item: (isinstance(item, str), to_json(item)))}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: show(held, above, by) for name, held in zip(value._fields, value)}
    if isinstance(value, (list, tuple, collections.deque)):
        return [show(item, above, by) for item in value]
    if isinstance(value, type) or inspect.isroutine(value) or isinstance(value, types.ModuleType):
        raise Fault(f"the state holds {getattr(value, '__name__', 'code')}, which JSON cannot show", "not_json")
    own = fields(value)
    if own is None:
        raise Fault(f"the state holds a {kind.__module__}.{kind.__qualname__}, which JSON cannot show", "not_json")
    if isinstance(by, ByLibrary) and isinstance(value, library_base()):
        own = {name: held for name, held in own.items() if name not in ByLibrary.OWN}
    return {name: show(held, above, by) for name, held in own.items()}


def fields(value):
    """An object's own fields, in the order in which they were written."""
    slots = [name for cls in type(value).__mro__ for name in as_names(vars(cls).get("__slots__", ()))]
    own = {name: getattr(value, name) for name in slots if hasattr(value, name) and name not in ("__dict__", "__weakref__")}
    held = getattr(value, "__dict__", None)
    if held is None and not slots:
        return None
    return {**own, **(held or {})}


def as_names(slots):
    return (slots,) if isinstance(slots, str) else tuple(slots)


def to_json(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def why_not_copied(state, instance):
    """Why a copy would not be the state; `''` where it is."""
    if instance.source.compares_identity:
        return "the file compares values with `is`, or asks for their id, which a copy changes"
    if not instance.is_clean():
        return "the file keeps something outside the state"
    seen, todo = set(), [state]
    while todo:
        value = todo.pop()
        kind = type(value)
        if isinstance(value, ATOMS) or id(value) in seen:
            continue
        seen.add(id(value))
        if id(value) in instance.names:
            return "the state holds an object that is also the file's own"
        if kind in (dict, collections.OrderedDict, Event):
            todo += [*value.keys(), *value.values()]
        elif kind in (list, tuple, collections.deque):
            todo += value
        elif kind is bytearray or (kind in (set, frozenset) and len(value) < 2):
            todo += value if kind is not bytearray else []
        elif kind in (set, frozenset):
            return "the state holds a set, whose order a copy changes"
        elif not has_plain_copy(kind):
            return f"the state holds a {kind.__qualname__}, which cannot be copied exactly"
        else:
            todo += fields(value).values() if not isinstance(value, tuple) else value
    return ""


def has_plain_copy(cls):
    own = ("__reduce__", "__reduce_ex__", "__getstate__", "__setstate__", "__getnewargs__", "__getnewargs_ex__")
    base = object if not issubclass(cls, tuple) else tuple
    if any(getattr(cls, name, None) is not getattr(base, name, None) for name in own[:4]):
        return False
    if any(issubclass(cls, other) for other in (dict, list, set, frozenset, bytearray, BaseException)) or cls.__module__ == "builtins":
        return False
    found = sys.modules.get(cls.__module__)
    for part in cls.__qualname__.split("."):
        found = getattr(found, part, None)
    return found is cls


class Reading(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) == (Event.__module__, "Event"):
            return Event
        return super().find_class(module, name)


