import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.javers.core.Javers;
import org.javers.core.JaversBuilder;
import org.javers.core.metamodel.annotation.Id;
import org.javers.core.metamodel.annotation.TypeName;
import org.javers.core.metamodel.object.CdoSnapshot;
import org.javers.core.metamodel.object.SnapshotType;
import org.javers.repository.jql.QueryBuilder;
import org.javers.repository.sql.DialectName;
import org.javers.repository.sql.SqlRepositoryBuilder;

/** JaVers on PostgreSQL (the database is PGDATABASE): trains, their drivers and what they are made of. */
public final class Make {
    @TypeName("Train")
    static final class Train {
        @Id String number;
        String name;
        BigDecimal length;
        LocalDate built;
        Driver driver;
        Engine engine;
        List<String> stops = new ArrayList<>();
        Map<String, Integer> seats = new TreeMap<>();
    }

    @TypeName("Driver")
    static final class Driver {
        @Id long id;
        String name;
        Boolean isOnDuty;
        Double hours;
    }

    /** A value, which has no id of its own. */
    @TypeName("Engine")
    static final class Engine {
        String kind;
        long kilowatts;
        Instant oiled;
    }

    static final Random CHANCE = new Random(909);

    @SafeVarargs
    static <T> T pick(T... all) {
        return all[CHANCE.nextInt(all.length)];
    }

    static void change(Train train, Driver[] drivers, int step) {
        train.name = pick("Łódź–Wien", "", null, "O'Neill \"express\"", "のぞみ\n2号");
        train.length = pick(null, new BigDecimal("205.75"), new BigDecimal("-0.125"));
        train.built = pick(null, LocalDate.of(2000, 2, 29));
        train.driver = pick(drivers[0], drivers[1], null);
        train.stops = new ArrayList<>(List.of(pick("Graz", "", "x".repeat(4500)), pick("Zürich HB", "tab\there")));
        train.seats.put(pick("1st", "2nd", "ö"), CHANCE.nextInt(900) - 9);
        if (step % 3 > 0) {
            train.engine = new Engine();
            train.engine.kind = pick("Diesel", "électrique", null);
            train.engine.kilowatts = pick(0L, -1L, 9007199254740993L);
            train.engine.oiled = pick(null, Instant.parse("2026-03-04T05:06:07.250Z"));
        }
    }

    public static void main(String[] arguments) throws Exception {
        String url = "jdbc:postgresql://%s:%s/%s".formatted(System.getenv("PGHOST"), System.getenv("PGPORT"), System.getenv("PGDATABASE"));
        try (Connection connection = DriverManager.getConnection(url, System.getenv("PGUSER"), "")) {
            connection.setAutoCommit(false);
            Javers javers = JaversBuilder.javers()
                    .registerJaversRepository(SqlRepositoryBuilder.sqlRepository()
                            .withConnectionProvider(() -> connection)
                            .withDialect(DialectName.POSTGRES)
                            .build())
                    .build();
            Driver[] drivers = {new Driver(), new Driver()};
            drivers[1].id = 9007199254740993L;
            Train[] trains = new Train[5];
            for (int step = 0; step < 70; step++) {
                int at = CHANCE.nextInt(trains.length);
                if (step % 7 == 0) {
                    Driver driver = drivers[step % 2];
                    driver.name = pick("Ann", "Núñez", "", null);
                    driver.isOnDuty = pick(true, false, null);
                    driver.hours = pick(0.1, 1e-7, -3.0);
                    javers.commit(pick("ann", "ü-2"), driver, Map.of("from", "office \"1\""));
                } else if (trains[at] != null && step % 19 == 18) {
                    javers.commitShallowDelete("ann", trains[at]);
                    trains[at] = null;
                } else {
                    if (trains[at] == null) {
                        trains[at] = new Train();
                        trains[at].number = new String[] {"RJ-1", "RJ/2", "R 3", "\"4\"", "特5"}[at];
                    }
                    change(trains[at], drivers, step);
                    javers.commit(pick("ann", "ü-2"), trains[at]);
                }
                connection.commit();
            }

            Map<String, List<CdoSnapshot>> byObject = new TreeMap<>();
            for (CdoSnapshot one : javers.findSnapshots(QueryBuilder.anyDomainObject().limit(10_000).build()))
                byObject.computeIfAbsent(one.getGlobalId().value(), id -> new ArrayList<>()).add(one);
            Expected expected = new Expected();
            byObject.forEach((id, versions) -> {
                versions.sort(Comparator.comparingLong(CdoSnapshot::getVersion));
                var stream = expected.stream(id, versions.get(0).getManagedType().getName());
                for (CdoSnapshot one : versions) {
                    stream.event(one.getVersion(), one.getType().name(), one.getCommitMetadata().getCommitDateInstant().toString());
                    var json = com.google.gson.JsonParser.parseString(javers.getJsonConverter().toJson(one)).getAsJsonObject();
                    stream.state(one.getVersion(), one.getType() == SnapshotType.TERMINAL ? null : new Expected.Raw(json.get("state").toString()));
                }
            });
            expected.write(arguments[0], "javers", "JaVers 7.8.0");
        }
    }
}
