package workshop;

import java.util.ArrayList;
import java.util.List;

/** A repair as the workshop sees it, folded from its events. */
record State(String repairId, String status, Repair.Customer customer, Repair.Bike bike, String wish, List<String> work, int quoted, int parts, List<String> fitted, int minutes, int due, String reason) {
	static final State NONE = new State(null, "unknown", null, null, null, List.of(), 0, 0, List.of(), 0, 0, null);

	State after(Repair event) {
		if (event instanceof Repair.Booked e) return new State(e.repairId(), "booked", e.customer(), e.bike(), e.wish(), work, quoted, parts, fitted, minutes, due, reason);
		if (event instanceof Repair.Quoted e) return with("quoted", e.work(), e.cents(), parts, fitted, minutes, due, reason);
		if (event instanceof Repair.QuoteAccepted) return with("accepted", work, quoted, parts, fitted, minutes, due, reason);
		if (event instanceof Repair.QuoteDeclined e) return with("declined", work, quoted, parts, fitted, minutes, due, e.reason());
		if (event instanceof Repair.PartFitted e) {
			var all = new ArrayList<>(fitted);
			all.add(e.part());
			return with(status, work, quoted, parts + e.cents(), all, minutes, due, reason);
		}
		if (event instanceof Repair.Finished e) return with("finished", work, quoted, parts, fitted, minutes + e.minutes(), due + e.cents(), reason);
		var paid = ((Repair.Collected) event).paidCents();
		return with("collected", work, quoted, parts, fitted, minutes, due - paid, reason);
	}

	private State with(String status, List<String> work, int quoted, int parts, List<String> fitted, int minutes, int due, String reason) {
		return new State(repairId, status, customer, bike, wish, work, quoted, parts, fitted, minutes, due, reason);
	}
}
