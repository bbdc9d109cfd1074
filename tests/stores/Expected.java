import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a library says of its store, as `expected.json`. */
final class Expected {
    /** JSON that is text already. */
    record Raw(String json) {}

    private final List<Object> streams = new ArrayList<>();

    /** One stream, whose events and states are added in turn. */
    final class Stream {
        private final List<Object> events = new ArrayList<>();
        private final List<Object> states = new ArrayList<>();
        private final Map<String, Object> members = new LinkedHashMap<>();

        private Stream(String name, String category) {
            members.put("stream", name);
            members.put("category", category);
        }

        void event(long version, String type, String time) {
            if (events.isEmpty()) members.put("first", version);
            Map<String, Object> event = new LinkedHashMap<>(Map.of("version", version, "type", type));
            if (time != null) event.put("time", time);
            events.add(event);
        }

        void state(long version, Object state) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("version", version);
            one.put("state", state);
            states.add(one);
        }
    }

    Stream stream(String name, String category) {
        Stream stream = new Stream(name, category);
        stream.members.put("events", stream.events);
        stream.members.put("states", stream.states);
        streams.add(stream.members);
        return stream;
    }

    void write(String folder, String dialect, String library) throws Exception {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("dialect", dialect);
        all.put("library", library);
        all.put("streams", streams);
        Files.writeString(Path.of(folder, "expected.json"), json(all) + "\n");
    }

    static String json(Object value) {
        StringBuilder out = new StringBuilder();
        put(value, out);
        return out.toString();
    }

    private static void put(Object value, StringBuilder out) {
        if (value instanceof Raw raw) {
            out.append(raw.json());
        } else if (value == null || value instanceof Number || value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof Map<?, ?> map) {
            String between = "{";
            for (var member : map.entrySet()) {
                out.append(between);
                put(member.getKey(), out);
                out.append(':');
                put(member.getValue(), out);
                between = ",";
            }
            out.append(map.isEmpty() ? "{}" : "}");
        } else if (value instanceof Iterable<?> items) {
            String between = "[";
            for (Object item : items) {
                out.append(between);
                put(item, out);
                between = ",\n";
            }
            out.append(between.equals("[") ? "[]" : "]");
        } else {
            out.append('"');
            for (char one : value.toString().toCharArray()) {
                if (one == '"' || one == '\\') out.append('\\').append(one);
                else if (one < ' ') out.append(String.format("\\u%04x", (int) one));
                else out.append(one);
            }
            out.append('"');
        }
    }
}
