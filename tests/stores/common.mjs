// What the JavaScript programs share: chance by a seed, and how `expected.json` is written.
import { readFileSync, writeFileSync } from 'node:fs';

export function chance(seed) {
  let at = seed >>> 0;
  const next = () => {
    at = (Math.imul(at, 1664525) + 1013904223) >>> 0;
    return at / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * n);
  return { below, pick: (list) => list[below(list.length)] };
}

// Run from the folder of the packages.
export const version = (name) => `${name} ${JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version}`;

// Each stream: stream, category, first, events, states.
export const write = (folder, dialect, library, streams) =>
  writeFileSync(`${folder}/expected.json`, JSON.stringify({ dialect, library, streams }, null, 1) + '\n');
