// How the workshop sees a repair: the same fold as State.java.
const none = {
  repairId: null, status: 'unknown', customer: null, bike: null, wish: null, work: [], quoted: 0, parts: 0,
  fitted: [], minutes: 0, due: 0, reason: null,
};

const by = {
  Booked: (state, { repairId, customer, bike, wish }) => ({ ...state, repairId, status: 'booked', customer, bike, wish }),
  Quoted: (state, { cents, work }) => ({ ...state, status: 'quoted', work, quoted: cents }),
  QuoteAccepted: (state) => ({ ...state, status: 'accepted' }),
  QuoteDeclined: (state, { reason }) => ({ ...state, status: 'declined', reason }),
  PartFitted: (state, { part, cents }) => ({ ...state, parts: state.parts + cents, fitted: [...state.fitted, part] }),
  Finished: (state, { minutes, cents }) => ({
    ...state, status: 'finished', minutes: state.minutes + minutes, due: state.due + cents,
  }),
  Collected: (state, { paidCents }) => ({ ...state, status: 'collected', due: state.due - paidCents }),
};

export const repair = (state = none, event) => by[event.type]?.(state, event.data) ?? state;
