// Handlers by event type, with $init and $any.
export const ledger = {
  $init: () => ({ in: 0, out: 0, other: {} }),
  Deposited: (s, e) => ({ ...s, in: s.in + e.data.amount }),
  Withdrawn: (s, e) => ({ ...s, out: s.out + e.data.amount }),
  $any: (s, e) => ({ ...s, other: { ...s.other, [e.type]: (s.other[e.type] ?? 0) + 1 } }),
};
export const tags = {
  $init: { tags: new Set(), last: [] },
  Deposited(s, e) { for (const tag of e.data.tags) s.tags.add(tag); s.last = e.data.tags; },
  Withdrawn(s, { data: { tags } }) { tags.forEach((tag) => s.tags.delete(tag)); },
};
export const mutating = {
  $init: () => [],
  Noted(list, { data: { text, author = 'nobody' } }) { list.unshift(`${author}: ${text}`); list.length = Math.min(list.length, 4); },
  AccountOpened: (list, e) => { list.push(e.data.iban); },
  Closed: () => ['closed'],
};
export const reducers = {
  account: (n = 0) => n + 1,
  'savings-account': { $init: () => 0, InterestPaid: (n, e) => n + e.data.amount },
  current_account: { initialState: 10, evolve: (n, e) => (e.type === 'FeeCharged' ? n - e.data.amount : n) },
};
