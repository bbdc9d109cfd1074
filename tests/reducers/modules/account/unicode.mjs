// Names and texts beyond ASCII; escapes in names.
const größe = (名前) => [...名前].length;
export const ключ = (состояние = { größe: 0, '\u{1F600}': 0 }, событие) => ({ größe: состояние.größe + größe(событие.type), '\u{1F600}': событие.version, ªµ: 'ﬁ'.normalize('NFKC'), \u0061b: 1 });
export const $ = (_ = 0, $_) => _ + $_.version;
export const ಠ_ಠ = { $init: () => '', $any: (s, e) => (s + '…' + e.type[0]).slice(-8) };
