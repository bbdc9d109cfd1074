// The bank's accounts in Java, the same fold as `account` of ../bank/reducers.mjs, with Jackson:
//   mvn dependency:copy-dependencies -f sample-stores/hosts/pom.xml -DoutputDirectory=/tmp/jackson
//   --reducer-command "java -cp '/tmp/jackson/*' sample-stores/hosts/Account.java"
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

public class Account {
    public static class Overdraft {
        public long limit;
        public Number feeRate = 0;
        public String since;
        public int times;
    }

    public record Hold(long amount, String merchant, String since) {}

    public record Entry(String type, long amount, String text, String at) {}

    public String status = "none", product, currency;
    public ObjectNode owner;
    public long balance, available;
    public Overdraft overdraft = new Overdraft();
    public Long dailyLimit;
    public Map<String, Hold> holds = new LinkedHashMap<>();
    public List<String> flags = new ArrayList<>();
    public int entries;
    public Map<String, Map<String, Long>> monthly = new LinkedHashMap<>();
    public Entry lastEntry;

    void apply(String type, JsonNode data) throws Exception {
        switch (type) {
            case "AccountOpened" -> {
                status = "open";
                JSON.readerForUpdating(this).readValue(((ObjectNode) data.deepCopy())
                        .retain("product", "currency", "owner", "dailyLimit"));
                JSON.readerForUpdating(overdraft).readValue(data.get("overdraft"));
            }
            case "Deposited" -> book(type, data, amount(data), data.get("reference").textValue());
            case "InterestPaid" -> book(type, data, amount(data), "interest " + data.get("period").asText());
            case "TransferReceived" -> book(type, data, amount(data), "from " + data.at("/from/name").asText());
            case "TransferSent" -> book(type, data, -amount(data), "to " + data.at("/to/name").asText());
            case "Withdrawn" -> book(type, data, -amount(data),
                    (data.has("merchant") ? data.at("/merchant/name") : data.get("channel")).textValue());
            case "FeeCharged" -> book(type, data, -amount(data), data.get("kind").asText() + " fee");
            case "HoldPlaced" -> {
                String merchant = data.at("/merchant/name").textValue();
                holds.put(data.get("holdId").textValue(), new Hold(amount(data), merchant, data.get("at").textValue()));
                available = balance - held();
            }
            case "HoldReleased" -> {
                holds.remove(data.get("holdId").textValue());
                available = balance - held();
            }
            case "LimitChanged" -> {
                long to = data.get("to").longValue();
                if (data.get("limit").asText().equals("overdraft")) overdraft.limit = to;
                else dailyLimit = to;
            }
            case "OwnerUpdated" -> data.get("changes").fields().forEachRemaining(change -> {
                boolean isNested = change.getKey().equals("address") || change.getKey().equals("contact");
                if (isNested) ((ObjectNode) owner.get(change.getKey())).setAll((ObjectNode) change.getValue());
                else owner.set(change.getKey(), change.getValue());
            });
            default -> {}
        }
    }

    static long amount(JsonNode data) {
        return data.get("amount").longValue();
    }

    /** Books one amount, positive in and negative out, and everything that follows from it. */
    void book(String type, JsonNode data, long amount, String text) {
        String at = data.get("at").textValue();
        balance += amount;
        available = balance - held();
        flags.removeAll(List.of("overdrawn", "over-limit"));
        if (balance < 0) {
            flags.add("overdrawn");
            if (overdraft.since == null) {
                overdraft.since = at;
                overdraft.times++;
            }
        } else {
            overdraft.since = null;
        }
        if (balance < -overdraft.limit) flags.add("over-limit");
        entries++;
        String column = type.equals("FeeCharged") ? "fees" : amount < 0 ? "out" : "in";
        monthly.computeIfAbsent(at.substring(0, 7), month -> new LinkedHashMap<>(Map.of("in", 0L, "out", 0L, "fees", 0L)))
                .merge(column, Math.abs(amount), Long::sum);
        lastEntry = new Entry(type, amount, text, at);
    }

    long held() {
        return holds.values().stream().mapToLong(Hold::amount).sum();
    }

    static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] args) throws Exception {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        Account state = null;
        for (String line; (line = in.readLine()) != null; ) {
            try {
                JsonNode asked = JSON.readTree(line);
                if (asked.has("start")) state = new Account();
                else state.apply(asked.at("/event/type").asText(), asked.at("/event/data"));
                out.println(JSON.writeValueAsString(state));
            } catch (Exception error) {
                out.println(JSON.writeValueAsString(Map.of("$error", error.toString())));
            }
        }
    }
}
