export default {
  Deposited: (state = { in: 0 }, event) => ({ ...state, in: state.in + event.data.amount }),
  Withdrawn: (state = { in: 0 }, event) => ({ ...state, out: (state.out ?? 0) + event.data.amount }),
};
