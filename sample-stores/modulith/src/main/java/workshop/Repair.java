package workshop;

import java.util.List;

/** What happens to a bicycle in the workshop. Amounts are in cents. */
public sealed interface Repair {
	String repairId();

	record Customer(String name, String mail) {}

	record Bike(String brand, String model, String frame) {}

	record Booked(String repairId, Customer customer, Bike bike, String wish) implements Repair {}

	record Quoted(String repairId, int cents, List<String> work) implements Repair {}

	record QuoteAccepted(String repairId) implements Repair {}

	record QuoteDeclined(String repairId, String reason) implements Repair {}

	record PartFitted(String repairId, String part, int cents) implements Repair {}

	record Finished(String repairId, int minutes, int cents) implements Repair {}

	record Collected(String repairId, int paidCents) implements Repair {}
}
