"""Instruments and players of an orchestra."""
from django.db import models
from simple_history.models import HistoricalRecords


class Instrument(models.Model):
    name = models.CharField(max_length=80)
    price = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    parts = models.JSONField(null=True)
    built = models.DateField(null=True)
    serial = models.BigIntegerField()
    is_lent = models.BooleanField()
    note = models.TextField(null=True)
    history = HistoricalRecords()


class Player(models.Model):
    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=80)
    fee = models.FloatField()
    since = models.DateTimeField()
    history = HistoricalRecords()
