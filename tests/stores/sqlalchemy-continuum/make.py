"""SQLAlchemy-Continuum on SQLite: a table of versions for each model, numbered by transactions."""
import random
import sys
from datetime import datetime, timedelta
from decimal import Decimal
from importlib.metadata import version

import sqlalchemy as sa
from sqlalchemy.orm import Session, configure_mappers, declarative_base
from sqlalchemy_continuum import Operation, make_versioned, transaction_class, version_class
from sqlalchemy_continuum.plugins import PropertyModTrackerPlugin

from common import utc, write

folder = sys.argv[1]
chance = random.Random(4711)
make_versioned(user_cls=None, plugins=[PropertyModTrackerPlugin()])
Base = declarative_base()


class Recipe(Base):
    __tablename__ = "recipe"
    __versioned__ = {"exclude": ["stock"]}
    id = sa.Column(sa.Integer, primary_key=True)
    title = sa.Column(sa.Unicode(80))
    price = sa.Column(sa.Numeric(9, 2))
    minutes = sa.Column(sa.BigInteger)
    is_vegan = sa.Column(sa.Boolean)
    text = sa.Column(sa.UnicodeText)
    stock = sa.Column(sa.Integer)


class Guest(Base):
    __tablename__ = "guest"
    __versioned__ = {}
    code = sa.Column(sa.String(20), primary_key=True)
    table = sa.Column(sa.String(20), primary_key=True)
    name = sa.Column(sa.Unicode(80))
    came = sa.Column(sa.DateTime)


configure_mappers()
START = datetime(2026, 6, 1, 12)


def recipe():
    return {
        "title": chance.choice(["Süppchen", "麻婆豆腐", "", "O'Brien \"potatoes\""]),
        "price": chance.choice([None, Decimal("8.25"), Decimal("-0.50")]),
        "minutes": chance.choice([0, -5, 2**62 + 1, None]),
        "is_vegan": chance.choice([True, False, None]),
        "text": chance.choice([None, "", "two\nlines", "🍲" * 900]),
        "stock": chance.randrange(9),
    }


def guest():
    came = START + timedelta(minutes=chance.randrange(900), microseconds=chance.choice([0, 250000]))
    return {"name": chance.choice(["Ann", "Đặng", ""]), "came": chance.choice([None, came])}


def stored(value):
    """As SQLite holds it."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "microseconds")
    return value


engine = sa.create_engine(f"sqlite:///{folder}/store.db")
Base.metadata.create_all(engine)
with Session(engine) as session:
    for at, code in enumerate(["g-1", "G/2", "g 3", "客4"]):
        session.add(Guest(code=code, table=f"t{at % 2}", **guest()))
        session.add(Recipe(**recipe()))
        session.commit()
    for step in range(70):
        model, fields = chance.choice([(Recipe, recipe), (Guest, guest)])
        found = session.query(model).order_by(*sa.inspect(model).primary_key).all()
        one = chance.choice(found)
        if step % 17 == 16 and len(found) > 2:
            session.delete(one)
        else:
            for key, value in fields().items():
                setattr(one, key, value)
        # Several changes may be one transaction.
        if step % 3:
            session.commit()
    session.commit()
    # A recipe goes back to what it was at first.
    session.query(Recipe).first().versions[0].revert()
    session.commit()

streams = []
with Session(engine) as session:
    Transaction = transaction_class(Recipe)
    for model in (Recipe, Guest):
        versions = version_class(model)
        keys = [column.key for column in sa.inspect(model).primary_key]
        names = [one.key for one in sa.inspect(model).column_attrs if one.key != "stock"]
        all_rows = session.query(versions).order_by(versions.transaction_id).all()
        for pk in dict.fromkeys(tuple(getattr(row, key) for key in keys) for row in all_rows):
            rows = [row for row in all_rows if tuple(getattr(row, key) for key in keys) == pk]
            states = [
                None if row.operation_type == Operation.DELETE else {name: stored(getattr(row, name)) for name in names}
                for row in rows
            ]
            kinds = {Operation.INSERT: "insert", Operation.UPDATE: "update", Operation.DELETE: "delete"}
            streams.append({
                "stream": "|".join(map(str, pk)),
                "category": model.__tablename__,
                "first": rows[0].transaction_id,
                "events": [
                    {
                        "version": row.transaction_id,
                        "type": kinds[row.operation_type],
                        "time": utc(session.get(Transaction, row.transaction_id).issued_at),
                    }
                    for row in rows
                ],
                "states": [{"version": row.transaction_id, "state": state} for row, state in zip(rows, states)],
            })
write(folder, "sqlalchemy-continuum", f"SQLAlchemy-Continuum {version('sqlalchemy-continuum')}", streams)
