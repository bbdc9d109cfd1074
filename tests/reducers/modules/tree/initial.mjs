// States to begin with, of every kind, each beside a function.
export const zero = { initialState: 0, evolve: (s, e) => s + e.version };
export const text = { initialState: () => '', evolve: (s, e) => (s + e.type[0]).slice(-12) };
export const nothing = { initialState: null, evolve: (s, e) => (s === null ? { first: e.type } : { ...s, last: e.type }) };
export const none = { evolve: (s, e) => ({ was: typeof s === 'undefined' ? 'undefined' : typeof s, n: (s?.n ?? 0) + 1 }) };
export const array = { initialState: () => [[], 0], evolve: ([list, n], e) => [[...list, e.version].slice(-3), n + 1] };
export const dates = { initialState: { at: new Date('2026-10-01'), set: new Set(['first']) }, evolve: (s, e) => ({ at: new Date(e.timestamp), set: new Set([...s.set, e.type]), days: (new Date(e.timestamp) - s.at) / 864e5 }) };
export const mutated = { initialState: { n: 0, list: [] }, evolve(s, e) { s.n++; s.list.push(e.version); if (s.list.length > 3) s.list.shift(); return s; } };
export const frozen = { initialState: Object.freeze({ n: 0 }), evolve: (s, e) => ({ n: s.n + 1, frozen: Object.isFrozen(s) }) };
export const big = { initialState: 0n, evolve: (s, e) => s * 3n + BigInt(e.version) };
export const nan = { initialState: NaN, evolve: (s, e) => (Number.isNaN(s) ? (e.version > 4 ? 0 : NaN) : s - 1) };
export const undefinedLater = (s = { n: 0 }, e) => { if (e.version % 3 === 0) return undefined; return { n: s.n + 1, v: e.version }; };
export const nullLater = (s, e) => (e.version % 4 === 0 ? null : { was: s === null ? 'null' : typeof s, v: e.version });
export const falsy = (s, e) => [0, '', false, null, NaN, -0, 0n][e.version % 7];
export const self = { initialState() { return { me: this === self, n: 0 }; }, evolve(s) { return { me: s.me && this === self, n: s.n + 1 }; } };
