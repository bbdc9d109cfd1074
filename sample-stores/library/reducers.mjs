// How revision 2 of the program sees copies and readers: one export for each class. What revision 1
// stored is read as `upcast_v1_v2` of lending.py has it.
const days = (time, count) => new Date(Date.parse(time) + count * 86_400_000).toISOString().slice(0, 10);

const on = {
  copy: {
    Acquired: (_, { number, title, author }) => ({
      number, title, author, reader: null, due: null, loans: 0, condition: 'good',
    }),
    Lent: (state, { class_version = 1, reader, until, timestamp }) => ({
      ...state, reader, due: class_version < 2 ? days(timestamp, 21) : until, loans: state.loans + 1,
    }),
    Renewed: (state, { until }) => ({ ...state, due: until }),
    Returned: (state) => ({ ...state, reader: null, due: null }),
    Inspected: (state, { condition }) => ({ ...state, condition }),
  },
  reader: {
    Joined: (_, { number, name }) => ({ number, name, owes: 0, fees: [] }),
    FeeCharged: (state, { copy, days, cents }) => ({
      ...state, owes: state.owes + cents, fees: [...state.fees, { copy, days, cents }],
    }),
    FeePaid: (state, { cents }) => ({ ...state, owes: state.owes - cents }),
  },
};

const fold = (handlers) => (state = null, event) => handlers[event.type]?.(state, event.data) ?? state;

export const copy = fold(on.copy);
export const reader = fold(on.reader);
