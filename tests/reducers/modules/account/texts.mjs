// Texts: Unicode, padding, cutting, templates.
const text = (e) => e.data.text ?? e.data.from?.name ?? e.data.memo ?? '';
export const cases = (s, e) => { const t = text(e); return [t.toUpperCase(), t.toLowerCase(), t.length, [...t].length, t.trim(), t.normalize('NFD').length, t.normalize('NFKC')]; };
export const padded = (s = [], e) => [...s, `${String(e.version).padStart(4, '0')}|${e.type.padEnd(14, '.')}|${String(e.data.amount ?? '').padStart(12)}`].slice(-3);
export const cut = (s, e) => { const t = text(e); return { slice: t.slice(-5), sub: t.substring(4, 1), substr: t.substr(-4, 2), at: t.at(-1), char: t.charAt(2), code: t.charCodeAt(0), point: t.codePointAt(0), split: t.split(''), words: t.split(' ', 3) }; };
export const template = (s = '', e) => `${e.version}:${[1, [2, 3]]}:${null}:${undefined}:${{}}:${e.data.tags}:${e.data.amount}`;
const money = (strings, ...values) => strings.raw.map((part, i) => part + (i < values.length ? `<${values[i]}>` : '')).join('');
export const tagged = (s, e) => money`\n${e.type} costs ${e.data.amount ?? 'nothing'} \u{41}`;
export const replaced = (s, e) => text(e).replace('a', '$&$&').replaceAll(' ', '_').replace(/[aeiou]/g, (c, at) => `${c}${at}`).replace(/(\w+)_(\w+)/, '$2-$1');
export const slug = (s = {}, e) => ({ ...s, [text(e).normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')]: e.version });
export const find = (s, e) => { const t = text(e); return [t.indexOf('a'), t.lastIndexOf('a'), t.includes('ö'), t.startsWith('Z'), t.endsWith('\u0301'), t.search(/\d/), t.localeCompare === undefined, 'abc' < t, t > 'Z']; };
export const initials = (s = [], e) => { const name = e.data.name ?? e.data.owner ?? e.data.to?.name; if (!name) return s; const parts = typeof name === 'string' ? name.split(/[\s,]+/u) : [name.first, name.last]; return [...s, parts.map((p) => p[0]?.toUpperCase() ?? '').join('')].slice(-8); };
export const surrogates = (s = {}, e) => { const t = text(e) + '😀'; return { half: t.slice(0, 1) + t.slice(-1), whole: t.isWellFormed(), fixed: t.slice(-1).toWellFormed(), points: Array.from(t, (c) => c.codePointAt(0).toString(16)).slice(-3), raw: String.fromCodePoint(0x1f600 + (e.version % 50)), escaped: escape(t.slice(0, 3)), encoded: encodeURIComponent(text(e)).slice(0, 30) }; };
export const mask = (s = [], e) => (e.data.card ? [...s, e.data.card.number.replace(/\d(?=(?:\D*\d){4})/g, '•')] : s);
export const iban = (s, e) => { const iban = e.data.iban ?? e.data.from?.iban; return iban ? { spaced: iban.match(/.{1,4}/g).join(' '), mod: [...(iban.slice(4) + iban.slice(0, 4))].reduce((m, c) => (m * (c < 'A' ? 10 : 100) + parseInt(c, 36)) % 97, 0) } : s; };
export const repeat = (s = '', e) => (s + '='.repeat(e.version % 3) + '>').slice(-20);
