// Makes a small dump of Emmett on PostgreSQL with the real library, and asks it for states:
//
//     npm install @event-driven-io/emmett-postgresql@0.42.0 @event-driven-io/emmett@0.42.0
//     PGURL=postgresql://postgres@localhost/empty NODE_PATH=DIR/node_modules node postgres.mjs
//
// writes postgres.sql and postgres.expected.json beside this file; pg_dump must be on the PATH.
// Ids, times and numbers of transactions are the library's own and differ from run to run.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as reducers from './reducers.mjs';

const require = createRequire(import.meta.url); // honours NODE_PATH, which import does not
const { getPostgreSQLEventStore } = require('@event-driven-io/emmett-postgresql');
const here = path.dirname(fileURLToPath(import.meta.url));
const url = process.env.PGURL;
const store = getPostgreSQLEventStore(url);

const line = (sku, quantity, price) => ({ type: 'LineAdded', data: { line: { sku, size: 'größe', quantity, price, options: [['🎁', [0.1]]] } } });
const streams = {
  'cart-1': [
    [{ type: 'CartOpened', data: { customer: { name: 'Київ\ttab', ids: [1, 2] }, note: 'quote " and \\' } }, line('a', 2, 0.1)],
    [line('b', 1, 1e-7), { type: 'LineRemoved', data: { sku: 'a' }, metadata: { correlationId: 'c-1' } }],
  ],
  'cart-2-with-dashes': [[{ type: 'CartOpened', data: { customer: { name: '', ids: [] } } }]],
  'ledger-1': [
    [{ type: 'Booked', data: { units: 1234, rate: 0.3 } }],
    [{ kind: 'Command', type: 'CloseRequested', data: { reason: "it's late" } }, { type: 'Tagged', data: { tags: ['x', 'y'] } }],
  ],
  'profile-1': [[{ type: 'Patched', data: { patch: { 'with space': null, 10: [1, [2, null]] } } }, { type: 'Renamed', data: { name: '東京\nタワー', matrix: [[1e21]] } }]],
};
const plain = (it) => {
  if (typeof it === 'bigint') return { $bigint: it.toString() };
  if (it instanceof Set) return { $set: [...it].map(plain) };
  if (Array.isArray(it)) return it.map(plain);
  if (it && typeof it === 'object') return Object.fromEntries(Object.entries(it).map(([key, member]) => [key, plain(member)]));
  return it;
};
for (const [name, appends] of Object.entries(streams)) for (const messages of appends) await store.appendToStream(name, messages);
const states = [];
for (const [name, appends] of Object.entries(streams)) {
  const reducer = name.slice(0, name.indexOf('-'));
  for (let version = 1; version <= appends.flat().length; version++) {
    const { state } = await store.aggregateStream(name, { ...reducers[reducer], read: { to: BigInt(version) } });
    states.push({ stream: name, version, reducer, state: plain(state) });
  }
}
await store.close();
// Closing the books is the user's own business: the library has no call for it.
for (const table of ['emt_messages', 'emt_streams']) {
  execFileSync('psql', ['-q', url, '-c', `UPDATE ${table} SET is_archived = true WHERE stream_id = 'profile-1'`]);
}
writeFileSync(path.join(here, 'postgres.sql'), execFileSync('pg_dump', ['--no-owner', '--no-privileges', '-t', 'emt_*', url]));
const head = { library: '@event-driven-io/emmett-postgresql', libraryVersion: '0.42.0', reducers: 'reducers.mjs' };
writeFileSync(path.join(here, 'postgres.expected.json'), `${JSON.stringify(head).slice(0, -1)},"states":[\n${states.map((it) => JSON.stringify(it)).join(',\n')}\n]}\n`);
console.log(`${states.length} states`);
