// Clock and randomness: refused by name in every host, whatever the module does about it.
export const refusedAt = { clock: 7, created: 11, called: 12, random: 4, caught: 5, optional: 31, uuid: 21, bytes: 4, held: 10, destructured: 10, reflected: 10, extended: 10, fallback: 10, hrtime: 10 };
export const clock = (s = [], e) => (e.version < 7 ? [...s, e.type] : [...s, Date.now() > 0]);
export const created = (s = {}, e) => (e.type === 'Noted' ? { ...s, at: new Date().getFullYear() > 2000 } : { ...s, n: e.version });
export const called = (s = 0, e) => (e.version === 12 ? Date().length : s + 1);
export const random = (s = 0, e) => (e.type === 'CardIssued' ? Math.floor(Math.random()) : s + 1);
export const caught = (s = 0, e) => { try { return e.version > 4 ? Math.random() * 0 : s + 1; } catch { return -1; } };
export const optional = (s = 0, e) => (e.version > 30 && globalThis.performance?.now?.() > 0 ? 1 : s + 1);
export const uuid = (s = [], e) => (e.version > 20 ? [...s, crypto.randomUUID().length] : [e.id]);
export const bytes = (s = 0, e) => (e.version > 3 ? crypto.getRandomValues(new Uint8Array(4)).length : s + 1);
const now = Date.now;
export const held = (s = 0, e) => (e.version > 9 ? Math.sign(now()) : s + 1);
const { random: chance } = Math;
export const destructured = (s = 0, e) => (e.version > 9 ? Math.min(chance(), 0) : s + 1);
export const reflected = (s = 0, e) => (e.version > 9 ? Reflect.construct(Date, []).getTime() * 0 : s + 1);
class Stamp extends Date {}
export const extended = (s = 0, e) => (e.version > 9 ? new Stamp().getTime() * 0 : s + 1);
export const fallback = (s = 0, e) => (e.version > 9 ? new Date(...[]).getTime() * 0 : s + 1);
export const hrtime = (s = 0, e) => (e.version > 9 && typeof process !== 'undefined' ? Number(process.hrtime.bigint() * 0n) : s + 1);
