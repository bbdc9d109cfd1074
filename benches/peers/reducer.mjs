// The reducers both sides run, Castore and Eventglass, from this one file:
//
//     eventglass … --reducer benches/peers/reducer.mjs#merge
//
// They change the state in place, the cheapest way a JavaScript library can be given.

// Shallow merge of the payload's own keys into the state.
export const merge = (state, event) => Object.assign(state ?? {}, event.payload);

// A cart with an account beside it: a map of items that come and go (null takes one out),
// and the last figures of the account.
export const cart = (state, event) => {
  const s = state ?? { items: {}, lines: 0, changes: 0, account: { balance: 0, status: null, payments: 0 }, total: 0, updatedBy: null };
  const { payload } = event;
  s.changes += 1;
  switch (event.type) {
    case 'ItemSet':
    case 'ItemRemoved':
      for (const sku in payload.items) {
        const item = payload.items[sku];
        if (item === null) {
          if (sku in s.items) {
            delete s.items[sku];
            s.lines -= 1;
          }
        } else {
          if (!(sku in s.items)) s.lines += 1;
          s.items[sku] = item;
        }
      }
      s.total = payload.total;
      break;
    case 'Deposited':
      s.account.balance = payload.balance;
      s.account.status = payload.status;
      s.account.payments += 1;
      break;
    default:
  }
  if (payload.updatedBy !== undefined) s.updatedBy = payload.updatedBy;
  return s;
};
