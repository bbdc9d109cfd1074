// Castore: a reducer is (aggregate, event) => aggregate; versions are kept by hand.
const opened = (aggregate, { version, aggregateId, payload }) => ({
  aggregateId,
  version,
  owner: `${payload.owner.first} ${payload.owner.last}`,
  balance: 0,
  currency: payload.currency,
  status: 'open',
});

export default (aggregate, event) => {
  const { version, aggregateId } = event;
  switch (event.type) {
    case 'AccountOpened':
      return opened(aggregate, event);
    case 'Deposited':
      return { ...aggregate, version, balance: aggregate.balance + event.payload.amount };
    case 'Withdrawn':
    case 'FeeCharged':
      return { ...aggregate, version, balance: aggregate.balance - event.payload.amount };
    case 'Closed':
      return { ...aggregate, version, status: 'closed' };
    default:
      return { ...aggregate, aggregateId, version };
  }
};

// The library's own default: what does not matter passes the aggregate on.
export const reduceStatus = (aggregate = { status: 'none', at: [] }, event) => {
  const { status } = aggregate;
  const next = { Frozen: 'frozen', Unfrozen: 'open', Closed: 'closed', AccountOpened: 'open' }[event.type] ?? status;
  return next === status ? aggregate : { status: next, at: [...aggregate.at, event.timestamp] };
};

export const movements = (aggregate, event) => {
  const list = aggregate?.list ?? [];
  const sign = event.type === 'Deposited' ? 1 : event.type === 'Withdrawn' ? -1 : 0;
  if (sign === 0) return aggregate;
  return { list: [...list, { v: event.version, amount: sign * event.payload.amount }].slice(-5) };
};
