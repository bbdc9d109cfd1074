"""The lending library, revision 2: since 1 July 2026."""

from contextvars import ContextVar
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, Snapshot, event

now: ContextVar[datetime] = ContextVar("now")


class Timed(Aggregate):
    class Event(Aggregate.Event):
        @staticmethod
        def create_timestamp():
            return now.get()

    class Created(Event, Aggregate.Created):
        pass

    class Snapshot(Snapshot):
        @staticmethod
        def create_timestamp():
            return now.get()


class Copy(Timed):
    # Revision 2: a copy has a condition.
    class_version = 2

    @staticmethod
    def upcast_v1_v2(state):
        state["condition"] = "good"

    @event("Acquired")
    def __init__(self, number: int, title: str, author: str):
        self.number = number
        self.title = title
        self.author = author
        self.reader = None
        self.due = None
        self.loans = 0
        self.condition = "good"

    @staticmethod
    def create_id(number):
        return uuid5(NAMESPACE_URL, f"/copies/{number}")

    def lend(self, reader: UUID, until: str):
        self.trigger_event(self.Lent, reader=reader, until=until)

    class Lent(Timed.Event):
        # Revision 2: the event says until when. Before, the program knew: three weeks.
        class_version = 2
        reader: UUID
        until: str

        @staticmethod
        def upcast_v1_v2(state):
            state["until"] = (state["timestamp"] + timedelta(days=21)).date().isoformat()

        def apply(self, copy):
            copy.reader = self.reader
            copy.due = self.until
            copy.loans += 1

    @event("Renewed")
    def renew(self, until: str):
        self.due = until

    @event("Returned")
    def give_back(self):
        self.reader = None
        self.due = None

    @event("Inspected")
    def inspect(self, condition: str):
        self.condition = condition


class Reader(Timed):
    @event("Joined")
    def __init__(self, number: int, name: str):
        self.number = number
        self.name = name
        self.owes = 0
        self.fees = []

    @staticmethod
    def create_id(number):
        return uuid5(NAMESPACE_URL, f"/readers/{number}")

    @event("FeeCharged")
    def charge(self, copy: UUID, days: int, cents: int):
        self.owes += cents
        self.fees.append({"copy": copy, "days": days, "cents": cents})

    @event("FeePaid")
    def pay(self, cents: int):
        self.owes -= cents


class Library(Application):
    is_snapshotting_enabled = True
    snapshotting_intervals = {Copy: 6}
