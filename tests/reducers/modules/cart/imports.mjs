// Imports of each form from the own folder.
import parts, { first as head } from './lib/parts/index.mjs';
import * as all from './lib/parts/index.mjs';
import rates from './lib/rates.json' with { type: 'json' };
import round from './lib/round.js';
export { added } from './lib/parts/more.mjs';
export * as nested from './lib/parts/handlers.mjs';
export const vat = (s = 0, e) => s + (e.data.price ?? 0) * rates.vat.standard;
export const names = (s, e) => [Object.keys(all).sort(), parts.name, head([e.type]), typeof import.meta.url, round.round(e.version / 7, 3), round.percent(e.version / 3)];
const lazy = await import('./lib/parts/lazy.mjs');
export const dynamic = (s = 0, e) => lazy.step(s, e);
export const live = (s, e) => { all.bump(); return all.count; };
export { live as renamed, dynamic as default };
