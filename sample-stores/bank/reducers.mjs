// How the bank sees its own events: one reducer per category, named like it.
// Amounts are integers in minor units (cents), so sums are exact.

const without = (object, key) => {
  const { [key]: _, ...rest } = object;
  return rest;
};

// Books one amount (positive in, negative out) and everything that follows from it.
const book = (state, event, amount, text) => {
  const { at } = event.data;
  const balance = state.balance + amount;
  const month = at.slice(0, 7);
  const totals = state.monthly[month] ?? { in: 0, out: 0, fees: 0 };
  const column = event.type === 'FeeCharged' ? 'fees' : amount < 0 ? 'out' : 'in';
  const overdrawn = balance < 0;
  const since = overdrawn ? state.overdraft.since ?? at : null;
  const times = state.overdraft.times + (overdrawn && state.overdraft.since === null ? 1 : 0);
  const flags = state.flags.filter((flag) => flag !== 'overdrawn' && flag !== 'over-limit');
  if (overdrawn) flags.push('overdrawn');
  if (balance < -state.overdraft.limit) flags.push('over-limit');
  return {
    ...state,
    balance,
    available: balance - held(state.holds),
    overdraft: { ...state.overdraft, since, times },
    flags,
    entries: state.entries + 1,
    monthly: { ...state.monthly, [month]: { ...totals, [column]: totals[column] + Math.abs(amount) } },
    lastEntry: { type: event.type, amount, text, at },
  };
};

const held = (holds) => Object.values(holds).reduce((sum, hold) => sum + hold.amount, 0);

const withHolds = (state, holds) => ({ ...state, holds, available: state.balance - held(holds) });

export const account = {
  initialState: () => ({
    status: 'none',
    product: null,
    currency: null,
    owner: null,
    balance: 0,
    available: 0,
    overdraft: { limit: 0, feeRate: 0, since: null, times: 0 },
    dailyLimit: null,
    holds: {},
    flags: [],
    entries: 0,
    monthly: {},
    lastEntry: null,
  }),

  evolve: (state, event) => {
    const { data } = event;
    switch (event.type) {
      case 'AccountOpened':
        return {
          ...state,
          status: 'open',
          product: data.product,
          currency: data.currency,
          owner: data.owner,
          overdraft: { ...state.overdraft, ...data.overdraft },
          dailyLimit: data.dailyLimit,
        };
      case 'Deposited':
        return book(state, event, data.amount, data.reference);
      case 'InterestPaid':
        return book(state, event, data.amount, `interest ${data.period}`);
      case 'TransferReceived':
        return book(state, event, data.amount, `from ${data.from.name}`);
      case 'TransferSent':
        return book(state, event, -data.amount, `to ${data.to.name}`);
      case 'Withdrawn':
        return book(state, event, -data.amount, data.merchant?.name ?? data.channel);
      case 'FeeCharged':
        return book(state, event, -data.amount, `${data.kind} fee`);
      case 'HoldPlaced':
        return withHolds(state, {
          ...state.holds,
          [data.holdId]: { amount: data.amount, merchant: data.merchant.name, since: data.at },
        });
      case 'HoldReleased':
        return withHolds(state, without(state.holds, data.holdId));
      case 'LimitChanged':
        return data.limit === 'overdraft'
          ? { ...state, overdraft: { ...state.overdraft, limit: data.to } }
          : { ...state, dailyLimit: data.to };
      case 'OwnerUpdated': {
        const { address, contact, ...rest } = data.changes;
        return {
          ...state,
          owner: {
            ...state.owner,
            ...rest,
            address: { ...state.owner.address, ...address },
            contact: { ...state.owner.contact, ...contact },
          },
        };
      }
      default:
        return state;
    }
  },
};

const judge = (risk, authorisation) => ({
  highest: Math.max(risk.highest, authorisation.risk.score),
  lastRules: authorisation.risk.rules,
});

export const card = {
  initialState: () => ({
    status: 'none',
    account: null,
    holder: null,
    last4: null,
    limits: {},
    open: {},
    captured: { count: 0, total: 0, byCategory: {} },
    declined: { count: 0, last: null },
    risk: { highest: 0, lastRules: [] },
  }),

  evolve: (state, event) => {
    const { data } = event;
    switch (event.type) {
      case 'CardIssued':
        return { ...state, status: 'issued', account: data.account, holder: data.holder, last4: data.last4, limits: data.limits };
      case 'CardActivated':
        return { ...state, status: 'active' };
      case 'PaymentAuthorised':
        return {
          ...state,
          open: { ...state.open, [data.paymentId]: { amount: data.amount, merchant: data.merchant, since: data.at } },
          risk: judge(state.risk, data.authorisation),
        };
      case 'PaymentCaptured': {
        const { count, total, byCategory } = state.captured;
        const { category } = data.merchant;
        return {
          ...state,
          open: without(state.open, data.paymentId),
          captured: {
            count: count + 1,
            total: total + data.amount,
            byCategory: { ...byCategory, [category]: (byCategory[category] ?? 0) + data.amount },
          },
        };
      }
      case 'PaymentReversed':
        return { ...state, open: without(state.open, data.paymentId) };
      case 'PaymentDeclined':
        return {
          ...state,
          declined: { count: state.declined.count + 1, last: { reason: data.reason, amount: data.amount, merchant: data.merchant.name, at: data.at } },
          risk: judge(state.risk, data.authorisation),
        };
      case 'CardLimitChanged':
        return { ...state, limits: { ...state.limits, [data.limit]: data.to } };
      case 'CardBlocked':
        return { ...state, status: 'blocked', block: { reason: data.reason, since: data.at } };
      case 'CardUnblocked':
        return without({ ...state, status: 'active' }, 'block');
      default:
        return state;
    }
  },
};

export const transfer = {
  initialState: () => ({
    status: 'none',
    order: null,
    executions: [],
    sent: 0,
    failures: 0,
  }),

  evolve: (state, event) => {
    const { data } = event;
    const last = state.executions.length - 1;
    const mark = (change) => state.executions.map((run, i) => (i === last ? { ...run, ...change } : run));
    switch (event.type) {
      case 'TransferOrdered':
        return { ...state, status: 'active', order: { from: data.from, to: data.to, amount: data.amount, every: data.every, remittance: data.remittance } };
      case 'AmountChanged':
        return { ...state, order: { ...state.order, amount: data.to } };
      case 'ExecutionStarted':
        return { ...state, executions: [...state.executions, { number: data.number, amount: data.amount, step: 'started', startedAt: data.at }] };
      case 'AccountDebited':
        return { ...state, executions: mark({ step: 'debited' }) };
      case 'AccountCredited':
        return { ...state, executions: mark({ step: 'credited' }) };
      case 'ExecutionCompleted':
        return { ...state, sent: state.sent + data.amount, executions: mark({ step: 'completed', completedAt: data.at }) };
      case 'ExecutionFailed':
        return { ...state, failures: state.failures + 1, executions: mark({ step: 'failed', reason: data.reason }) };
      case 'TransferCancelled':
        return { ...state, status: 'cancelled', cancelledAt: data.at };
      default:
        return state;
    }
  },
};
