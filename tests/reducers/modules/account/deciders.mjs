// Deciders as objects, some with `this`, some with `reducer` for `evolve`.
export const balance = {
  initialState: { balance: 0, low: 0, high: 0 },
  decide: () => [],
  evolve(state, { type, data }) {
    const by = { Deposited: 1, InterestPaid: 1, Withdrawn: -1, FeeCharged: -1 }[type] ?? 0;
    if (by === 0) return state;
    const balance = state.balance + by * data.amount;
    return { balance, low: Math.min(state.low, balance), high: Math.max(state.high, balance) };
  },
};

export const withThis = {
  limit: 250,
  initialState() { return { over: 0, limit: 0 }; },
  isOver(amount) { return amount > this.limit; },
  evolve(state, event) {
    if (event.data.amount === undefined) return state;
    return { over: state.over + (this.isOver(event.data.amount) ? 1 : 0), limit: this.limit };
  },
};

export const named = {
  name: 'named',
  initialState: [],
  reducer: (state, event) => (event.data.text ? state.concat({ [event.version]: event.data.text.length }) : state),
};

const create = ({ start, on }) => Object.freeze({
  initialState: start,
  evolve: (state, event) => on[event.type]?.(state, event.data, event) ?? state,
});
export const made = create({
  start: () => ({ owner: null, renamed: 0 }),
  on: {
    AccountOpened: (state, { owner }) => ({ ...state, owner }),
    OwnerRenamed: (state, { name }) => ({ owner: { ...state.owner, ...name }, renamed: state.renamed + 1 }),
  },
});
