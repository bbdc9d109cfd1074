import django_orchestra
import reversion


@reversion.register()
class Instrument(django_orchestra.Instrument):
    pass


@reversion.register()
class Player(django_orchestra.Player):
    pass
