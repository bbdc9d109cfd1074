// Objects: descriptors, freezing, prototypes, inheritance without classes, odd keys.
export const frozen = (s = Object.freeze({ n: 0, list: Object.freeze([]) }), e) => Object.freeze({ n: s.n + 1, list: Object.freeze([...s.list, Object.isFrozen(s)].slice(-3)) });
const deepFreeze = (o) => { Object.values(o).forEach((v) => typeof v === 'object' && v !== null && deepFreeze(v)); return Object.freeze(o); };
export const deeplyFrozen = (s = deepFreeze({ cart: { lines: [] }, n: 0 }), e) => deepFreeze({ ...s, n: s.n + 1, cart: { lines: e.data.sku ? [...s.cart.lines, { sku: e.data.sku }].slice(-3) : s.cart.lines } });
export const nullObject = (s = Object.create(null), e) => { s[e.type] = (s[e.type] ?? 0) + 1; s.bare = Object.getPrototypeOf(s) === null && !('toString' in s); return s; };
const base = { describe() { return `${this.name}/${this.count}`; }, count: 0 };
export const delegating = (s = Object.assign(Object.create(base), { name: 'cart' }), e) => { s.count = s.count + 1; s.text = s.describe(); s.own = Object.hasOwn(s, 'describe'); return s; };
export const descriptors = (s = {}, e) => { Object.defineProperty(s, 'hidden', { value: (s.hidden ?? 0) + 1, writable: true, enumerable: false, configurable: true }); s.shown = s.hidden; s.names = Object.getOwnPropertyNames(s).length; return s; };
export const oddKeys = (s = {}, e) => ({ ...s, '': 1, ' ': 2, 'a.b': 3, 'a/b': 4, '~': 5, ['__proto__']: e.version, constructor: 'c', toString: 't', ünï: e.type, [e.data.sku]: 1 });
export const hasOwn = (s = {}, e) => { const key = e.data.sku ?? 'constructor'; return { ...s, [key]: Object.hasOwn(s, key) ? s[key] + 1 : 0, isIn: 'constructor' in s }; };
export const sealed = (s = Object.seal({ n: 0, type: null }), e) => { s.n += 1; s.type = e.type; try { s.other = 1; } catch (error) { s.n += error instanceof TypeError ? 0 : 100; } return s; };
const STATUS = Object.freeze({ OPEN: Object.freeze({ name: 'open' }), PAID: Object.freeze({ name: 'paid' }) });
export const constants = (s = { status: STATUS.OPEN }, e) => ({ status: e.type === 'CheckedOut' ? STATUS.PAID : s.status, isOpen: s.status === STATUS.OPEN, known: Object.values(STATUS).includes(s.status) });
const KINDS = { added: { name: 'added', seen: 0 }, other: { name: 'other', seen: 0 } };
export const moduleObjects = (s = { kind: KINDS.other, same: 0 }, e) => { const kind = e.type === 'ItemAdded' ? KINDS.added : KINDS.other; return { kind, same: s.same + (s.kind === kind ? 1 : 0), isKind: Object.values(KINDS).includes(s.kind) }; };
class Size { static SMALL = new Size('S'); static LARGE = new Size('L'); constructor(label) { this.label = label; } static of(n) { return n > 2 ? Size.LARGE : Size.SMALL; } }
export const statics = (s = { size: Size.SMALL, changes: 0 }, e) => { const size = Size.of(e.data.qty ?? 0); return { size, changes: s.changes + (size !== s.size), large: s.size === Size.LARGE }; };
export const symbols = (() => { const OPEN = Symbol('open'), PAID = Symbol('paid'); return (s = { status: OPEN, text: '' }, e) => { const status = e.type === 'CheckedOut' ? PAID : s.status; return { status, text: status.description, open: s.status === OPEN }; }; })();
export const getters = (s = { lines: [], get count() { return this.lines.length; }, get last() { return this.lines.at(-1) ?? null; } }, e) => { if (e.data.sku) s.lines.push(e.data.sku); if (s.lines.length > 3) s.lines.shift(); return s; };
export const lazyValue = (s = { get value() { const value = 'made'; Object.defineProperty(this, 'value', { value, enumerable: true }); return value; }, n: 0 }, e) => { s.n++; if (e.version > 10) s.seen = s.value; return s; };
export const mixins = (() => { const Counts = (Base) => class extends Base { n = 0; count() { this.n++; return this; } }; const Names = (Base) => class extends Base { names = []; name(x) { this.names = [...this.names, x].slice(-2); return this; } }; class Cart extends Counts(Names(Object)) {} return (s = new Cart(), e) => s.count().name(e.type); })();
export const boxed = (s, e) => ({ n: new Number(e.version).valueOf(), t: new String(e.type).length, o: Object(e.version) instanceof Number, b: Boolean(new Boolean(false)), k: Object.keys(Object('ab')) });
