// Modules that keep something outside of the state: as in Node each event passes once.
let calls = 0;
export const counter = (s, e) => ({ calls: ++calls, version: e.version });
const cache = new Map();
const slow = (key) => { if (!cache.has(key)) cache.set(key, { key, hits: 0 }); const it = cache.get(key); it.hits++; return it; };
export const memoized = (s = [], e) => [...s, `${slow(e.type).key}:${slow(e.type).hits}`].slice(-4);
const seen = new Set();
export const unique = (s = { unique: 0, again: 0 }, e) => { const name = e.data.from?.name; if (name === undefined) return s; const again = seen.has(name); seen.add(name); return again ? { ...s, again: s.again + 1 } : { ...s, unique: s.unique + 1 }; };
const sequence = (function* () { let n = 100; for (;;) yield n++; })();
export const numbered = (s = [], e) => [...s, sequence.next().value].slice(-5);
const log = [];
export const logged = (s = 0, e) => { log.push(e.type); return { s: log.length, last: log.at(-2) ?? null }; };
class Registry { static instance = new Registry(); static nextId = 1; items = {}; add(item) { this.items[Registry.nextId++] = item; return Object.keys(this.items).length; } }
export const singleton = (s = 0, e) => (e.data.card ? Registry.instance.add(e.data.card.id) : s);
const defaults = { count: 0, tags: [] };
export const sharedDefault = (s = defaults, e) => { s.count++; if (e.data.tags?.length) s.tags.push(...e.data.tags.slice(0, 1)); return s; };
var previous;
export const versusPrevious = (s = 0, e) => { const gap = previous ? Date.parse(e.timestamp) - Date.parse(previous.timestamp) : 0; previous = e; return Math.max(s, gap); };
export const onFunction = Object.assign((s = 0, e) => { onFunction.count += e.version; return onFunction.count; }, { count: 0 });
const once = (f) => { let done = false, value; return (...given) => (done ? value : ((done = true), (value = f(...given)))); };
const firstType = once((e) => e.type + e.version);
export const onlyOnce = (s = 0, e) => [s === 0 ? 1 : s[0] + 1, firstType(e)];
