"""Makes orders.db and expected.json with the real library:

    pip install eventsourcing==9.5.6
    python make.py
"""

import heapq
import json
import random
import sqlite3
from contextvars import copy_context
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from uuid import UUID

import shop
from shop import Order, Payment, Shipment, Shop

here = Path(__file__).parent
store = here / "orders.db"
chance = random.Random(20260406)
shop.next_id.set(lambda: UUID(int=chance.getrandbits(128), version=4))

people = [
    ("Ilse Bakker", "Prinsengracht 14", "Utrecht"),
    ("Jonas Wirth", "Am Speicher 3", "Kassel"),
    ("Mette Krogh", "Havnegade 8", "Aarhus"),
    ("Rui Antunes", "Rua do Forno 21", "Évora"),
    ("Zuzana Králová", "Dlouhá 5", "Olomouc"),
    ("Aidan Foley", "Quay Street 2", "Sligo"),
]
goods = [("lamp", "Desk lamp", "49.90"), ("bulb", "Bulb E27", "6.45"), ("shade", "Paper shade", "18.00"),
         ("cable", "Cable, 2 m", "9.95"), ("hook", "Ceiling hook", "3.20"), ("dimmer", "Dimmer", "27.50")]
towns = ["Hannover", "Duisburg", "Liège", "Lyon", "Praha", "Odense"]

app = None
waiting = []  # (when, number, what to do with it, the event that led to it)


def later(when, order, what, cause, low, high):
    """Puts off what an event leads to by so many minutes."""
    heapq.heappush(waiting, (when + timedelta(minutes=chance.uniform(low, high)), order["number"], what, cause))


def did(aggregate):
    """Saves an aggregate; returns the id of its newest event."""
    newest = aggregate.pending_events[-1].event_id
    app.save(aggregate)
    return newest


def place(order, when):
    lines = [
        {"sku": sku, "title": title, "quantity": chance.randint(1, 4), "price": Decimal(price)}
        for sku, title, price in chance.sample(goods, chance.randint(1, 3))
    ]
    placed = Order(number=order["number"], customer=order["who"][0], lines=lines)
    shop.cause.set(placed.pending_events[-1].event_id)
    if order["voucher"]:
        placed.redeem(*order["voucher"])
    placed.send_to(*order["who"])
    later(when, order, request, did(placed), 1, 20)


def request(order, when):
    placed = app.repository.get(Order.create_id(order["number"]))
    asked = Payment(number=order["number"], order_id=placed.id, amount=placed.total,
                    method=chance.choice(["card", "invoice", "transfer"]))
    later(when, order, answer, did(asked), 1, 30)


def answer(order, when):
    payment = app.repository.get(Payment.create_id(order["number"]))
    if chance.random() < 0.45 and payment.attempts < 3:
        payment.decline(why=chance.choice(["limit", "no answer of the bank", "wrong code"]))
        return later(when, order, give_up if payment.attempts == 3 else answer, did(payment), 10, 600)
    payment.authorise(code=f"A{chance.randint(10000, 99999)}")
    later(when, order, capture, did(payment), 5, 500)


def give_up(order, when):
    placed = app.repository.get(Order.create_id(order["number"]))
    placed.cancel(reason="not paid")
    did(placed)


def capture(order, when):
    payment = app.repository.get(Payment.create_id(order["number"]))
    payment.capture(amount=payment.amount)
    later(when, order, paid, did(payment), 0.1, 2)


def paid(order, when):
    placed = app.repository.get(Order.create_id(order["number"]))
    placed.pay(payment_id=Payment.create_id(order["number"]))
    later(when, order, prepare, did(placed), 60, 1500)


def prepare(order, when):
    placed = app.repository.get(Order.create_id(order["number"]))
    shipment = Shipment(number=order["number"], order_id=placed.id, parcels=1 + len(placed.lines) // 3)
    later(when, order, hand_over, did(shipment), 30, 400)


def hand_over(order, when):
    shipment = app.repository.get(Shipment.create_id(order["number"]))
    shipment.hand_over(carrier=chance.choice(["Postel", "Rapid"]), grams=chance.randint(200, 9000))
    order["towns"] = chance.sample(towns, chance.randint(1, 4))
    cause = did(shipment)
    later(when, order, sent, cause, 0.1, 2)
    later(when, order, scan, cause, 200, 900)


def sent(order, when):
    placed = app.repository.get(Order.create_id(order["number"]))
    placed.send(shipment_id=Shipment.create_id(order["number"]))
    did(placed)


def scan(order, when):
    shipment = app.repository.get(Shipment.create_id(order["number"]))
    shipment.scan(place=order["towns"].pop())
    later(when, order, scan if order["towns"] else deliver, did(shipment), 200, 900)


def deliver(order, when):
    shipment = app.repository.get(Shipment.create_id(order["number"]))
    shipment.deliver(at=when, to=chance.choice(["door", "neighbour", "box"]))
    later(when, order, complete, did(shipment), 0.1, 2)


def complete(order, when):
    placed = app.repository.get(Order.create_id(order["number"]))
    placed.complete()
    did(placed)


def plain(value):
    """A value as Eventglass shows what the library stores."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return value


def state(aggregate):
    return {name: plain(value) for name, value in vars(aggregate).items() if not name.startswith("_")}


def main():
    global app
    store.unlink(missing_ok=True)
    app = Shop(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(store)})
    orders = {}
    start = datetime(2026, 4, 6, 7, 30, tzinfo=timezone.utc)
    for at in range(22):
        number = 3001 + at
        voucher = chance.choice([None, None, None, ("SPRING10", {"percent": 10}), ("CLUB5", {"percent": 5})])
        orders[number] = {"number": number, "who": chance.choice(people),
                          "voucher": ("FREIGHT-FREE", None) if number == 3009 else voucher}
        start += timedelta(minutes=chance.uniform(40, 700))
        heapq.heappush(waiting, (start, number, place, None))
    while waiting:
        when, number, what, cause = heapq.heappop(waiting)
        when = when.replace(microsecond=when.microsecond // 1000 * 1000)

        def step():
            shop.now.set(when)
            shop.correlation.set(Order.create_id(number))
            shop.cause.set(cause)
            what(orders[number], when)

        copy_context().run(step)

    states = []
    db = sqlite3.connect(store)
    rows = db.execute("SELECT originator_id, max(originator_version), topic FROM stored_events GROUP BY 1 ORDER BY min(rowid)")
    for stream, last, topic in rows.fetchall():
        kind = topic.split(":")[1].split(".")[0].lower()
        for at in range(1, last + 1):
            aggregate = app.repository.get(UUID(stream), version=at)
            states.append({"stream": stream, "version": at, "reducer": kind, "state": state(aggregate)})
    # The reducer in JavaScript stumbles there, this program does not.
    free = "SELECT originator_id, originator_version FROM stored_events WHERE topic = 'shop:Order.VoucherRedeemed' AND originator_id = ?"
    throws = [{"stream": s, "version": v} for s, v in db.execute(free, [Order.create_id(3009).hex])]
    app.close()
    db.execute("PRAGMA journal_mode = DELETE")
    db.execute("VACUUM")
    db.close()
    head = json.dumps({"library": "eventsourcing", "libraryVersion": version("eventsourcing"), "throws": throws})
    lines = ",\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in states)
    (here / "expected.json").write_text(f'{head[:-1]}, "states": [\n{lines}\n]}}\n', encoding="utf-8")
    print(f"{len(states)} states; order 3009 is {Order.create_id(3009).hex}")


main()
