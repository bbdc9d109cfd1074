function reduce(state, event) { return { ...state, n: state.n + 1, type: event.type }; }
const initial = { n: 0 };
export { reduce as default, initial as initialState };
