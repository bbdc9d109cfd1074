"""The lending library, revision 1: until the end of June 2026."""

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
    @event("Acquired")
    def __init__(self, number: int, title: str, author: str):
        self.number = number
        self.title = title
        self.author = author
        self.reader = None
        self.due = None
        self.loans = 0

    @staticmethod
    def create_id(number):
        return uuid5(NAMESPACE_URL, f"/copies/{number}")

    # How long a book may be kept is a rule of the program: four weeks.
    def lend(self, reader: UUID):
        self.trigger_event(self.Lent, reader=reader)

    class Lent(Timed.Event):
        reader: UUID

        def apply(self, copy):
            copy.reader = self.reader
            copy.due = (self.timestamp + timedelta(days=28)).date().isoformat()
            copy.loans += 1

    @event("Renewed")
    def renew(self, until: str):
        self.due = until

    @event("Returned")
    def give_back(self):
        self.reader = None
        self.due = None


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
