// Immutable updates by spread, nested; and helpers that set by path.
export const nested = (state = { a: { b: { c: 0, list: [] } }, meta: {} }, e) => ({
  ...state,
  a: { ...state.a, b: { ...state.a.b, c: state.a.b.c + 1, list: [...state.a.b.list, e.type].slice(-3) } },
  meta: { ...state.meta, ...e.metadata, [e.type]: e.version },
});
export const omit = (state = {}, { type, version, data }) => {
  const { [type]: gone, ...rest } = state;
  return { ...rest, [type]: [gone?.[1] ?? null, version], amount: data?.amount };
};
const setIn = (object, [head, ...rest], value) => {
  const base = object ?? (typeof head === 'number' ? [] : {});
  if (Array.isArray(base)) { const copy = base.slice(); copy[head] = rest.length ? setIn(base[head], rest, value) : value; return copy; }
  return { ...base, [head]: rest.length ? setIn(base[head], rest, value) : value };
};
export const paths = (state, e) => setIn(state, ['by', e.type, 'v', e.version % 4], e.data.amount ?? e.id.slice(0, 4));
export const merged = (state = {}, e) => Object.assign({}, state, e.data);
export const whole = (state, event) => ({ ...event, seen: (state?.seen ?? 0) + 1 });
export const kept = (state = [], event) => [...state, event].slice(-2);
export const rest = ([first, ...others] = [], { type }) => (others.length > 4 ? [...others, type] : [first ?? 'none', ...others, type]);
export const entries = (state = {}, { type }) => Object.fromEntries(Object.entries({ ...state, [type]: (state[type] ?? 0) + 1 }).sort(([, a], [, b]) => b - a));
