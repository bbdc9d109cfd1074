// The classes Account and Card of the program, as a fold. Members are named as Marten's serializer
// writes them; enums are numbers, but names where they are the keys of a dictionary.

const channels = ['Counter', 'Atm', 'Web', 'App'];
// Amounts have two places and stay exact.
const plus = (a, b) => Math.round(a * 100 + b * 100) / 100;

const on = {
  account_opened: (_, e) => ({
    Id: e.AccountId, Version: 0, Owner: e.Owner, Kind: e.Kind, Balance: e.OpeningBalance, Home: e.Home,
    OpenedAt: e.OpenedAt, Branch: e.Branch, LastMethod: null, Limits: {}, Terms: {}, Plans: [], Movements: 0,
    LastWithdrawal: null, ByChannel: {}, Serial: 0, Huge: 0, Exact: 0, LinesImported: 0, LinesTotal: 0, Remarks: [],
    FrozenFor: null, FrozenUntil: null, Closed: false, CloseReason: null,
  }),
  money_deposited: (s, e) => ({
    ...s, Balance: plus(s.Balance, e.Amount), LastMethod: e.Method, Movements: s.Movements + 1,
  }),
  money_withdrawn(s, e) {
    const channel = channels[e.Channel];
    const ByChannel = { ...s.ByChannel, [channel]: (s.ByChannel[channel] ?? 0) + 1 };
    return { ...s, Balance: plus(s.Balance, -e.Amount), LastWithdrawal: e.At, ByChannel, Movements: s.Movements + 1 };
  },
  limit_set(s, e) {
    const { [e.Name]: _, ...Limits } = s.Limits;
    return { ...s, Limits: e.Value === null ? Limits : { ...s.Limits, [e.Name]: e.Value } };
  },
  plan_agreed: (s, e) => ({ ...s, Plans: e.Plans, Terms: { ...s.Terms, ...e.Terms } }),
  serial_scanned: (s, e) => ({ ...s, Serial: e.Serial, Huge: e.Huge, Exact: e.Exact }),
  statement_imported: (s, e) => ({
    ...s,
    LinesImported: s.LinesImported + e.Lines.length,
    LinesTotal: e.Lines.reduce((total, line) => plus(total, line.Amount), s.LinesTotal),
  }),
  remark_added: (s, e) => ({ ...s, Remarks: [...s.Remarks, e.Text].slice(-3) }),
  'Corrected<MoneyDeposited>': (s, e) => ({ ...s, Balance: plus(s.Balance, e.Delta) }),
  frozen: (s, e) => ({ ...s, FrozenFor: e.Reason, FrozenUntil: e.Until }),
  unfrozen: (s) => ({ ...s, FrozenFor: null, FrozenUntil: null }),
  account_closed: (s, e) => ({ ...s, Closed: true, CloseReason: e.Reason }),

  card_issued: (_, e) => ({
    Id: e.CardId, AccountId: e.AccountId, Pan: e.Pan, ValidFor: e.ValidFor, Spent: 0, LastMerchant: null, Where: [],
    Blocked: false, Version: 0,
  }),
  card_used: (s, e) => ({ ...s, Spent: plus(s.Spent, e.Amount), LastMerchant: e.Merchant, Where: [e.Lat, e.Lon] }),
  card_blocked: (s) => ({ ...s, Blocked: true }),
  card_shredded: () => null,
};

// Marten sets Version to that of the last event, whether anything handles it or not.
export default function reducer(state = null, event) {
  const next = on[event.type] ? on[event.type](state, event.data) : state;
  return next && { ...next, Version: event.version };
}
