package workshop;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that is set by hand; no moment comes twice. */
class Ticking extends Clock {
	private Instant now = Instant.parse("2026-09-01T07:00:00Z");

	synchronized void pass(Duration time) {
		now = now.plus(time);
	}

	@Override
	public synchronized Instant instant() {
		now = now.plusNanos(37_000);
		return now;
	}

	@Override
	public ZoneId getZone() {
		return ZoneOffset.UTC;
	}

	@Override
	public Clock withZone(ZoneId zone) {
		return this;
	}
}
