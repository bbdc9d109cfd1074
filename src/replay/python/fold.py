"""Events, and what folds them: functions, handlers, deciders, classes, aggregates of the library `eventsourcing`.
"""

import base64
import importlib
import inspect
import pickle
import re
import sys
import types
import uuid

ALIASES = {
    alias: own
    for own, names in {
        "type": "eventType event_type name kind",
        "data": "payload body",
        "version": "sequenceNumber sequence_number revision eventNumber event_number streamPosition stream_position "
                   "streamVersion stream_version aggregateVersion aggregate_version",
        "streamId": "stream_id stream streamName stream_name aggregateId aggregate_id",
        "timestamp": "time created createdAt created_at recordedAt recorded_at",
        "id": "eventId event_id messageId message_id",
    }.items()
    for alias in names.split()
}


class Event(dict):
    """A stored event: `event["type"]` and `event.type`, and by the names of other frameworks."""

    __slots__ = ("position",)

    def __missing__(self, name):
        if name in ALIASES:
            return self[ALIASES[name]]
        if name in ("position", "globalPosition", "global_position"):
            return self.position
        raise KeyError(name)

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"an event has no {name}") from None

    def __setattr__(self, name, value):
        if name == "position":
            object.__setattr__(self, name, value)
        else:
            self[name] = value

    def get(self, name, default=None):
        try:
            return self[name]
        except KeyError:
            return default


def revive(value):
    """What JSON cannot say."""
    if isinstance(value, list):
        return [revive(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (name, held), = value.items()
        if name == "$bigint":
            return int(held)
        if name == "$bytes":
            return base64.b64decode(held)
        if name == "$set" and isinstance(held, list):
            return {revive(item) for item in held}
    return {name: revive(held) for name, held in value.items()}


def make_event(row, stream):
    kind, data, version, number, time_text, position, metadata = row[:7]
    typed = len(row) > 7 and row[7]
    event = Event(
        type=kind, data=revive(data) if typed else data, version=version,
        streamId=(row[8] if len(row) > 8 else None) or stream, id=number, timestamp=time_text,
        metadata=revive(metadata) if typed else metadata,
    )
    event.position = position
    return event


def settled(value):
    if inspect.isawaitable(value):
        close = getattr(value, "close", None)
        if close:
            close()
        raise TypeError("a reducer must not be async: it has to return the state")
    return value


def takes(function, count):
    try:
        inspect.signature(function).bind(*[None] * count)
    except (TypeError, ValueError):
        return False
    return True


def is_function(value):
    return callable(value) and not isinstance(value, type) and takes(value, 2)


def member(value, name):
    return value.get(name) if isinstance(value, dict) else getattr(value, name, None)


def first_of(*values):
    return next((value for value in values if value is not None), None)


def copied(value):
    """An initial state as it was when the file was loaded."""
    if callable(value):
        return settled(value())
    return pickle.loads(pickle.dumps(value)) if isinstance(value, (dict, list, set, bytearray)) else value


class ByFunction:
    """`(state, event) -> state`; one that returns nothing changes the state in place."""

    kind = "function"

    def __init__(self, function, initial, source):
        self.function, self.initial = function, initial
        code = getattr(inspect.unwrap(function), "__code__", None)
        own = code is not None and code.co_filename == source.path
        self.returns = source.returning.get(code.co_firstlineno, True) if own else True
        if initial is None:
            given = getattr(function, "initial_state", None)
            first = next(iter(inspect.signature(function).parameters.values()))
            self.initial = first_of(given, None if first.default is first.empty else first.default)

    def start(self, _stream):
        return copied(self.initial)

    def step(self, state, event):
        result = settled(self.function(state, event))
        return result if self.returns else state


class ByHandlers:
    """A dictionary: a function by type of event, with `$init` and `$any`."""

    kind = "handlers"

    def __init__(self, handlers, initial, source):
        self.initial = first_of(handlers.get("$init"), handlers.get("initial_state"), initial)
        self.handlers = {
            name: ByFunction(handler, None, source).step
            for name, handler in handlers.items()
            if name not in ("$init", "initial_state")
        }

    def start(self, _stream):
        return copied(self.initial)

    def step(self, state, event):
        handler = first_of(self.handlers.get(event["type"]), self.handlers.get("$any"))
        return state if handler is None else handler(state, event)


class ByDecider:
    """An object with `evolve` and `initial_state`."""

    kind = "decider"

    def __init__(self, decider, initial, source):
        given = first_of(member(decider, "initial_state"), member(decider, "initial"), initial)
        self.by = ByFunction(first_of(member(decider, "evolve"), member(decider, "reducer")), given, source)
        self.start, self.step = self.by.start, self.by.step


GENERIC = ("apply", "when", "on", "evolve", "mutate")


def snake(name):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+", "_", name).lower()


def is_aggregate(cls):
    if any(callable(getattr(cls, name, None)) and takes(getattr(cls, name), 2) for name in GENERIC):
        return True
    return any(re.match(r"(apply|when|on)_?[A-Za-z]", name) and callable(getattr(cls, name)) and takes(getattr(cls, name), 2)
               for name in dir(cls))


class ByClass:
    """A class that applies events to itself; its own fields are the state."""

    kind = "class"

    def __init__(self, cls, _initial, source):
        self.cls = cls
        self.generic = next((n for n in GENERIC if callable(getattr(cls, n, None)) and takes(getattr(cls, n), 2)), None)

    def start(self, stream):
        try:
            inspect.signature(self.cls)
        except ValueError:
            # That of a type of the language, which knows of no stream.
            return self.cls()
        return self.cls() if takes(self.cls, 0) else self.cls(stream)

    def step(self, state, event):
        handler = getattr(state, self.generic, None) if self.generic else self.handler(state, event["type"])
        if handler is None:
            return state
        result = settled(handler(event))
        return result if isinstance(result, self.cls) else state

    @staticmethod
    def handler(state, kind):
        names = [f"{word}{form}" for word in ("apply", "when", "on") for form in (f"_{snake(kind)}", f"_{kind}", kind)]
        return next((getattr(state, name) for name in names if callable(getattr(state, name, None))), None)


class ByLibrary:
    """An aggregate of the library `eventsourcing`: its events mutate it."""

    kind = "class"
    # The library's own, beside those of the class.
    OWN = {"_id", "_version", "_created_on", "_modified_on", "_pending_events"}

    def __init__(self, cls, _initial, source):
        self.cls = cls
        self.transcoder = transcoder(Instance.current)
        self.classes = {}

    def start(self, _stream):
        return None

    def event_class(self, kind):
        if kind not in self.classes:
            module = sys.modules[self.cls.__module__]
            nested = [v for v in vars(self.cls).values() if isinstance(v, type)]
            found = [getattr(holder, kind, None) for holder in (self.cls, *nested, module)]
            self.classes[kind] = next((it for it in found if hasattr(it, "mutate")), None)
        if self.classes[kind] is None:
            raise LookupError(f"{self.cls.__qualname__} has no event {kind}")
        return self.classes[kind]

    def step(self, state, event):
        cls = self.event_class(event["type"])
        fields = dict(event["data"] or {})
        name = event["streamId"]
        convert = getattr(sys.modules["eventsourcing.persistence"], "find_id_convertor", lambda *_: uuid.UUID)
        fields["originator_id"] = convert(cls, str)(name)
        fields["originator_version"] = event["version"]
        have, wanted = fields.pop("class_version", 1), getattr(cls, "class_version", 1)
        while have < wanted:
            getattr(cls, f"upcast_v{have}_v{have + 1}")(fields)
            have += 1
        made = object.__new__(cls)
        object.__setattr__(made, "__dict__", fields)
        return made.mutate(state)


def transcoder(instance):
    """As the library makes it, with the transcodings of the user's applications."""
    application = importlib.import_module("eventsourcing.application")
    persistence = importlib.import_module("eventsourcing.persistence")
    made = persistence.JSONTranscoder()
    application.Application.register_transcodings(object.__new__(application.Application), made)
    for module in list(instance.source.own_modules().values()):
        for value in list(vars(module).values()):
            if not isinstance(value, type):
                continue
            if issubclass(value, application.Application) and value is not application.Application:
                value.register_transcodings(object.__new__(value), made)
            elif issubclass(value, persistence.Transcoding) and not inspect.isabstract(value) and value.name not in made.names:
                made.register(value())
    return made


def library_base():
    domain = sys.modules.get("eventsourcing.domain")
    return domain and first_of(getattr(domain, "BaseAggregate", None), getattr(domain, "Aggregate", None))


def is_own(cls):
    """It is the user's, from whichever of the user's files."""
    return Instance.current.source.owns(getattr(sys.modules.get(cls.__module__), "__file__", None))


def is_library(value):
    base = library_base()
    return isinstance(value, type) and bool(base) and issubclass(value, base)


def reader_of(value, module):
    """What folds with the value; `None` where nothing does."""
    if isinstance(value, type):
        if is_library(value):
            return ByLibrary if is_own(value) else None
        if isinstance(inspect.getattr_static(value, "evolve", None), (staticmethod, classmethod)):
            return ByDecider
        return ByClass if value.__module__ == module.__name__ and is_aggregate(value) else None
    if isinstance(value, dict):
        if callable(value.get("evolve")) or callable(value.get("reducer")):
            return ByDecider
        handlers = [v for k, v in value.items() if k not in ("$init", "initial_state")]
        named = all(isinstance(name, str) for name in value)
        return ByHandlers if named and handlers and all(is_function(v) for v in handlers) else None
    if isinstance(value, types.ModuleType):
        return None
    if callable(getattr(value, "evolve", None)) and not inspect.isroutine(value):
        return ByDecider
    return ByFunction if is_function(value) else None


def exports_of(module):
    """The names by which the file's reducers are chosen, each with what it means."""
    listed = getattr(module, "__all__", None)
    found = {}
    for name, value in vars(module).items():
        if name.startswith("_") or name in ("reducers", "initial_state") or (listed is not None and name not in listed):
            continue
        foreign = getattr(value, "__module__", module.__name__) != module.__name__
        # An application imports its aggregates.
        is_code = inspect.isroutine(value) or isinstance(value, type)
        if foreign and listed is None and is_code and not is_library(value):
            continue
        if reader_of(value, module):
            found[name] = value
    # A helper of two parameters is none where others say what they take.
    said = {name: value for name, value in found.items() if not inspect.isfunction(value) or says_state_and_event(value)}
    found = said or found
    if "evolve" in found and hasattr(module, "initial_state"):
        found = {"evolve": found["evolve"]}
    for name, value in (getattr(module, "reducers", None) or {}).items():
        if reader_of(value, module):
            found[f"reducers.{name}"] = value
    return found


def says_state_and_event(function):
    names = list(inspect.signature(function).parameters)
    return len(names) > 1 and bool(re.search(r"(^|_)(e|ev|evt|event|message|msg|action)$", names[1]))


