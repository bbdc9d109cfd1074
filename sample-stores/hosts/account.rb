# The bank's accounts in Ruby, the same fold as `account` of ../bank/reducers.mjs:
#   --reducer-command 'ruby sample-stores/hosts/account.rb'
require 'json'

INITIAL = {
  status: 'none', product: nil, currency: nil, owner: nil, balance: 0, available: 0,
  overdraft: { limit: 0, feeRate: 0, since: nil, times: 0 },
  dailyLimit: nil, holds: {}, flags: [], entries: 0, monthly: {}, lastEntry: nil
}.freeze

def account(state, event)
  data = event[:data]
  case event[:type]
  when 'AccountOpened'
    state.merge(data.slice(:product, :currency, :owner, :dailyLimit),
                status: 'open', overdraft: state[:overdraft].merge(data[:overdraft]))
  when 'Deposited' then book(state, event, data[:amount], data[:reference])
  when 'InterestPaid' then book(state, event, data[:amount], "interest #{data[:period]}")
  when 'TransferReceived' then book(state, event, data[:amount], "from #{data[:from][:name]}")
  when 'TransferSent' then book(state, event, -data[:amount], "to #{data[:to][:name]}")
  when 'Withdrawn' then book(state, event, -data[:amount], data.dig(:merchant, :name) || data[:channel])
  when 'FeeCharged' then book(state, event, -data[:amount], "#{data[:kind]} fee")
  when 'HoldPlaced'
    hold = { amount: data[:amount], merchant: data[:merchant][:name], since: data[:at] }
    with_holds(state, state[:holds].merge(data[:holdId].to_sym => hold))
  when 'HoldReleased' then with_holds(state, state[:holds].except(data[:holdId].to_sym))
  when 'LimitChanged'
    return state.merge(dailyLimit: data[:to]) unless data[:limit] == 'overdraft'

    state.merge(overdraft: state[:overdraft].merge(limit: data[:to]))
  when 'OwnerUpdated'
    owner, changes = state[:owner], data[:changes]
    nested = %i[address contact].to_h { |name| [name, owner[name].merge(changes[name] || {})] }
    state.merge(owner: owner.merge(changes, nested))
  else state
  end
end

# Books one amount, positive in and negative out, and everything that follows from it.
def book(state, event, amount, text)
  at = event[:data][:at]
  balance = state[:balance] + amount
  month = at[0, 7].to_sym
  totals = state[:monthly][month] || { in: 0, out: 0, fees: 0 }
  column = event[:type] == 'FeeCharged' ? :fees : amount.negative? ? :out : :in
  overdraft = state[:overdraft]
  starts = balance.negative? && overdraft[:since].nil?
  flags = state[:flags] - %w[overdrawn over-limit]
  flags += ['overdrawn'] if balance.negative?
  flags += ['over-limit'] if balance < -overdraft[:limit]
  state.merge(
    balance: balance,
    available: balance - held(state[:holds]),
    overdraft: overdraft.merge(since: balance.negative? ? overdraft[:since] || at : nil,
                               times: overdraft[:times] + (starts ? 1 : 0)),
    flags: flags,
    entries: state[:entries] + 1,
    monthly: state[:monthly].merge(month => totals.merge(column => totals[column] + amount.abs)),
    lastEntry: { type: event[:type], amount: amount, text: text, at: at }
  )
end

def held(holds)
  holds.values.sum { |hold| hold[:amount] }
end

def with_holds(state, holds)
  state.merge(holds: holds, available: state[:balance] - held(holds))
end

$stdout.sync = true
state = nil
$stdin.each_line do |line|
  asked = JSON.parse(line, symbolize_names: true)
  state = asked.key?(:start) ? INITIAL : account(state, asked[:event])
  puts JSON.generate(state)
rescue StandardError => error
  puts JSON.generate('$error' => "#{error.class}: #{error.message}")
end
