// The clock and randomness while the module loads: libraries do it, no state depends on it.
const started = Date.now();
const salt = Math.random().toString(36).slice(2);
const cache = new Map([[salt, started]]);
const epoch = new Date();
export const uses = (s = 0, e) => s + (cache.has(salt) ? 1 : 0);
export const times = (s = { n: 0 }, e) => ({ n: s.n + 1, number: typeof started, valid: !Number.isNaN(epoch.getTime()), before: Date.parse(e.timestamp) < Number.MAX_SAFE_INTEGER });
const id = `probe-${Math.random()}`;
export const keys = (s = {}, e) => { const next = { ...s, [id]: e.version }; return { size: Object.keys(next).length, last: next[id] }; };
