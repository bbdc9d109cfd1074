// Proxies, Reflect, symbols, getters and setters in the state.
const observe = (target, log = []) => new Proxy(target, { set(object, key, value) { log.push(key); object[key] = value; return true; }, get: (object, key) => (key === 'log' ? log.length : object[key]) });
export const observed = (s = observe({ n: 0, writes: 0 }), e) => { s.n = e.version; s.writes = s.log; return s; };
export const defaulted = (s = new Proxy({}, { get: (o, k) => (k in o ? o[k] : k === 'toJSON' ? undefined : 0) }), e) => { s[e.type] = s[e.type] + 1; return s; };
export const validated = (s = new Proxy({ ok: 0 }, { set: (o, k, v) => { if (typeof v !== 'number') throw new TypeError(`${String(k)} must be a number`); o[k] = v; return true; } }), e) => { s.ok++; if (e.version === 60) s.ok = 'text'; return s; };
const produce = (base, recipe) => { const copies = new Map(); const draft = new Proxy({}, { get: (_, k) => (copies.has(k) ? copies.get(k) : base[k]), set: (_, k, v) => { copies.set(k, v); return true; }, has: (_, k) => k in base }); recipe(draft); return copies.size ? Object.freeze({ ...base, ...Object.fromEntries(copies) }) : base; };
export const drafted = (s = Object.freeze({ n: 0, types: [] }), e) => produce(s, (draft) => { draft.n++; if (!draft.types.includes(e.type)) draft.types = [...draft.types, e.type]; });
export const accessors = (s = { get double() { return this.n * 2; }, set tripled(n) { this.n = n * 3; }, n: 0 }, e) => { s.tripled = e.version; return s; };
export const spreadGetter = (s, e) => ({ ...{ get now() { return e.version; } }, keys: Object.keys(s ?? {}) });
export const iterable = (s = { *[Symbol.iterator]() { for (let i = 0; i < this.n; i++) yield i; }, n: 0 }, e) => { s.n = e.version % 6; s.all = [...s]; return s; };
export const primitive = (s = { n: 1, [Symbol.toPrimitive](hint) { return hint === 'string' ? `#${this.n}` : this.n; } }, e) => { s.n = +s + 1; s.text = `${s}`; s.sum = s + 1; return s; };
export const registry = (s = {}, e) => { s[Symbol.for('app.count')] = (s[Symbol.for('app.count')] ?? 0) + 1; return { ...s, count: s[Symbol.for('app.count')], tag: Symbol.keyFor(Symbol.for('app.count')) }; };
export const tagged = (s, e) => Object.prototype.toString.call({ get [Symbol.toStringTag]() { return e.type; } });
export const reflect = (s = {}, e) => { Reflect.set(s, e.type, Reflect.has(s, e.type)); Reflect.deleteProperty(s, 'Noted'); return Object.defineProperty(s, 'hidden', { value: Reflect.ownKeys(s).length, enumerable: e.version % 2 === 0, configurable: true }); };
