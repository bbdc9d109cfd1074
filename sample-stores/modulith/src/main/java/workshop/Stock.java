package workshop;

import java.util.HashSet;
import java.util.Set;
import org.springframework.modulith.events.ApplicationModuleListener;
import org.springframework.stereotype.Component;

/** Counts parts. Refuses one that was never delivered, until somebody books the delivery. */
@Component
class Stock {
	private final Set<String> missing = new HashSet<>();

	void neverCame(String part) {
		missing.add(part);
	}

	void allCame() {
		missing.clear();
	}

	@ApplicationModuleListener(id = "stock: parts taken from the shelf")
	void fitted(Repair.PartFitted event) {
		if (missing.contains(event.part())) throw new IllegalStateException("none on the shelf: " + event.part());
	}
}
