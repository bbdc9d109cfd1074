// Castore on the question "what was the state at version N?":
//
//     NODE_PATH=DIR/node_modules node castore.mjs EVENTS.jsonl merge|cart N [VERSION]
//
// (DIR as made by setup.sh.)  EVENTS.jsonl holds the events of one stream, one a line:
//
//     {"version":1,"type":"ItemSet","data":{…}}
//
// with an optional "timestamp"; "data" may also be the JSON as a string.  Prints one line
// of JSON: the times of N calls of getAggregate(id, { maxVersion }) at random versions
// (always the same ones), wall clock and CPU, in milliseconds.  With VERSION the line
// also has the state there, to compare.
//
// Kindnesses to the peer: the events lie parsed in memory (the adapter is filled directly,
// because its own pushEvent searches all events of the stream), the reducer changes the
// state in place, one call warms up, and the garbage of the load is collected if node
// runs with --expose-gc.  A million events of 190 bytes take about half a gigabyte.
import { createReadStream, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as reducers from './reducer.mjs';

const require = createRequire(import.meta.url); // honours NODE_PATH, which import does not
const { EventStore, EventType } = require('@castore/core');
const { InMemoryEventStorageAdapter } = require('@castore/event-storage-adapter-in-memory');

const [file, mode, countText, versionText] = process.argv.slice(2);
const count = Number(countText);
if (!Object.hasOwn(reducers, mode ?? '') || !Number.isInteger(count) || count < 1) {
  console.error(`usage: node castore.mjs EVENTS.jsonl ${Object.keys(reducers).join('|')} N [VERSION]`);
  process.exit(2);
}

const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const round = (ms) => Math.round(ms * 1000) / 1000;
const rank = (sorted, p) => sorted[Math.max(0, Math.ceil(sorted.length * p) - 1)];
const spread = (times) => {
  const sorted = Float64Array.from(times).sort();
  return [round(rank(sorted, 0.5)), round(rank(sorted, 0.99))];
};

// ---------------------------------------------------------------- open

const ID = 'stream';
const EPOCH = '1970-01-01T00:00:00.000Z';
const types = new Map(); // one string per type, not one per event
const events = [];

function take(line) {
  if (line.length === 0) return;
  const { version, type, data, timestamp = EPOCH } = JSON.parse(line);
  let known = types.get(type);
  if (known === undefined) types.set(type, (known = type));
  events.push({ aggregateId: ID, version, type: known, timestamp, payload: typeof data === 'string' ? JSON.parse(data) : data });
}

const cpuBefore = cpu();
const before = performance.now();
let rest = '';
for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  lines.forEach(take);
}
take(rest);
if (events.length === 0) throw new Error(`${file}: no events`);
for (let i = 1; i < events.length; i++) {
  if (!(events[i - 1].version < events[i].version)) throw new Error(`${file}: version ${events[i].version} follows ${events[i - 1].version}`);
}

const adapter = new InMemoryEventStorageAdapter();
adapter.eventStore[ID] = events;
const store = new EventStore({
  eventStoreId: 'BENCH',
  eventTypes: [...types.keys()].map((type) => new EventType({ type })),
  eventStorageAdapter: adapter,
  reducer: reducers[mode],
});
const openMs = performance.now() - before;
const openCpu = cpu() - cpuBefore;

// ---------------------------------------------------------------- seek

let word = 20260901;
const random = (n) => {
  word = (Math.imul(word, 1664525) + 1013904223) >>> 0;
  return Math.floor((word / 4294967296) * n);
};
const first = events[0].version;
const last = events[events.length - 1].version;

const seek = async (maxVersion) => {
  const { aggregate, events: read } = await store.getAggregate(ID, { maxVersion });
  if (aggregate === undefined || read[read.length - 1].version > maxVersion) throw new Error(`wrong answer at ${maxVersion}`);
  return aggregate;
};

await seek(first + Math.floor((last - first) / 2));
globalThis.gc?.();
const walls = [];
const cpus = [];
for (let i = 0; i < count; i++) {
  const version = first + random(last - first + 1);
  const c = cpu();
  const t = performance.now();
  await seek(version);
  walls.push(performance.now() - t);
  cpus.push(cpu() - c);
}

const [seekP50, seekP99] = spread(walls);
const [cpuP50, cpuP99] = spread(cpus);
const { rss, heapUsed } = process.memoryUsage();
const core = path.join(path.dirname(require.resolve('@castore/core')), '..', '..', 'package.json');
console.log(
  JSON.stringify({
    peer: '@castore/core',
    peer_version: JSON.parse(readFileSync(core, 'utf8')).version,
    node: process.version,
    events: events.length,
    reducer: mode,
    seeks: count,
    open_ms: round(openMs),
    seek_p50_ms: seekP50,
    seek_p99_ms: seekP99,
    cpu_open_ms: round(openCpu),
    cpu_seek_p50_ms: cpuP50,
    cpu_seek_p99_ms: cpuP99,
    rss_mb: Math.round(rss / 1e6),
    heap_mb: Math.round(heapUsed / 1e6),
    ...(versionText === undefined ? {} : { version: Number(versionText), state: await seek(Number(versionText)) }),
  }),
);
