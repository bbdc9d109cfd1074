// The bank's accounts in C#, the same fold as `account` of ../bank/reducers.mjs. With .NET 10:
//   dotnet build sample-stores/hosts/Account.cs
//   --reducer-command 'dotnet run --no-build sample-stores/hosts/Account.cs'
// (With .NET 8: the file in a console project, and that project's program.)
#:property JsonSerializerIsReflectionEnabledByDefault=true
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

var options = new JsonSerializerOptions(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
var input = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };
var state = new Account();
while (input.ReadLine() is { } line)
{
    try
    {
        var asked = JsonNode.Parse(line)!;
        if (asked["start"] is not null) state = new Account();
        else state.Apply((string)asked["event"]!["type"]!, asked["event"]!["data"]!);
        output.WriteLine(JsonSerializer.Serialize(state, options));
    }
    catch (Exception error)
    {
        output.WriteLine(new JsonObject { ["$error"] = error.Message }.ToJsonString());
    }
}

record Hold(long Amount, string Merchant, string Since);
record Entry(string Type, long Amount, string Text, string At);
record struct Totals(long In, long Out, long Fees);

class Overdraft
{
    public long Limit { get; set; }
    public decimal FeeRate { get; set; }
    public string? Since { get; set; }
    public int Times { get; set; }
}

class Account
{
    public string Status { get; set; } = "none";
    public string? Product { get; set; }
    public string? Currency { get; set; }
    public JsonObject? Owner { get; set; }
    public long Balance { get; set; }
    public long Available { get; set; }
    public Overdraft Overdraft { get; set; } = new();
    public long? DailyLimit { get; set; }
    public Dictionary<string, Hold> Holds { get; set; } = [];
    public List<string> Flags { get; set; } = [];
    public int Entries { get; set; }
    public Dictionary<string, Totals> Monthly { get; set; } = [];
    public Entry? LastEntry { get; set; }

    public void Apply(string type, JsonNode data)
    {
        long Amount() => (long)data["amount"]!;
        switch (type)
        {
            case "AccountOpened":
                (Status, Product, Currency) = ("open", (string?)data["product"], (string?)data["currency"]);
                Owner = (JsonObject)data["owner"]!.DeepClone();
                DailyLimit = (long?)data["dailyLimit"];
                Overdraft.Limit = (long?)data["overdraft"]?["limit"] ?? Overdraft.Limit;
                Overdraft.FeeRate = (decimal?)data["overdraft"]?["feeRate"] ?? Overdraft.FeeRate;
                break;
            case "Deposited": Book(type, data, Amount(), (string)data["reference"]!); break;
            case "InterestPaid": Book(type, data, Amount(), $"interest {data["period"]}"); break;
            case "TransferReceived": Book(type, data, Amount(), $"from {data["from"]!["name"]}"); break;
            case "TransferSent": Book(type, data, -Amount(), $"to {data["to"]!["name"]}"); break;
            case "Withdrawn": Book(type, data, -Amount(), (string)(data["merchant"]?["name"] ?? data["channel"])!); break;
            case "FeeCharged": Book(type, data, -Amount(), $"{data["kind"]} fee"); break;
            case "HoldPlaced":
                Holds[(string)data["holdId"]!] = new Hold(Amount(), (string)data["merchant"]!["name"]!, (string)data["at"]!);
                Available = Balance - Held();
                break;
            case "HoldReleased":
                Holds.Remove((string)data["holdId"]!);
                Available = Balance - Held();
                break;
            case "LimitChanged":
                if ((string)data["limit"]! == "overdraft") Overdraft.Limit = (long)data["to"]!;
                else DailyLimit = (long)data["to"]!;
                break;
            case "OwnerUpdated":
                foreach (var (name, value) in (JsonObject)data["changes"]!)
                {
                    if (name is not ("address" or "contact")) Owner![name] = value?.DeepClone();
                    else foreach (var (part, inner) in (JsonObject)value!) Owner![name]![part] = inner?.DeepClone();
                }
                break;
        }
    }

    /// Books one amount, positive in and negative out, and everything that follows from it.
    void Book(string type, JsonNode data, long amount, string text)
    {
        var at = (string)data["at"]!;
        Balance += amount;
        Available = Balance - Held();
        Flags.RemoveAll(flag => flag is "overdrawn" or "over-limit");
        if (Balance < 0)
        {
            Flags.Add("overdrawn");
            if (Overdraft.Since is null) Overdraft.Times++;
            Overdraft.Since ??= at;
        }
        else
        {
            Overdraft.Since = null;
        }
        if (Balance < -Overdraft.Limit) Flags.Add("over-limit");
        Entries++;
        var month = Monthly.GetValueOrDefault(at[..7]);
        Monthly[at[..7]] = type == "FeeCharged" ? month with { Fees = month.Fees - amount }
            : amount < 0 ? month with { Out = month.Out - amount } : month with { In = month.In + amount };
        LastEntry = new Entry(type, amount, text, at);
    }

    long Held() => Holds.Values.Sum(hold => hold.Amount);
}
