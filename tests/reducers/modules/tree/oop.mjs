// Objects that talk to each other: observers, visitors, commands, builders, state pattern.
class Emitter { handlers = {}; on(type, f) { (this.handlers[type] ??= []).push(f); return this; } emit(type, ...given) { (this.handlers[type] ?? []).forEach((f) => f(...given)); } }
export class Projection extends Emitter {
  names = []; removed = 0;
  constructor() { super(); this.on('NodeAdded', ({ name }) => this.names.push(name)).on('NodeRemoved', () => this.removed++); }
  apply({ type, data }) { this.emit(type, data); if (this.names.length > 4) this.names.shift(); }
  toJSON() { return { names: this.names, removed: this.removed }; }
}
class Open { handle(e) { return e.type === 'NodeRemoved' ? new Shrunk(1) : this; } get label() { return 'open'; } }
class Shrunk { constructor(by) { this.by = by; } handle(e) { return e.type === 'NodeAdded' ? (this.by > 1 ? new Shrunk(this.by - 1) : new Open()) : e.type === 'NodeRemoved' ? new Shrunk(this.by + 1) : this; } get label() { return `shrunk by ${this.by}`; } }
export const statePattern = (s = { at: new Open(), labels: [] }, e) => { const at = s.at.handle(e); return { at, labels: at === s.at ? s.labels : [...s.labels, at.label].slice(-3), kind: at.constructor.name }; };
class Builder { #parts = []; add(part) { this.#parts.push(part); return this; } build() { return this.#parts.join('/'); } }
export const built = (s, e) => new Builder().add(e.type).add(e.version).add(typeof e.data).build();
class Folder { constructor(name) { this.name = name; this.items = []; } accept(v) { return v.folder(this); } }
class Leaf { constructor(name) { this.name = name; } accept(v) { return v.leaf(this); } }
const size = { folder: (f) => 1 + f.items.reduce((n, it) => n + it.accept(size), 0), leaf: () => 1 };
export const visited = (s = { root: new Folder('root'), size: 1 }, e) => { if (e.type === 'NodeAdded') s.root.items.push(e.data.kind === 'folder' ? new Folder(e.data.name) : new Leaf(e.data.name)); if (s.root.items.length > 6) s.root.items.shift(); return { root: s.root, size: s.root.accept(size) }; };
class Command { constructor(by) { this.by = by; } do(n) { return n + this.by; } undo(n) { return n - this.by; } }
export const undo = (s = { n: 0, done: [] }, e) => { if (e.type === 'NodeRemoved' && s.done.length) { const last = s.done.at(-1); return { n: last.undo(s.n), done: s.done.slice(0, -1) }; } const command = new Command(e.version); return { n: command.do(s.n), done: [...s.done, command].slice(-3) }; };
class Version { static #compare = (a, b) => a.n - b.n; constructor(n) { this.n = n; } [Symbol.toPrimitive](hint) { return hint === 'string' ? `v${this.n}` : this.n; } static latest(list) { return [...list].sort(Version.#compare).at(-1); } static [Symbol.hasInstance](o) { return typeof o?.n === 'number'; } }
export const versions = (s = { list: [], latest: null }, e) => { const list = [...s.list, new Version((e.version * 13) % 50)].slice(-5); const latest = Version.latest(list); return { list, latest, text: `${latest}`, sum: list.reduce((a, b) => a + +b, 0), duck: { n: 1 } instanceof Version }; };
class Temperature { static fromTree(n) { const t = new this(); t.celsius = n; return t; } set celsius(c) { this.kelvin = c + 273.15; } get celsius() { return +(this.kelvin - 273.15).toFixed(2); } }
class Warm extends Temperature { get celsius() { return super.celsius + 1; } set celsius(c) { super.celsius = c; } }
export const accessors = (s, e) => { const w = Warm.fromTree(e.version / 4); return { w, celsius: w.celsius, own: Object.keys(w), is: w instanceof Temperature }; };
export class Aggregate { static initial() { return new Aggregate(); } version = 0; pending = new Map(); when(e) { this.version = e.version; this.constructor.handlers[e.type]?.call(this, e.data); } static handlers = { NodeAdded({ id, points }) { this.pending.set(id, points); }, NodeRemoved({ id }) { this.pending.delete(id); } }; }
export class Late { count = 0; onNodeAdded() { this.count++; return this.count; } onTagged({ data }) { this.tags = data.tags; } on_linked(e) { this.weight = (this.weight ?? 0) + e.data.weight; } }
function Old() { this.seen = []; } Old.prototype.apply = function (e) { this.seen = this.seen.concat(e.type[0]).slice(-6); };
export const older = (s = new Old(), e) => { s.apply(e); return s; };
export const array = (s = Object.assign(Object.create(Array.prototype), { length: 0 }), e) => { Array.prototype.push.call(s, e.version); if (s.length > 3) Array.prototype.shift.call(s); return { ...s, joined: Array.prototype.join.call(s, '-'), is: Array.isArray(s) }; };
