"""The host in Python: reads a line, does what it asks, and answers with a line, as `serve.rs` does for
the sandbox. The other files of this folder stand before it.
"""

import base64
import io
import json
import os
import pickle
import sys
import threading
import time

sleep, moment = time.sleep, time.perf_counter
BEAT = 0.05


class Fault(Exception):
    """An answer that says what went wrong; `why` is one of `replay::Why`."""

    def __init__(self, message, why, place="", fatal=False):
        self.thrown = {"message": message, "place": place, "why": why, "fatal": fatal}


class Host:
    def __init__(self):
        self.clock = guard_clock()
        self.reseed = guard_chance()
        self.source = None
        self.begun = 0
        # The last step did not come to its end.
        self.spoilt = False

    def guarded(self, call):
        """Runs the user's code; what it throws becomes an answer."""
        World.refusal = ""
        World.printed.clear()
        World.printed_length = 0
        try:
            result = call()
        except BaseException as error:
            raise self.fault(error) from None
        if World.refusal:
            raise Fault(World.refusal, "refused")
        return result

    def fault(self, error):
        if isinstance(error, Fault):
            return error
        place = self.source.place(error) if self.source else ""
        if World.refusal:
            return Fault(World.refusal, "refused", place)
        if isinstance(error, MemoryError):
            return Fault("used more memory than it may", "memory", place, fatal=True)
        if isinstance(error, RecursionError):
            return Fault("calls itself too deep", "stack", place)
        name = type(error).__qualname__
        try:
            text = str(error) if not isinstance(error, KeyError) else ", ".join(map(repr, error.args))
        except BaseException:
            text = "its message cannot be read"
        return Fault(show(f"{name}: {text}" if text else name, frozenset(), None), "threw", place)

    def load(self, entry, folder, **_):
        self.slots, self.instances, self.export = {}, {}, None
        try:
            self.source = Source(os.path.join(folder, entry), self.reseed)
            instance = self.guarded(lambda: Instance(self.source))
            if "logging" in sys.modules:
                sys.modules["logging"].time = self.clock
            found = self.guarded(lambda: exports_of(instance.module))
        except Exception as error:
            thrown = self.fault(error).thrown
            return {"refused": {"message": thrown["message"], "place": thrown["place"], "help": "correct the file"}}
        if not found:
            message = "it defines nothing that can fold events"
            todo = "define a function (state, event) -> state, or a class that applies events"
            return {"refused": {"message": message, "place": "", "help": todo}}
        self.spare = instance
        self.libraries = instance.libraries()
        self.first = instance
        return {"loaded": [{"name": name, "kind": reader_of(value, instance.module).kind} for name, value in found.items()]}

    def use(self, export):
        self.export = export
        self.slots.clear()
        self.instances.clear()
        self.spare = self.fresh()
        vars(self.spare).pop("by", None)
        self.guarded(lambda: self.by(self.spare).start(""))
        return "done"

    def fresh(self):
        """An instance that nothing was folded with."""
        held, self.spare = self.spare, None
        if held is None or not held.is_clean():
            held = self.guarded(lambda: Instance(self.source))
            if "eventsourcing.utils" in sys.modules:
                getattr(sys.modules["eventsourcing.utils"], "_topic_cache", {}).clear()
        return held

    def by(self, instance):
        """What folds with the chosen export of the instance."""
        if not hasattr(instance, "by"):
            instance.enter()
            value = exports_of(instance.module)[self.export]
            module = instance.module
            name = self.export.rpartition(".")[2]
            initial = first_of(getattr(module, f"{name}_initial_state", None), getattr(module, "initial_state", None))
            instance.by = reader_of(value, module)(value, initial, self.source)
        return instance.by

    def instance(self, slot):
        """The slot's own; as good as new."""
        held = self.instances.get(slot)
        if held is None or not held.is_clean():
            held = self.instances[slot] = self.fresh()
        return held

    def enter(self, slot):
        held = self.instances.get(slot)
        if held is None:
            raise Fault("the slot holds no state", "void", fatal=True)
        if Instance.current is not held:
            held.enter()
        return held

    def look_outside(self):
        """A library is there once: what a fold does to it, no other fold may see."""
        if self.first.libraries() != self.libraries:
            raise Fault("the file changes what belongs to a library", "no_copy")

    def start(self, slot, stream):
        self.look_outside()
        instance = self.instance(slot)
        instance.enter()
        self.slots[slot] = self.guarded(lambda: self.by(instance).start(stream))
        return "done"

    def step(self, slot, stream, rows, due=0, every=0, follows=False):
        if follows and self.spoilt:
            raise Fault("what it follows on was not folded", "void")
        self.spoilt = True
        instance = self.enter(slot)
        done, said, copied = 0, [], {"made": [], "refused": None, "milliseconds": 0}
        try:
            by, state = self.by(instance), self.slots[slot]
            for row in rows:
                self.begun += 1
                if row is not None:
                    event = make_event(row, stream)
                    if isinstance(by, ByLibrary) and len(row) > 9:
                        event["data"] = by.transcoder.decode(row[9].encode())
                    state = self.guarded(lambda: by.step(state, event))
                    if World.printed:
                        said.append([done, "".join(World.printed).rstrip("\n")])
                done += 1
                self.slots[slot] = state
                if done == due:
                    due = self.keep(slot, done, every, copied)
        except BaseException as error:
            if World.printed:
                said.append([done, "".join(World.printed).rstrip("\n")])
            return {"stepped": {"done": done, "thrown": self.fault(error).thrown, "said": said, "copied": copied}}
        self.spoilt = False
        return {"stepped": {"done": done, "thrown": None, "said": said, "copied": copied}}

    def keep(self, slot, done, every, copied):
        """Copies the state on the way, and says after how many rows the next copy is due."""
        start, due = moment(), done + every
        try:
            copied["made"].append([done, self.save(slot)["saved"]])
        except Fault as fault:
            copied["refused"], due = fault.thrown, 0
        took = (moment() - start) * 1000
        copied["milliseconds"] += took
        # One that takes long is asked for by itself.
        return due if took <= 20 else 0

    def shown(self, slot):
        instance = self.enter(slot)
        state = self.slots[slot]
        try:
            return show(state, frozenset(), self.by(instance))
        except RecursionError:
            raise Fault("the state is nested too deep to be shown", "not_json") from None

    def save(self, slot):
        instance = self.enter(slot)
        state = self.slots[slot]
        why = why_not_copied(state, instance)
        if why:
            raise Fault(why, "no_copy")
        text = base64.b64encode(pickle.dumps(state, protocol=4)).decode()
        return {"saved": text}

    def restore(self, slot, text):
        self.look_outside()
        instance = self.instance(slot)
        instance.enter()
        self.slots[slot] = Reading(io.BytesIO(base64.b64decode(text))).load()
        return "done"

    def drop(self):
        self.source, self.slots, self.instances, self.spare = None, {}, {}, None
        return "done"

    def answer(self, ask):
        try:
            if ask == "hello":
                return {"hello": ".".join(map(str, sys.version_info[:3]))}
            if ask == "drop":
                return self.drop()
            (verb, given), = ask.items()
            if verb == "export":
                return {"state": self.shown(given)}
            if verb in ("load", "start", "step", "restore"):
                return getattr(self, verb)(**given)
            if verb == "use":
                return self.use(given["export"])
            if verb == "save":
                return self.save(given)
            if verb == "limit":
                # The process was limited before it became Python.
                return "done"
            raise Fault(f"a host of Python cannot {verb}", "ended")
        except BaseException as error:
            return {"thrown": self.fault(error).thrown}


def serve():
    asked, out = os.fdopen(int(sys.argv.pop(1)), "rb"), os.fdopen(int(sys.argv.pop(1)), "wb")
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(), Printed(), Printed()
    sys.dont_write_bytecode = True
    # Where the user's Python finds packages; not where it was started.
    sys.path[:] = dict.fromkeys([*(path for path in sys.path if path), *sys.argv[1:]])
    host, busy, lock = Host(), threading.Event(), threading.Lock()

    def beat():
        while True:
            sleep(BEAT)
            with lock:
                if busy.is_set():
                    out.write(b"at %d\n" % host.begun)
                    out.flush()

    threading.Thread(target=beat, daemon=True).start()
    for line in asked:
        host.begun = 0
        busy.set()
        try:
            ask = json.loads(line)
        except (ValueError, RecursionError) as error:
            host.spoilt = True
            reply = {"unread": Fault(str(error), "unread").thrown}
        else:
            reply = host.answer(ask)
        try:
            text = to_json(reply).encode("utf-8", "replace")
        except (RecursionError, ValueError) as error:
            text = to_json({"thrown": Fault(f"the state cannot be shown: {error}", "not_json").thrown}).encode()
        with lock:
            busy.clear()
            out.write(text + b"\n")
            out.flush()


serve()
