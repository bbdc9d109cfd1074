// Promises by mistake: refused at the event that returns one.
export default async function reducer(state = { n: 0 }, event) { await null; return { n: state.n + 1 }; }
export const sometimes = (s = 0, e) => (e.type === 'Tagged' ? new Promise((done) => done(s)) : s + 1);
export const decider = { initialState: () => ({ n: 0 }), evolve: async (s, e) => ({ n: s.n + 1 }) };
export const inside = (s = { n: 0 }, e) => ({ n: s.n + 1, later: e.version === 20 ? Promise.resolve(1) : null });
export const unawaited = (s = { n: 0 }, e) => { (async () => { await null; s.n += 1000; })(); return { n: s.n + 1 }; };
export const asyncGenerator = (s = { n: 0 }, e) => { const it = (async function* () { yield 1; })(); return { n: s.n + 1, kind: Object.prototype.toString.call(it), method: typeof it.next }; };
