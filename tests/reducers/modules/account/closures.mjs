// Functions in the state: closures, bound methods, arrow fields, curried steps.
const makeCounter = () => { let n = 0; return { up: (by = 1) => (n += by), get value() { return n; } }; };
export const closure = (s = { counter: makeCounter(), log: [] }, e) => ({ counter: s.counter, log: [...s.log, s.counter.up(e.version)].slice(-3) });
class Tally { all = 0; bump = () => { this.all++; }; constructor() { this.note = this.note.bind(this); } note(e) { this.last = e.type; this.bump(); } }
export const bound = (s = new Tally(), e) => { const { note } = s; note(e); return s; };
const idle = (balance) => (e) => (e.type === 'Deposited' ? busy(balance + e.data.amount, 1) : idle(balance));
const busy = (balance, n) => (e) => (e.type === 'Withdrawn' ? (n > 1 ? busy(balance - e.data.amount, n - 1) : idle(balance - e.data.amount)) : e.type === 'Deposited' ? busy(balance + e.data.amount, n + 1) : busy(balance, n));
export const machine = (s = { next: idle(0), name: 'idle' }, e) => { const next = s.next(e); return { next, name: next.name, length: next.length }; };
export const generator = (s = { it: (function* () { let sum = 0; for (;;) sum += (yield sum) ?? 0; })(), sum: 0 }, e) => { if (s.sum === 0) s.it.next(); return { it: s.it, sum: s.it.next(e.version).value }; };
export const lazy = (s = { thunks: [] }, e) => { const thunks = [...s.thunks, () => e.version * 2].slice(-3); return { thunks, sum: thunks.reduce((sum, f) => sum + f(), 0) }; };
export const subscribers = (s, e) => { if (!s) { const state = { heard: 0, listeners: [] }; state.listeners.push((x) => { state.heard += x; }); return state; } s.listeners.forEach((f) => f(e.version)); return s; };
export const privateCount = (() => { class Box { #n = 0; add(n) { this.#n += n; return this; } toJSON() { return { n: this.#n }; } } return (s = new Box(), e) => s.add(e.version); })();
export const symbolKeyed = (() => { const HIDDEN = Symbol('hidden'); return (s = { shown: 0, [HIDDEN]: 0 }, e) => ({ shown: s[HIDDEN], [HIDDEN]: s[HIDDEN] + e.version }); })();
export const compose = ((...steps) => (s = {}, e) => steps.reduce((state, step) => step(state, e), s))((s, e) => ({ ...s, n: (s.n ?? 0) + 1 }), (s, e) => ({ ...s, [`t${s.n % 3}`]: e.type }), (s) => ({ ...s, keys: Object.keys(s).length }));
