import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.axonframework.common.transaction.NoTransactionManager;
import org.axonframework.config.AggregateConfigurer;
import org.axonframework.config.Configuration;
import org.axonframework.config.DefaultConfigurer;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventsourcing.EventCountSnapshotTriggerDefinition;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.eventsourcing.eventstore.jdbc.EventSchema;
import org.axonframework.eventsourcing.eventstore.jdbc.EventTableFactory;
import org.axonframework.eventsourcing.eventstore.jdbc.JdbcEventStorageEngine;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.modelling.command.AggregateLifecycle;
import org.axonframework.serialization.Revision;
import org.axonframework.serialization.json.JacksonSerializer;

/** Axon Framework by JDBC on SQLite: kilns and what is fired in them, with snapshots. */
public final class Make {
    @Revision("2")
    public record KilnBuilt(String kiln, String name, Long litres) {}
    public record PotPutIn(String kiln, String pot, Map<String, Object> glaze) {}
    public record Fired(String kiln, double degrees, List<Object> curve) {}
    public record KilnTornDown(String kiln) {}
    /** Of no aggregate. */
    public record RateChanged(String currency, double cents) {}

    public static class Kiln {
        @AggregateIdentifier public String kiln;
        public String name;
        public Long litres;
        public Map<String, Object> pots = new LinkedHashMap<>();
        public List<Object> lastCurve;
        public int firings;

        public Kiln() {}

        public Kiln(KilnBuilt event) {
            apply(event);
        }

        @EventSourcingHandler
        void on(KilnBuilt event) {
            kiln = event.kiln();
            name = event.name();
            litres = event.litres();
        }

        @EventSourcingHandler
        void on(PotPutIn event) {
            pots.put(event.pot(), event.glaze());
        }

        @EventSourcingHandler
        void on(Fired event) {
            firings++;
            lastCurve = event.curve();
            pots.clear();
        }

        @EventSourcingHandler
        void on(KilnTornDown event) {
            AggregateLifecycle.markDeleted();
        }
    }

    static final Random CHANCE = new Random(5);

    @SafeVarargs
    static <T> T pick(T... all) {
        return all[CHANCE.nextInt(all.length)];
    }

    static Map<String, Object> glaze() {
        Map<String, Object> glaze = new HashMap<>();
        glaze.put("colour", pick("céladon", "", null, "\"red\"\n2"));
        glaze.put("oxides", List.of(0.1, 9007199254740993L, Map.of("", "青")));
        return glaze;
    }

    /** Axon has no factory for SQLite; the columns are those of its others. */
    static final class Tables implements EventTableFactory {
        private PreparedStatement create(Connection connection, EventSchema schema, String table, String first) throws SQLException {
            return connection.prepareStatement("CREATE TABLE " + table + " (" + first
                    + schema.aggregateIdentifierColumn() + " TEXT NOT NULL, " + schema.sequenceNumberColumn() + " INTEGER NOT NULL, "
                    + schema.typeColumn() + " TEXT, " + schema.eventIdentifierColumn() + " TEXT NOT NULL UNIQUE, "
                    + schema.metaDataColumn() + " BLOB, " + schema.payloadColumn() + " BLOB NOT NULL, "
                    + schema.payloadRevisionColumn() + " TEXT, " + schema.payloadTypeColumn() + " TEXT NOT NULL, "
                    + schema.timestampColumn() + " TEXT NOT NULL, UNIQUE (" + schema.aggregateIdentifierColumn() + ", "
                    + schema.sequenceNumberColumn() + "))");
        }

        @Override
        public PreparedStatement createDomainEventTable(Connection connection, EventSchema schema) throws SQLException {
            return create(connection, schema, schema.domainEventTable(), schema.globalIndexColumn() + " INTEGER PRIMARY KEY AUTOINCREMENT, ");
        }

        @Override
        public PreparedStatement createSnapshotEventTable(Connection connection, EventSchema schema) throws SQLException {
            return create(connection, schema, schema.snapshotTable(), "");
        }
    }

    interface Work<T> {
        T run() throws Exception;
    }

    static <T> T inUnit(Work<T> work) throws Exception {
        var unit = DefaultUnitOfWork.startAndGet(GenericEventMessage.asEventMessage("work"));
        T done = work.run();
        unit.commit();
        return done;
    }

    public static void main(String[] arguments) throws Exception {
        var source = new org.sqlite.SQLiteDataSource();
        source.setUrl("jdbc:sqlite:" + arguments[0] + "/store.db");
        ObjectMapper mapper = new ObjectMapper().findAndRegisterModules();
        var serializer = JacksonSerializer.builder().objectMapper(mapper).build();
        var engine = JdbcEventStorageEngine.builder()
                .connectionProvider(source::getConnection)
                .transactionManager(NoTransactionManager.INSTANCE)
                .eventSerializer(serializer)
                .snapshotSerializer(serializer)
                .build();
        engine.createSchema(new Tables());
        Configuration axon = DefaultConfigurer.defaultConfiguration(false)
                .configureSerializer(any -> serializer)
                .configureEmbeddedEventStore(any -> engine)
                .configureAggregate(AggregateConfigurer.defaultConfiguration(Kiln.class)
                        .configureSnapshotTrigger(any -> new EventCountSnapshotTriggerDefinition(any.snapshotter(), 5)))
                .buildConfiguration();
        axon.start();
        var kilns = axon.repository(Kiln.class);
        Expected expected = new Expected();
        String[] ids = {"kiln-1", "kiln/2", "k 3", "窯:4", "kiln-01"};
        for (int at = 0; at < ids.length; at++) {
            String id = ids[at];
            Map<Long, Object> states = new LinkedHashMap<>();
            inUnit(() -> kilns.newInstance(() -> new Kiln(new KilnBuilt(id, pick("Nord", "", null, "O'Brien"), pick(null, 9007199254740993L)))));
            for (int step = 0; step <= new int[] {0, 3, 16}[at % 3]; step++) {
                boolean isLast = at == 1 && step == 3;
                if (step > 0) inUnit(() -> {
                    kilns.load(id).execute(kiln -> {
                        if (isLast) {
                            apply(new KilnTornDown(id));
                        } else if (CHANCE.nextInt(3) == 0) {
                            apply(new Fired(id, pick(1280.5, -1e-7), new ArrayList<>(List.of(pick("x".repeat(4500), ""), CHANCE.nextInt(9)))));
                        } else {
                            apply(new PotPutIn(id, pick("a", "b/2", "ß"), glaze()));
                            if (CHANCE.nextBoolean()) apply(new PotPutIn(id, "twin", glaze()));
                        }
                    });
                    return null;
                });
                // What is torn down is not to be loaded any more.
                if (!isLast) inUnit(() -> {
                    var loaded = kilns.load(id);
                    return states.put(loaded.version(), new Expected.Raw(loaded.invoke(kiln -> json(mapper, kiln))));
                });
            }
            var stream = expected.stream(id, "Kiln");
            engine.readEvents(id).forEachRemaining(one -> event(stream, one));
            states.forEach(stream::state);
        }
        var rate = GenericEventMessage.asEventMessage(new RateChanged("kr", 0.25));
        inUnit(() -> {
            axon.eventBus().publish(rate);
            return null;
        });
        // It has its own id in place of one of an aggregate, and its time is kept to the millisecond.
        String time = rate.getTimestamp().truncatedTo(ChronoUnit.MILLIS).toString();
        expected.stream(rate.getIdentifier(), null).event(0, rate.getPayloadType().getName(), time);
        axon.shutdown();
        expected.write(arguments[0], "axon4", "Axon Framework 4.13.0");
    }

    static void event(Expected.Stream stream, DomainEventMessage<?> one) {
        stream.event(one.getSequenceNumber(), one.getPayloadType().getName(), one.getTimestamp().toString());
    }

    static String json(ObjectMapper mapper, Object value) {
        try {
            return mapper.writeValueAsString(value);
        } catch (Exception error) {
            throw new IllegalStateException(error);
        }
    }
}
