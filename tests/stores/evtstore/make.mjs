// evtstore on PostgreSQL (the database is PGDATABASE): elevators, and the tickets of their repair.
import { createRequire } from 'node:module';
import { chance, version, write } from '../../common.mjs';
import { folds } from './reducer.mjs';

const require = createRequire(import.meta.url);
const { createAggregate, createCommands, createDomain } = require('evtstore');
const { createProvider, migrate } = require('evtstore/provider/knex');
const { PGDATABASE: database, PGHOST: host, PGPORT: port, PGUSER: user } = process.env;
const client = require('knex')({ client: 'pg', connection: { host, port: Number(port), user, database } });

const folder = process.argv[2];
const { below, pick } = chance(77);
const aggregate = (stream, more) => createAggregate({ stream, create: () => ({}), fold: (event, one) => folds[event.type](event, one), ...more });
const firsts = {
  elevators: () => ({ type: 'Installed', name: pick(['Süd', '', 'O"Neil', '電梯\n2']), floors: pick([[], [-1, 0, 0.5], ['G', null]]) }),
  tickets: () => ({ type: 'Opened', text: pick(['knarzt', '', 'x'.repeat(4400)]) }),
};
const others = {
  elevators: [
    () => ({ type: 'Ridden', load: pick([null, 2 ** 53 - 1, { kg: 1e-7 }]) }),
    () => ({ type: 'Stuck', between: pick([[1, 2], { floor: 'ß', '': null }]) }),
    () => ({ type: 'Freed' }),
  ],
  tickets: [
    () => ({ type: 'CostAdded', for: pick(['rope', 'öl', '']), amount: pick([0.1, -5, null]) }),
    () => ({ type: 'Closed' }),
  ],
};

await migrate({ client, events: 'events', bookmarks: 'bookmarks' });
const provider = createProvider({ limit: 500, events: () => client('events'), bookmarks: () => client('bookmarks') });
const aggregates = {
  elevators: aggregate('elevators', {}),
  // Writes itself into each of its events.
  tickets: aggregate('tickets', { persistAggregate: true, version: '1' }),
};
const { domain } = createDomain({ provider }, aggregates);
const ids = { elevators: ['lift-1', 'lift/2', 'l 3', 'l:4', '梯5'], tickets: ['lift-1', 't"2', 't-3'] };
const streams = [];
for (const category of Object.keys(ids)) {
  const commands = createCommands(domain[category], { put: async ({ events }) => events });
  for (const [at, id] of ids[category].entries()) {
    const states = [];
    for (let step = 0; step < [1, 5, 13][at % 3]; step++) {
      const events = step === 0 ? [firsts[category]()] : [pick(others[category])()];
      // Two events may be one command.
      if (step > 0 && below(5) === 0) events.push(pick(others[category])());
      await commands.put(id, { events });
      const { aggregateId, version, __pv, ...state } = await domain[category].getAggregate(id);
      states.push({ version, state: JSON.parse(JSON.stringify(state)) });
    }
    const events = await provider.getEventsFor(category, id);
    streams.push({
      stream: `${category}:${id}`,
      category,
      first: events[0].version,
      events: events.map(({ version, timestamp, event }) => ({ version, type: event.type, time: timestamp.toISOString() })),
      states,
    });
  }
}
await provider.setPosition('reports', 3);
await client.destroy();
write(folder, 'evtstore', `${version('evtstore')}, ${version('knex')}`, streams);
