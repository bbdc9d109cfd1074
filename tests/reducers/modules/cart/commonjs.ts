// TypeScript that requires and exports as CommonJS does.
const { percent } = require('./lib/round.js') as { percent: (n: number) => string };
type State = { codes: string[] };
exports.coupons = (state: State = { codes: [] }, event: { type: string; data: { code: string; percent: number } }): State =>
  event.type === 'CouponApplied' ? { codes: [...state.codes, `${event.data.code}: ${percent(event.data.percent)}`].slice(-3) } : state;
