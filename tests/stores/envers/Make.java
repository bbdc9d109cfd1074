import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.hibernate.Session;
import org.hibernate.cfg.Configuration;
import org.hibernate.envers.AuditReader;
import org.hibernate.envers.AuditReaderFactory;
import org.hibernate.envers.Audited;
import org.hibernate.envers.RevisionType;
import org.hibernate.envers.query.AuditEntity;

/** Hibernate Envers on SQLite: orchards and their trees, a table of revisions beside each. */
public final class Make {
    enum Kind { APPLE, PEAR }

    @Entity(name = "Orchard")
    @Audited
    static class Orchard {
        @Id @GeneratedValue(strategy = GenerationType.IDENTITY) Long id;
        String name;
        Double hectares;
        Boolean isFenced;
        @Column(length = 9000) String note;
    }

    @Entity(name = "Tree")
    @Audited
    static class Tree {
        @Id String label;
        @Enumerated(EnumType.STRING) Kind kind;
        long apples;
        @ManyToOne Orchard orchard;
    }

    static final Random CHANCE = new Random(31);

    @SafeVarargs
    static <T> T pick(T... all) {
        return all[CHANCE.nextInt(all.length)];
    }

    static void change(Orchard orchard) {
        orchard.name = pick("Süd", "", null, "O'Hara \"old\"", "果樹園\n2");
        orchard.hectares = pick(null, 0.1, -1e-7, 12.0);
        orchard.isFenced = pick(true, false, null);
        orchard.note = pick(null, "🍎", "x".repeat(4500));
    }

    static void step(Session session, int step) {
        List<Orchard> orchards = session.createSelectionQuery("from Orchard order by id", Orchard.class).getResultList();
        List<Tree> trees = session.createSelectionQuery("from Tree order by label", Tree.class).getResultList();
        if (step < 4) {
            Orchard orchard = new Orchard();
            change(orchard);
            session.persist(orchard);
        }
        // One transaction may change both.
        if (step % 3 == 0 && !orchards.isEmpty()) change(orchards.get(CHANCE.nextInt(orchards.size())));
        if (step % 17 == 16) {
            session.remove(trees.get(0));
        } else if (step % 4 == 1) {
            Tree tree = new Tree();
            tree.label = pick("t-", "t/", "木") + step;
            session.persist(tree);
        } else if (!trees.isEmpty()) {
            Tree tree = trees.get(CHANCE.nextInt(trees.size()));
            tree.kind = pick(Kind.values());
            tree.apples = pick(0L, -1L, 9007199254740993L, (long) step);
            tree.orchard = pick(orchards.get(0), orchards.get(orchards.size() - 1), null);
        }
    }

    /** Each version of each object of one class; `state` has what the object holds by the names of the columns. */
    static <T> void read(Session session, Session other, Expected expected, Class<T> type, Function<T, Object> id, Function<T, Map<String, Object>> state) {
        AuditReader reader = AuditReaderFactory.get(session);
        // Knows nothing yet: a reader that listed a deletion finds its row again, in place of nothing.
        AuditReader finder = AuditReaderFactory.get(other);
        Map<Object, Map<Integer, RevisionType>> byObject = new LinkedHashMap<>();
        for (Object row : reader.createQuery().forRevisionsOfEntity(type, false, true).addOrder(AuditEntity.revisionNumber().asc()).getResultList()) {
            Object[] parts = (Object[]) row;
            int revision = ((org.hibernate.envers.DefaultRevisionEntity) org.hibernate.Hibernate.unproxy(parts[1])).getId();
            byObject.computeIfAbsent(id.apply(type.cast(parts[0])), any -> new TreeMap<>()).put(revision, (RevisionType) parts[2]);
        }
        byObject.forEach((key, revisions) -> {
            var stream = expected.stream(key.toString(), type.getSimpleName());
            revisions.forEach((revision, kind) -> {
                stream.event(revision, kind.name(), reader.getRevisionDate(revision).toInstant().toString());
                T found = finder.find(type, key, revision);
                stream.state(revision, found == null ? null : state.apply(found));
            });
        });
    }

    public static void main(String[] arguments) throws Exception {
        Logger.getLogger("org.hibernate").setLevel(Level.SEVERE);
        Configuration configuration = new Configuration()
                .addAnnotatedClass(Orchard.class)
                .addAnnotatedClass(Tree.class)
                .setProperty("hibernate.connection.url", "jdbc:sqlite:" + arguments[0] + "/store.db")
                .setProperty("hibernate.dialect", "org.hibernate.community.dialect.SQLiteDialect")
                .setProperty("hibernate.connection.pool_size", "1")
                .setProperty("hibernate.hbm2ddl.auto", "update");
        try (var sessions = configuration.buildSessionFactory()) {
            for (int at = 0; at < 60; at++) {
                int step = at;
                sessions.inTransaction(session -> step(session, step));
            }
            Expected expected = new Expected();
            sessions.inSession(session -> sessions.inSession(other -> {
                read(session, other, expected, Orchard.class, one -> one.id, one -> {
                    Map<String, Object> state = new LinkedHashMap<>();
                    state.put("id", one.id);
                    state.put("name", one.name);
                    state.put("hectares", one.hectares);
                    state.put("isFenced", one.isFenced);
                    state.put("note", one.note);
                    return state;
                });
                read(session, other, expected, Tree.class, one -> one.label, one -> {
                    Map<String, Object> state = new LinkedHashMap<>();
                    state.put("label", one.label);
                    state.put("kind", one.kind == null ? null : one.kind.name());
                    state.put("apples", one.apples);
                    state.put("orchard_id", one.orchard == null ? null : sessions.getPersistenceUnitUtil().getIdentifier(one.orchard));
                    return state;
                });
            }));
            expected.write(arguments[0], "envers", "Hibernate Envers 7.4.15");
        }
    }
}
