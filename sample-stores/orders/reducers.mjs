// How the shop's own window sees orders, payments and shipments: one export for each class. Decimals
// come as texts.
const cents = (text) => Math.round(Number(text) * 100);
const text = (cents) => (cents / 100).toFixed(2);

const on = {
  order: {
    Placed: (_, { number, customer, lines }) => ({
      number, customer, lines, discount: '0.00',
      total: text(lines.reduce((sum, { price, quantity }) => sum + cents(price) * quantity, 0)),
      address: null, status: 'placed', reason: null,
    }),
    VoucherRedeemed(state, { worth }) {
      const off = Math.round(cents(state.total) * worth.percent / 100);
      return { ...state, discount: text(off), total: text(cents(state.total) - off) };
    },
    AddressGiven: (state, { name, street, city }) => ({ ...state, address: { name, street, city } }),
    Paid: (state) => ({ ...state, status: 'paid' }),
    Sent: (state) => ({ ...state, status: 'sent' }),
    Completed: (state) => ({ ...state, status: 'completed' }),
    Cancelled: (state, { reason }) => ({ ...state, status: 'cancelled', reason }),
  },
  payment: {
    Requested: (_, { number, order_id, amount, method }) => ({
      number, order_id, amount, method, captured: '0.00', attempts: 0, status: 'requested',
    }),
    Declined: (state) => ({ ...state, attempts: state.attempts + 1, status: 'declined' }),
    Authorised: (state) => ({ ...state, attempts: state.attempts + 1, status: 'authorised' }),
    Captured: (state, { amount }) => ({
      ...state, captured: text(cents(state.captured) + cents(amount)), status: 'captured',
    }),
  },
  shipment: {
    Prepared: (_, { number, order_id, parcels }) => ({
      number, order_id, parcels, carrier: null, places: [], delivered_at: null,
    }),
    HandedOver: (state, { carrier }) => ({ ...state, carrier }),
    Scanned: (state, { place }) => ({ ...state, places: [...state.places, place] }),
    Delivered: (state, { at }) => ({ ...state, delivered_at: at }),
  },
};

const fold = (handlers) => (state = null, event) => handlers[event.type]?.(state, event.data) ?? state;

export const order = fold(on.order);
export const payment = fold(on.payment);
export const shipment = fold(on.shipment);
