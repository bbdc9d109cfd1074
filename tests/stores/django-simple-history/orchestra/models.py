import django_orchestra
from simple_history.models import HistoricalRecords


class Instrument(django_orchestra.Instrument):
    history = HistoricalRecords()


class Player(django_orchestra.Player):
    history = HistoricalRecords()
