// Arithmetic and numbers as text.
const amountOf = (e) => e.data.amount ?? 0;
export const sum = (s = 0, e) => s + amountOf(e);
export const cents = (s = 0, e) => Math.round((s + amountOf(e)) * 100) / 100;
export const fixed = (s = '0', e) => (Number(s) + amountOf(e)).toFixed(2);
export const digits = (s = [], e) => { const n = amountOf(e) * 7; return [n.toFixed(0), n.toFixed(5), n.toPrecision(3), n.toExponential(2), n.toString(2).slice(0, 40), n.toString(36), (-n).toString(16)]; };
export const rounding = (s, e) => { const n = amountOf(e) * (e.version % 2 ? -1 : 1); return [Math.round(n), Math.floor(n), Math.ceil(n), Math.trunc(n), n | 0, n >>> 0, ~~n, Math.sign(n), n % 7, Math.fround(n)]; };
export const average = (s = { n: 0, mean: 0, m2: 0 }, e) => {
  if (e.data.amount === undefined) return s;
  const n = s.n + 1, delta = e.data.amount - s.mean, mean = s.mean + delta / n;
  return { n, mean, m2: s.m2 + delta * (e.data.amount - mean), deviation: Math.sqrt((s.m2 + delta * (e.data.amount - mean)) / n) };
};
export const odd = (s = {}, e) => ({ nan: Number(e.data.text), infinite: e.version / 0, minus: -0, negative: -e.data.amount, big: e.data.sequence, exp: e.data.exp, safe: Number.isSafeInteger(e.data.sequence), tiny: e.data.tiny, zero: Object.is(e.data.negative, -0) });
export const compound = (s = 1000, e) => (e.type === 'InterestPaid' ? s * (1 + e.data.rate / 365) ** e.data.days : s);
export const powers = (s = [], e) => (e.type === 'InterestPaid' ? [...s.slice(-4), Math.pow(1 + e.data.rate, e.data.days / 365), Math.exp(e.data.rate), Math.log(e.data.days), Math.log1p(e.data.rate), Math.expm1(e.data.rate), Math.cbrt(e.data.days)] : s);
export const trig = (s, e) => { const x = amountOf(e); return { sin: Math.sin(x), cos: Math.cos(x), tan: Math.tan(x), atan: Math.atan(x), atan2: Math.atan2(x, e.version), sinh: Math.sinh(x % 5), tanh: Math.tanh(x), asin: Math.asin(x % 1), acosh: Math.acosh(1 + x), hypot: Math.hypot(x, e.version, 1), log2: Math.log2(x), log10: Math.log10(x) }; };
export const parse = (s, e) => [parseInt(e.id, 16), parseFloat(`${amountOf(e)}px`), Number(''), Number(' 12 '), Number('0x1f'), +[], +{}, parseInt('08'), Number(null), Number('1_000'), +true, parseInt(e.data.iban ?? 'x')];
export const bits = (s = 0, e) => ((s << 5) - s + e.version) ^ Math.imul(s, 31) ^ (s >>> 7);
export const bigint = (s = 1n, e) => (e.version > 60 ? s % 1000000007n : s * BigInt(e.version));
export const bigtext = (s = { n: 0n }, e) => ({ n: s.n + BigInt(e.data.text?.match(/^\d+$/)?.[0] ?? 1), hex: BigInt.asUintN(64, s.n * -3n).toString(16), half: s.n / 2n, pair: [s.n ** 3n, -s.n] });
