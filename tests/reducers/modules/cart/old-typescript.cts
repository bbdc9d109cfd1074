// TypeScript for CommonJS.
import round = require('./lib/round.js');
interface State { sum: number; lines: string[] }
const start: State = { sum: 0, lines: [] };
function cart(state: State = start, event: { type: string; data: any }): State {
  if (event.type !== 'ItemAdded') return state;
  return { sum: round.round(state.sum + event.data.price * event.data.qty, 2), lines: [...state.lines, event.data.sku as string].slice(-2) };
}
export = { cart };
