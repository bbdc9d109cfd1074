// Reducers that throw at some event, in their own words or the engine's.
export const own = (s = 0, e) => { if (e.type === 'Frozen') throw new Error(`unexpected ${e.type} at v${e.version}`); return s + 1; };
class DomainError extends RangeError { constructor(message) { super(message); this.name = 'DomainError'; } }
export const typed = (s = { sum: 0 }, e) => { const sum = s.sum + (e.data.amount ?? 0); if (sum > 600000) throw new DomainError(`too rich: ${sum.toFixed(2)}`); return { sum }; };
export const engine = (s = { n: 0 }, e) => ({ n: s.n + 1, first: e.type === 'Frozen' ? e.data.reason.missing.length : null });
export const unknown = (s = [], e) => { if (!['AccountOpened', 'Deposited', 'Withdrawn', 'LimitChanged', 'FeeCharged', 'Noted'].includes(e.type)) throw new TypeError('Unknown event type: ' + e.type); return [...s, e.version]; };
export const text = (s = 0, e) => { if (e.version === 33) throw 'just a text'; return s + 1; };
export const object = (s = 0, e) => { if (e.version === 34) throw { code: 7, list: [1] }; return s + 1; };
export const nothing = (s = 0, e) => { if (e.version === 35) throw null; return s + 1; };
const assert = (condition, message) => { if (!condition) throw Object.assign(new Error(message ?? 'assertion failed'), { code: 'ERR' }); };
export const asserted = (s = { open: false, n: 0 }, e) => { if (e.type === 'AccountOpened') return { open: true, n: 1 }; assert(s.open); assert(e.type !== 'Closed' || s.n < 10, 'closed too late'); return { ...s, n: s.n + 1 }; };
export const caused = (s = 0, e) => { try { if (e.version === 50) JSON.parse('{bad'); } catch (cause) { throw new Error('could not parse', { cause }); } return s + 1; };
export const frozen = (s = Object.freeze({ n: 0 }), e) => { if (e.version < 9) return Object.freeze({ n: s.n + 1 }); s.n++; return s; };
export const asynchronous = async (s = 0, e) => s + 1;
export const promised = (s = 0, e) => (e.version > 5 ? Promise.resolve(s + 1) : s + 1);
export const recursive = (s = { n: 0 }, e) => { const next = { n: s.n + 1 }; if (e.version === 40) next.self = next; return next; };
