package workshop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.modulith.events.FailedEventPublications;
import org.springframework.modulith.events.ResubmissionOptions;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** Some weeks in a bicycle workshop, from a fixed seed; then the process dies. */
@SpringBootApplication
public class Workshop {
	public static void main(String[] args) {
		SpringApplication.run(Workshop.class, args);
	}

	@Bean
	Ticking clock() {
		return new Ticking();
	}

	@Bean
	CommandLineRunner weeks(Ticking clock, ApplicationEventPublisher publisher, PlatformTransactionManager transactions, ThreadPoolTaskExecutor pool, FailedEventPublications failed, Stock stock, Billing billing) {
		return args -> {
			var weeks = new Weeks(clock, publisher, new TransactionTemplate(transactions), pool, failed, stock, billing);
			weeks.run();
			Files.writeString(Path.of("expected.json"), weeks.expected());
			Runtime.getRuntime().halt(0);
		};
	}

	static class Weeks {
		private static final String[] NAMES = { "Inge Falk", "Tomás Rivera", "Wanda Król", "Ahmed Sayed", "Bríd Nolan", "Okan Demir", "Yuki Mori", "Lotte Visser" };
		private static final String[][] BIKES = { { "Gazelle", "Esprit" }, { "Brompton", "C Line" }, { "Kona", "Sutra" }, { "Riese & Müller", "Charger" } };
		private static final String[] WISHES = { "squeaks when braking", "gears slip under load", "puncture again", "yearly service", "fit lights" };
		private static final String[] PARTS = { "chain", "cassette", "brake pads", "inner tube", "dynamo light", "bottom bracket" };
		private final Random random = new Random(2026);
		private final Map<String, List<State>> states = new LinkedHashMap<>();
		private final Ticking clock;
		private final ApplicationEventPublisher publisher;
		private final TransactionTemplate transaction;
		private final ThreadPoolTaskExecutor pool;
		private final FailedEventPublications failed;
		private final Stock stock;
		private final Billing billing;

		Weeks(Ticking clock, ApplicationEventPublisher publisher, TransactionTemplate transaction, ThreadPoolTaskExecutor pool, FailedEventPublications failed, Stock stock, Billing billing) {
			this.clock = clock;
			this.publisher = publisher;
			this.transaction = transaction;
			this.pool = pool;
			this.failed = failed;
			this.stock = stock;
			this.billing = billing;
		}

		void run() throws Exception {
			stock.neverCame("bottom bracket");
			var open = new ArrayList<List<Repair>>();
			for (int number = 2001; number <= 2036; number++) {
				open.add(repair(number));
				while (open.size() > 5) step(open);
				if (number % 9 == 0) again();
				if (number == 2020) stock.allCame();
			}
			while (open.size() > 2) step(open);
			again();
			// The last ones wait for a listener that hangs.
			billing.hang();
			while (!open.isEmpty()) {
				clock.pass(Duration.ofMinutes(20 + random.nextInt(90)));
				publish(open.get(0).remove(0));
				open.removeIf(List::isEmpty);
			}
			Thread.sleep(500);
		}

		/** Something happens to one of the bicycles. */
		private void step(List<List<Repair>> open) throws Exception {
			clock.pass(Duration.ofMinutes(15 + random.nextInt(300)));
			publish(open.get(random.nextInt(open.size())).remove(0));
			open.removeIf(List::isEmpty);
			pool.submit(() -> {}).get();
		}

		/** Somebody presses the button that sends failed events to their listeners again. */
		private void again() throws Exception {
			clock.pass(Duration.ofHours(9));
			failed.resubmit(ResubmissionOptions.defaults());
			pool.submit(() -> {}).get();
			Thread.sleep(200);
		}

		private void publish(Repair event) {
			transaction.executeWithoutResult(status -> publisher.publishEvent(event));
			var all = states.computeIfAbsent(event.repairId(), id -> new ArrayList<>());
			all.add((all.isEmpty() ? State.NONE : all.get(all.size() - 1)).after(event));
		}

		private List<Repair> repair(int number) {
			var id = "repair-" + number;
			var name = any(NAMES);
			var mail = name.split(" ")[0].toLowerCase() + (number == 2017 || number == 2029 ? ".mail.example" : "@mail.example");
			var bike = any(BIKES);
			var story = new ArrayList<Repair>();
			story.add(new Repair.Booked(id, new Repair.Customer(name, mail), new Repair.Bike(bike[0], bike[1], "WB" + (100_000 + random.nextInt(900_000))), any(WISHES)));
			int cents = 2_500 + 50 * random.nextInt(400);
			story.add(new Repair.Quoted(id, cents, List.of("inspect", any(WISHES))));
			if (random.nextInt(6) == 0) {
				story.add(new Repair.QuoteDeclined(id, random.nextBoolean() ? "too dear" : "does it himself"));
				return story;
			}
			story.add(new Repair.QuoteAccepted(id));
			int parts = 0;
			for (int count = random.nextInt(4); count > 0; count--) {
				int price = 495 + 100 * random.nextInt(60);
				story.add(new Repair.PartFitted(id, any(PARTS), price));
				parts += price;
			}
			story.add(new Repair.Finished(id, 15 * (1 + random.nextInt(12)), cents + parts));
			story.add(new Repair.Collected(id, cents + parts));
			return story;
		}

		private <T> T any(T[] all) {
			return all[random.nextInt(all.length)];
		}

		/** Every state of every repair, one a line. */
		String expected() {
			var mapper = JsonMapper.builder().build();
			var lines = new ArrayList<String>();
			states.forEach((stream, all) -> {
				for (int version = 0; version < all.size(); version++) {
					var line = new LinkedHashMap<String, Object>();
					line.put("stream", stream);
					line.put("version", version);
					line.put("reducer", "repair");
					line.put("state", all.get(version));
					lines.add(mapper.writeValueAsString(line));
				}
			});
			return "{\"library\":\"spring-modulith\",\"libraryVersion\":\"2.0.3\",\"reducers\":\"reducers.mjs\",\"states\":[\n" + String.join(",\n", lines) + "\n]}\n";
		}
	}
}
