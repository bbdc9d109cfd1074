// Makes a new Emmett store from a seed with the real library, and asks the library for states:
//
//     NODE_PATH=DIR/node_modules node fresh.mjs SEED OUT.db OUT.expected.json
//
// (DIR as made by setup.sh, or `npm install` here.)  The file is left as the library
// leaves it.  The same seed gives the same streams, events and states; message ids and
// `created` are the library's own and differ.
//
// expected: {"library","libraryVersion","seed","reducers","states":[{"stream","version","reducer","state"}]}
// with 200 states.  In a state BigInt is {"$bigint":"…"} and Set is {"$set":[…]}, as inserted.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as reducers from './reducers.mjs';

const require = createRequire(import.meta.url); // honours NODE_PATH, which import does not
const { getSQLiteEventStore } = require('@event-driven-io/emmett-sqlite');

const [seedText, file, expectedFile] = process.argv.slice(2);
if (!expectedFile || !/^\d+$/.test(seedText)) {
  console.error('usage: node fresh.mjs SEED OUT.db OUT.expected.json   (SEED: a whole number)');
  process.exit(2);
}
const seed = Number(BigInt(seedText) % 4294967296n);
console.log(`seed ${seedText}`);

// ---------------------------------------------------------------- chance

let word = seed;
const random = () => {
  word = (word + 0x6d2b79f5) | 0;
  let t = Math.imul(word ^ (word >>> 15), 1 | word);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
for (let i = 0; i < 8; i++) random();
const between = (low, high) => low + Math.floor(random() * (high - low + 1));
const pick = (list) => list[Math.floor(random() * list.length)];
const chance = (p) => random() < p;
const several = (low, high, make) => Array.from({ length: between(low, high) }, make);

// ---------------------------------------------------------------- values

const words = ['plain', '', 'Zürich', 'Київ', 'Ελλάδα', '東京タワー', 'हिन्दी', 'שלום', 'مرحبا', '👩‍👩‍👧 family', 'e\u0301 decomposed', 'line\nbreak\ttab', 'quote " and \\', '\u2028 separator', 'nul \u0000 inside', '\u007f\u0085', '{"not":"json"}', "o'clock -- ;", 'ﬁ ligature', '𝔘nicode'];
const numbers = [0, 1, -1, 0.1, 0.2, -1e-7, 1e21, 1e-7, 123456789012345680000, 9007199254740991, -9007199254740991, 9007199254740992, 1.7976931348623157e308, 5e-324, 3.141592653589793, 1e3, 2.5e-10, -0.30000000000000004, 4294967296, 100];
const keys = ['a', 'b', 'c', '10', '2', '-1', 'with space', 'with.dot', 'with/slash', 'ключ', '鍵', '', '$ref', 'length', 'constructor', 'toString'];
const value = (depth) => {
  const kind = random();
  if (kind < 0.3) return pick(words);
  if (kind < 0.55) return pick(numbers);
  if (kind < 0.65) return chance(0.5);
  if (kind < 0.72) return null;
  if (depth === 0) return [];
  if (kind < 0.86) return several(0, 4, () => value(depth - 1));
  return Object.fromEntries(several(0, 4, () => [pick(keys), value(depth - 1)]));
};
const big = () => (chance(0.5) ? 1n : -1n) * (BigInt(between(0, 2 ** 31)) ** BigInt(between(0, 4)) + BigInt(between(0, 999)));

const make = {
  cart: (first) => {
    if (first) return { type: 'CartOpened', data: { customer: { name: pick(words), ids: several(0, 3, () => between(1, 1e6)) }, note: chance(0.5) ? pick(words) : undefined } };
    const kind = random();
    if (kind < 0.6)
      return {
        type: 'LineAdded',
        data: { line: { sku: `sku-${between(1, 12)}`, size: pick(['10', '9', '38', 'XL', 'größe']), quantity: between(1, 9), price: pick([0.1, 19.99, 5, 1e-7, 250.5, 33.333]), options: several(0, 3, () => [pick(words), several(0, 2, () => pick(numbers))]) } },
      };
    if (kind < 0.85) return { type: 'LineRemoved', data: { sku: `sku-${between(1, 12)}` } };
    if (kind < 0.95) return { type: 'Annotated', data: { note: chance(0.4) ? null : value(2) } };
    if (kind < 0.98) return { type: 'CartReset', data: { why: value(1) } };
    return { type: pick(['Unheard', 'unheard.of', 'Ungehört']), data: value(2) };
  },
  ledger: () => {
    const kind = random();
    if (kind < 0.5) return { type: 'Booked', data: { units: big(), rate: pick([0.1, 0.2, 0.3, -0.7, 1e-7, 1234.56]) } };
    if (kind < 0.7) return { type: 'Measured', data: { value: pick(numbers), unit: pick(words) } };
    if (kind < 0.84) return { type: 'Tagged', data: { tags: several(1, 3, () => `tag${between(1, 20)}`) } };
    if (kind < 0.94) return { type: 'Untagged', data: { tags: several(1, 3, () => `tag${between(1, 20)}`) } };
    if (kind < 0.97) return { kind: 'Command', type: 'CloseRequested', data: { reason: pick(words) } };
    return { type: 'Ignored', data: value(3) };
  },
  profile: () => {
    const kind = random();
    if (kind < 0.7) return { type: 'Patched', data: { patch: Object.fromEntries(several(1, 4, () => [pick(keys), value(3)])) } };
    if (kind < 0.92) return { type: 'Renamed', data: { name: pick(words), matrix: several(0, 3, () => several(0, 3, () => pick(numbers))) } };
    return { type: 'Forgotten', data: { keys: several(1, 5, () => pick(keys)) } };
  },
};

// ---------------------------------------------------------------- streams

const tails = ['Zürich 7', 'a/b', '北京', 'с-тире-и-кириллица', 'x'.repeat(80), '%41', "it's", '1', '0001', 'UPPER'];
const streams = Array.from({ length: 60 }, (_, i) => {
  const category = ['cart', 'ledger', 'profile'][i % 3];
  // One long stream a category; the others short, some of a single event.
  const length = i < 3 ? between(450, 1250) : Math.max(1, Math.floor(70 * random() ** 1.6));
  return { name: `${category}-${i < tails.length ? `${i}-${tails[i]}` : i}`, category, length, written: 0 };
});
while (streams.reduce((sum, { length }) => sum + length, 0) < 3000) pick(streams).length += between(10, 60);

// ---------------------------------------------------------------- write

for (const end of ['', '-wal', '-shm', '-journal']) if (existsSync(file + end)) rmSync(file + end);
const store = getSQLiteEventStore({ fileName: file, schema: { autoMigration: 'CreateOrUpdate' } });

// The driver sometimes refuses the library's COMMIT while it still ends another
// statement (a race inside it); nothing was written then, so the append is made again.
async function append(...args) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await store.appendToStream(...args);
    } catch (error) {
      if (error.code !== 'SQLITE_BUSY' || attempt === 20) throw error;
      await new Promise((ok) => setTimeout(ok, 20 * attempt));
    }
  }
}

let total = 0;
let appends = 0;
for (let open = [...streams]; open.length > 0; open = open.filter((it) => it.written < it.length)) {
  const stream = pick(open);
  const size = Math.min(stream.length - stream.written, chance(0.1) ? between(13, 60) : between(1, 8));
  const messages = Array.from({ length: size }, (_, i) => {
    const message = make[stream.category](stream.written + i === 0);
    if (chance(0.7)) message.metadata = { correlationId: `c-${between(1, 400)}`, userId: pick(words) };
    return message;
  });
  const result = await append(stream.name, messages, { expectedStreamVersion: BigInt(stream.written) });
  stream.written += size;
  total += size;
  appends += 1;
  if (result.nextExpectedStreamVersion !== BigInt(stream.written)) throw new Error(`${stream.name}: ${result.nextExpectedStreamVersion} instead of ${stream.written}`);
}

// ---------------------------------------------------------------- ask

const plain = (it) => {
  if (typeof it === 'bigint') return { $bigint: it.toString() };
  if (it instanceof Set) return { $set: [...it].map(plain) };
  if (Array.isArray(it)) return it.map(plain);
  if (it && typeof it === 'object') return Object.fromEntries(Object.entries(it).map(([key, member]) => [key, plain(member)]));
  return it;
};
const asked = new Map();
const ask = (stream, version) => asked.set(`${version} ${stream.name}`, { stream, version });
for (const stream of streams.slice(0, 3)) [1, stream.length].forEach((version) => ask(stream, version));
while (asked.size < 200) {
  const stream = chance(0.25) ? pick(streams.slice(0, 3)) : pick(streams);
  ask(stream, between(1, stream.length));
}
const states = [];
for (const { stream, version } of asked.values()) {
  const answer = await store.aggregateStream(stream.name, { ...reducers[stream.category], read: { to: BigInt(version) } });
  if (answer.currentStreamVersion !== BigInt(version)) throw new Error(`${stream.name}@${version}: read to ${answer.currentStreamVersion}`);
  states.push({ stream: stream.name, version, reducer: stream.category, state: plain(answer.state) });
}
const libraryVersion = JSON.parse(readFileSync(path.join(path.dirname(require.resolve('@event-driven-io/emmett-sqlite')), '..', 'package.json'), 'utf8')).version;
const head = { library: '@event-driven-io/emmett-sqlite', libraryVersion, seed: seedText, reducers: 'reducers.mjs' };
writeFileSync(expectedFile, `${JSON.stringify(head).slice(0, -1)},"states":[\n${states.map((it) => JSON.stringify(it)).join(',\n')}\n]}\n`);
console.log(`${file}: ${streams.length} streams, ${total} events in ${appends} appends; ${states.length} states in ${expectedFile}`);
