// Redux: a switch, a table, combined reducers, all written by hand.
const initial = { balance: 0, entries: [], pending: false };

export function accountReducer(state = initial, action) {
  switch (action.type) {
    case 'Deposited':
      return { ...state, balance: state.balance + action.payload.amount, entries: [...state.entries, action.payload.on] };
    case 'Withdrawn':
      return { ...state, balance: state.balance - action.payload.amount, pending: action.payload.to === null };
    default:
      return state;
  }
}

const createReducer = (initialState, handlers) => (state = initialState, action) =>
  Object.prototype.hasOwnProperty.call(handlers, action.type) ? handlers[action.type](state, action) : state;

export const cards = createReducer({ byId: {}, allIds: [] }, {
  CardIssued: (state, { payload: { card } }) => ({
    byId: { ...state.byId, [card.id]: { ...card, blocked: false } },
    allIds: [...state.allIds, card.id],
  }),
  CardBlocked: (state, { payload }) => {
    if (!state.byId[payload.id]) return state;
    return { ...state, byId: { ...state.byId, [payload.id]: { ...state.byId[payload.id], blocked: payload.reason ?? true } } };
  },
});

const combine = (reducers) => (state = {}, action) => {
  let changed = false;
  const next = {};
  for (const key of Object.keys(reducers)) {
    next[key] = reducers[key](state[key], action);
    changed = changed || next[key] !== state[key];
  }
  return changed ? next : state;
};
const notes = (state = [], action) => (action.type === 'Noted' ? [...state, action.payload.text].slice(-3) : state);
const limit = (state = null, action) => (action.type === 'LimitChanged' ? action.payload.limit : state);
const frozen = (state = false, action) => ({ Frozen: true, Unfrozen: false })[action.type] ?? state;
export const root = combine({ accountReducer, cards, notes, limit, frozen });

// Undo by past, present, future.
const undoable = (reducer) => (state = { past: [], present: reducer(undefined, { type: '@@INIT' }), future: [] }, action) => {
  if (action.type === 'FeeCharged' && state.past.length > 0) {
    const past = state.past.slice(0, -1);
    return { past, present: state.past.at(-1), future: [state.present, ...state.future].slice(0, 4) };
  }
  const present = reducer(state.present, action);
  return present === state.present ? state : { past: [...state.past, state.present].slice(-4), present, future: [] };
};
export const history = undoable(limit);
export const counted = undoable((state = 0, action) => (action.type === 'Deposited' ? state + 1 : state));
