package workshop;

import java.util.HashMap;
import java.util.Map;
import org.springframework.modulith.events.ApplicationModuleListener;
import org.springframework.stereotype.Component;

/** Writes to customers. Cannot where the address is none. */
@Component
class Mailer {
	private final Map<String, String> addresses = new HashMap<>();

	@ApplicationModuleListener
	void booked(Repair.Booked event) {
		addresses.put(event.repairId(), event.customer().mail());
		send(event.repairId());
	}

	@ApplicationModuleListener
	void quoted(Repair.Quoted event) {
		send(event.repairId());
	}

	@ApplicationModuleListener
	void ready(Repair.Finished event) {
		send(event.repairId());
	}

	private void send(String repairId) {
		if (!addresses.get(repairId).contains("@")) throw new IllegalStateException("no address: " + addresses.get(repairId));
	}
}
