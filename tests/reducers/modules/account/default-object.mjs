const initialState = () => ({ types: {} });
const evolve = (state, { type }) => ({ types: { ...state.types, [type]: (state.types[type] ?? 0) + 1 } });
export default { initialState, evolve, decide: () => [], project: (state) => state };
