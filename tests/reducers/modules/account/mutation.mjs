// State changed in place; returned or not.
export const initialState = () => ({ total: 0, items: [], index: {} });
export function quiet(state, event) {
  state.total += event.data.amount ?? 0;
  state.items.push(event.version);
  if (state.items.length > 6) state.items.splice(1, 2);
}
export function indexed(state, { type, data }) {
  (state.index[type] ||= []).push(data.amount);
  state.index[type] = state.index[type].slice(-2);
  delete state.index.Noted;
  state.total++;
  return state;
}
export const swap = (state, event) => {
  [state.a, state.b] = [state.b ?? 0, (state.a ?? 0) + event.version];
  state.items.length = 0;
  state.items.unshift(state.a, state.b);
  state.items.reverse();
};
export const shared = (state, event) => {
  state.first ??= { n: 0 };
  state.second = state.first;
  state.second.n++;
  state.same = state.first === state.second;
  if (event.version % 10 === 0) state.first = { ...state.first };
};
export const holes = (state, event) => {
  state.items[event.version % 7] = event.type[0];
  if (event.version === 5) delete state.items[3];
  state.count = state.items.filter(() => true).length;
  state.total = state.items.length;
};
export const eventsToo = (state, event) => {
  event.data.seen = true;
  event.extra = state.total++;
  state.items = [event.data, event.metadata];
  state.index[event.type] = event;
};
