"""What instruments and players of an orchestra hold, without the audit trail that each store adds."""
from django.db import models


class Instrument(models.Model):
    name = models.CharField(max_length=80)
    price = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    parts = models.JSONField(null=True)
    built = models.DateField(null=True)
    serial = models.BigIntegerField()
    is_lent = models.BooleanField()
    note = models.TextField(null=True)

    class Meta:
        abstract = True


class Player(models.Model):
    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=80)
    fee = models.FloatField()
    since = models.DateTimeField()

    class Meta:
        abstract = True
