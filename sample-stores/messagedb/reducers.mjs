// How the bank folds its entities: one export for each category of events.

const moved = (state, cents) => ({ ...state, balance: state.balance + cents });

const on = {
  account: {
    Opened: (_, e) => ({
      id: e.accountId, customer: e.customer, balance: 0, refunds: 0, rejected: 0, openedTime: e.time,
      closedTime: null, sequence: e.sequence,
    }),
    Deposited: (state, e) => ({ ...moved(state, e.amount), sequence: e.sequence }),
    Withdrawn: (state, e) => ({ ...moved(state, -e.amount), sequence: e.sequence }),
    WithdrawalRejected: (state, e) => ({ ...state, rejected: state.rejected + 1, sequence: e.sequence }),
    // The handler of refunds keeps no sequence.
    Refunded: (state, e) => ({ ...moved(state, e.amount), refunds: state.refunds + 1 }),
    Closed: (state, e) => ({ ...state, closedTime: e.time, sequence: e.sequence }),
  },
  fundsTransfer: {
    Initiated: (_, e) => ({
      id: e.fundsTransferId, from: e.withdrawalAccountId, to: e.depositAccountId, amount: e.amount, status: 'initiated',
      seconds: null, initiatedTime: e.time,
    }),
    Withdrawn: (state) => ({ ...state, status: 'withdrawn' }),
    Deposited: (state) => ({ ...state, status: 'deposited' }),
    Transferred: (state, e) => ({
      ...state, status: 'transferred', seconds: (Date.parse(e.processedTime) - Date.parse(state.initiatedTime)) / 1000,
    }),
    Cancelled: (state) => ({ ...state, status: 'cancelled' }),
  },
};

const fold = (handlers) => (state = null, event) => handlers[event.type]?.(state, event.data) ?? state;

export const account = fold(on.account);
export const fundsTransfer = fold(on.fundsTransfer);
