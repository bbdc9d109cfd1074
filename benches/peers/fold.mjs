// A bare Node that parses lines and folds them:
//
//     node fold.mjs EVENTS.jsonl cart
//
// Prints how long that took, without reading the file, in milliseconds.
import { readFileSync } from 'node:fs';
import * as reducers from './reducer.mjs';

const [file, name] = process.argv.slice(2);
const lines = readFileSync(file, 'utf8').split('\n');
const reducer = reducers[name];
const start = performance.now();
let state;
for (const line of lines) {
  if (line === '') continue;
  const { version, type, data } = JSON.parse(line);
  state = reducer(state, { version, type, payload: data });
}
console.log(JSON.stringify({ ms: performance.now() - start, kind: typeof state }));
