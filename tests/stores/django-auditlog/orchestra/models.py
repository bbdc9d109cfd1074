from auditlog.registry import auditlog
import django_orchestra


@auditlog.register()
class Instrument(django_orchestra.Instrument):
    pass


@auditlog.register()
class Player(django_orchestra.Player):
    pass
