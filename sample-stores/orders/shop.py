"""The shop: orders, their payments and their shipments, with Python's eventsourcing."""

from contextvars import ContextVar
from dataclasses import field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

# Set by whoever makes the store, so that another run gives the same.
now: ContextVar[datetime] = ContextVar("now")
next_id: ContextVar = ContextVar("next_id")
# What is being done, and the event that led to it.
correlation: ContextVar[UUID] = ContextVar("correlation")
cause: ContextVar[UUID | None] = ContextVar("cause", default=None)


class Traced(Aggregate):
    """An aggregate whose events tell what they belong to and what led to them."""

    class Event(Aggregate.Event):
        event_id: UUID = field(default_factory=lambda: next_id.get()(), kw_only=True)
        correlation_id: UUID = field(default_factory=correlation.get, kw_only=True)
        causation_id: UUID | None = field(default_factory=cause.get, kw_only=True)

        @staticmethod
        def create_timestamp():
            return now.get()

    class Created(Event, Aggregate.Created):
        pass

    @staticmethod
    def create_id(number):
        raise NotImplementedError


class Order(Traced):
    @event("Placed")
    def __init__(self, number: int, customer: str, lines: list):
        self.number = number
        self.customer = customer
        self.lines = lines
        self.discount = Decimal("0.00")
        self.total = sum((line["price"] * line["quantity"] for line in lines), Decimal("0.00"))
        self.address = None
        self.status = "placed"
        self.reason = None

    @staticmethod
    def create_id(number):
        return uuid5(NAMESPACE_URL, f"/orders/{number}")

    @event("VoucherRedeemed")
    def redeem(self, code: str, worth: dict | None):
        # A voucher for free delivery is worth nothing here.
        if worth:
            self.discount = (self.total * worth["percent"] / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
            self.total -= self.discount

    @event("AddressGiven")
    def send_to(self, name: str, street: str, city: str):
        self.address = {"name": name, "street": street, "city": city}

    @event("Paid")
    def pay(self, payment_id: UUID):
        self.status = "paid"

    @event("Sent")
    def send(self, shipment_id: UUID):
        self.status = "sent"

    @event("Completed")
    def complete(self):
        self.status = "completed"

    @event("Cancelled")
    def cancel(self, reason: str):
        self.status = "cancelled"
        self.reason = reason


class Payment(Traced):
    @event("Requested")
    def __init__(self, number: int, order_id: UUID, amount: Decimal, method: str):
        self.number = number
        self.order_id = order_id
        self.amount = amount
        self.method = method
        self.captured = Decimal("0.00")
        self.attempts = 0
        self.status = "requested"

    @staticmethod
    def create_id(number):
        return uuid5(NAMESPACE_URL, f"/payments/{number}")

    @event("Declined")
    def decline(self, why: str):
        self.attempts += 1
        self.status = "declined"

    @event("Authorised")
    def authorise(self, code: str):
        self.attempts += 1
        self.status = "authorised"

    @event("Captured")
    def capture(self, amount: Decimal):
        self.captured += amount
        self.status = "captured"


class Shipment(Traced):
    @event("Prepared")
    def __init__(self, number: int, order_id: UUID, parcels: int):
        self.number = number
        self.order_id = order_id
        self.parcels = parcels
        self.carrier = None
        self.places = []
        self.delivered_at = None

    @staticmethod
    def create_id(number):
        return uuid5(NAMESPACE_URL, f"/shipments/{number}")

    @event("HandedOver")
    def hand_over(self, carrier: str, grams: int):
        self.carrier = carrier

    @event("Scanned")
    def scan(self, place: str):
        self.places.append(place)

    @event("Delivered")
    def deliver(self, at: datetime, to: str):
        self.delivered_at = at


class Shop(Application):
    pass
