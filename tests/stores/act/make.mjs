// act on SQLite: a fish tank, with snapshots as rows of its stream.
process.env.LOG_LEVEL = 'error';
process.env.NODE_ENV = 'production';
const { act, dispose, state, store } = await import('@rotorsoft/act');
const { SqliteStore } = await import('@rotorsoft/act-sqlite');
const { z } = await import('zod');
import { chance, version, write } from '../../common.mjs';

const folder = process.argv[2];
const { below, pick } = chance(20260418);
const any = z.any();
const tank = { name: z.string(), litres: any, fish: any, feedings: z.number(), water: any, isOpen: z.boolean() };
const Tank = state({ Tank: z.object(tank) })
  .init(() => ({ name: '', litres: 0, fish: {}, feedings: 0, water: null, isOpen: false }))
  .emits({
    Filled: z.object({ name: z.string(), litres: any }),
    FishPutIn: z.object({ id: z.string(), fish: any }),
    FishTakenOut: z.object({ id: z.string() }),
    Fed: z.object({ grams: any, by: any }),
    WaterMeasured: z.object({ water: any }),
    Emptied: z.object({}),
  })
  .patch({
    Filled: ({ data }) => ({ ...data, isOpen: true }),
    FishPutIn: ({ data }) => ({ fish: { [data.id]: data.fish } }),
    FishTakenOut: ({ data }) => ({ fish: { [data.id]: null } }),
    Fed: (event, tank) => ({ feedings: tank.feedings + 1 }),
    WaterMeasured: ({ data }) => ({ water: data.water }),
    Emptied: () => ({ isOpen: false }),
  })
  .on({ note: any })
  .emit((action) => [action.type, action.data])
  .snap((snap) => snap.patches >= 6)
  .build();

const event = (at) => {
  if (at === 0) return ['Filled', { name: pick(['Nord "1"', 'Größe\n2', '', '水槽']), litres: pick([60, 0.1, 2 ** 53 - 1]) }];
  const id = pick(['a', 'B-2', 'ü']);
  switch (below(6)) {
    case 0:
    case 1:
      return ['FishPutIn', { id, fish: pick([{ kind: 'Guppy 🐟', seen: [1, null, { '': true }] }, { kind: null }, { tail: { long: 0.5 } }]) }];
    case 2:
      return ['FishTakenOut', { id }];
    case 3:
      return ['Fed', { grams: -1e-7, by: pick([null, 'Åsa']) }];
    case 4:
      return ['WaterMeasured', { water: pick(['', 'x'.repeat(4500), [7.5, [], {}], null]) }];
    default:
      return ['Emptied', {}];
  }
};

store(new SqliteStore({ url: `file:${folder}/store.db` }));
await store().seed();
const app = act().withState(Tank).build();
const streams = [];
for (const [at, stream] of ['tank-1', 'tank/2', 'T 3', 'ö:4', '水槽5', 'tank-01'].entries()) {
  const states = [];
  for (let step = 0; step < [1, 4, 9, 21][at % 4]; step++) {
    const [type, data] = event(step);
    await app.do('note', { stream, actor: { id: 'u-1', name: pick(['Ann', '']) } }, { type, data });
    // The snapshot is written after that.
    await new Promise((done) => setTimeout(done, 25));
    const { state } = await app.load(Tank, stream);
    states.push({ state });
  }
  streams.push({ stream, first: 0, events: [], states });
}
for (const one of streams) {
  const rows = [];
  await store().query((row) => rows.push(row), { stream: one.stream, with_snaps: true });
  rows.sort((a, b) => a.version - b.version);
  one.events = rows.map((row) => ({ version: row.version, type: row.name, time: row.created.toISOString() }));
  const own = rows.filter((row) => row.name !== '__snapshot__');
  one.states.forEach((state, at) => (state.version = own[at].version));
}
write(folder, 'act', `${version('@rotorsoft/act')}, ${version('@rotorsoft/act-sqlite')}`, streams);
await dispose()();
