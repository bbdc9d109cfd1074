# The bank's accounts in Elixir, the same fold as `account` of ../bank/reducers.mjs. JSON is read
# by jiffy (Debian: erlang-jiffy); with Jason only the two lines that name it differ.
#   --reducer-command 'elixir sample-stores/hosts/account.exs'
defmodule Account do
  def initial do
    %{
      "status" => "none", "product" => nil, "currency" => nil, "owner" => nil,
      "balance" => 0, "available" => 0,
      "overdraft" => %{"limit" => 0, "feeRate" => 0, "since" => nil, "times" => 0},
      "dailyLimit" => nil, "holds" => %{}, "flags" => [], "entries" => 0, "monthly" => %{}, "lastEntry" => nil
    }
  end

  def evolve(state, %{"type" => type, "data" => data}), do: on(type, state, data)

  defp on("AccountOpened", state, data) do
    state
    |> Map.merge(Map.take(data, ["product", "currency", "owner", "dailyLimit"]))
    |> Map.merge(%{"status" => "open", "overdraft" => Map.merge(state["overdraft"], data["overdraft"])})
  end

  defp on("Deposited" = type, state, data), do: book(state, type, data, data["amount"], data["reference"])
  defp on("InterestPaid" = type, state, data), do: book(state, type, data, data["amount"], "interest #{data["period"]}")
  defp on("TransferReceived" = type, state, data), do: book(state, type, data, data["amount"], "from #{data["from"]["name"]}")
  defp on("TransferSent" = type, state, data), do: book(state, type, data, -data["amount"], "to #{data["to"]["name"]}")
  defp on("Withdrawn" = type, state, data), do: book(state, type, data, -data["amount"], data["merchant"]["name"] || data["channel"])
  defp on("FeeCharged" = type, state, data), do: book(state, type, data, -data["amount"], "#{data["kind"]} fee")

  defp on("HoldPlaced", state, data) do
    hold = %{"amount" => data["amount"], "merchant" => data["merchant"]["name"], "since" => data["at"]}
    with_holds(state, Map.put(state["holds"], data["holdId"], hold))
  end

  defp on("HoldReleased", state, data), do: with_holds(state, Map.delete(state["holds"], data["holdId"]))
  defp on("LimitChanged", state, %{"limit" => "overdraft", "to" => to}), do: put_in(state["overdraft"]["limit"], to)
  defp on("LimitChanged", state, %{"to" => to}), do: %{state | "dailyLimit" => to}

  defp on("OwnerUpdated", state, %{"changes" => changes}) do
    merge = fn name, old, new -> if name in ["address", "contact"], do: Map.merge(old, new), else: new end
    %{state | "owner" => Map.merge(state["owner"], changes, merge)}
  end

  defp on(_, state, _), do: state

  # Books one amount, positive in and negative out, and everything that follows from it.
  defp book(state, type, %{"at" => at}, amount, text) do
    balance = state["balance"] + amount
    overdraft = state["overdraft"]
    column = if type == "FeeCharged", do: "fees", else: if(amount < 0, do: "out", else: "in")
    totals = Map.get(state["monthly"], String.slice(at, 0, 7), %{"in" => 0, "out" => 0, "fees" => 0})
    month = Map.update!(totals, column, &(&1 + abs(amount)))
    starts = balance < 0 and overdraft["since"] == nil

    flags =
      Enum.reject(state["flags"], &(&1 in ["overdrawn", "over-limit"])) ++
        if(balance < 0, do: ["overdrawn"], else: []) ++
        if(balance < -overdraft["limit"], do: ["over-limit"], else: [])

    %{
      state
      | "balance" => balance,
        "available" => balance - held(state["holds"]),
        "overdraft" => %{
          overdraft
          | "since" => if(balance < 0, do: overdraft["since"] || at),
            "times" => overdraft["times"] + if(starts, do: 1, else: 0)
        },
        "flags" => flags,
        "entries" => state["entries"] + 1,
        "monthly" => Map.put(state["monthly"], String.slice(at, 0, 7), month),
        "lastEntry" => %{"type" => type, "amount" => amount, "text" => text, "at" => at}
    }
  end

  defp held(holds), do: holds |> Map.values() |> Enum.map(& &1["amount"]) |> Enum.sum()
  defp with_holds(state, holds), do: %{state | "holds" => holds, "available" => state["balance"] - held(holds)}
end

:io.setopts(:standard_io, encoding: :latin1)

IO.binstream(:stdio, :line)
|> Enum.reduce(nil, fn line, state ->
  {state, answer} =
    try do
      next =
        case :jiffy.decode(line, [:return_maps, :use_nil]) do
          %{"start" => _} -> Account.initial()
          %{"event" => event} -> Account.evolve(state, event)
        end

      {next, next}
    rescue
      error -> {state, %{"$error" => Exception.message(error)}}
    end

  IO.binwrite([:jiffy.encode(answer, [:use_nil]), "\n"])
  state
end)
