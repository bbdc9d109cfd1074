// Makes the export of a DynamoDB table, and expected.json, with the real Castore library.
//
//     npm install
//     pip install 'moto[server]' && moto_server -p 5055 &
//     node make.mjs [FOLDER]
//
// DYNAMODB names another endpoint than http://127.0.0.1:5055. The library may lie in another
// folder (NODE_PATH=DIR/node_modules). With a second argument, `forms`, the other forms in which
// Castore's events lie in files are written instead: small ones, for the tests of the project.
//
// The same seed gives the same events and times. Everything is invented.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as reducers from './reducers.mjs';

const require = createRequire(import.meta.url); // honours NODE_PATH, which import does not
const { EventStore, EventType } = require('@castore/core');
const {
  DynamoDBSingleTableEventStorageAdapter: SingleTable,
  LegacyDynamoDBEventStorageAdapter: Legacy,
} = require('@castore/event-storage-adapter-dynamodb');
const { InMemoryEventStorageAdapter: InMemory } = require('@castore/event-storage-adapter-in-memory');
const { CreateTableCommand, DeleteTableCommand, DynamoDBClient, ScanCommand } = require('@aws-sdk/client-dynamodb');

const here = path.dirname(fileURLToPath(import.meta.url));
const folder = path.resolve(process.argv[2] ?? here);
const forms = process.argv[3] === 'forms';
const redux = forms && require('@castore/event-storage-adapter-redux');
const versionOf = (name) => JSON.parse(readFileSync(require.resolve(`${name}/package.json`))).version;

// ---------------------------------------------------------------- chance and the clock

let word = 20260301;
const random = () => {
  word = (word + 0x6d2b79f5) | 0;
  let t = Math.imul(word ^ (word >>> 15), 1 | word);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const between = (low, high) => low + Math.floor(random() * (high - low + 1));
const pick = (list) => list[Math.floor(random() * list.length)];
const chance = (p) => random() < p;

let now = Date.parse('2026-03-02T06:00:00.000Z');
const later = (minutes) => new Date((now += between(1, minutes) * 60_000 + between(0, 59_999))).toISOString();

// ---------------------------------------------------------------- the tables and stores

const client = new DynamoDBClient({
  endpoint: process.env.DYNAMODB ?? 'http://127.0.0.1:5055',
  region: 'eu-central-1',
  credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
});

const makeTable = async (TableName, first) => {
  await client.send(new DeleteTableCommand({ TableName })).catch(() => {});
  await client.send(new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'aggregateId', AttributeType: 'S' },
      { AttributeName: 'version', AttributeType: 'N' },
      { AttributeName: first, AttributeType: first === 'eventStoreId' ? 'S' : 'N' },
      { AttributeName: 'timestamp', AttributeType: 'S' },
    ],
    KeySchema: [{ AttributeName: 'aggregateId', KeyType: 'HASH' }, { AttributeName: 'version', KeyType: 'RANGE' }],
    GlobalSecondaryIndexes: [{
      IndexName: 'initialEvents',
      KeySchema: [{ AttributeName: first, KeyType: 'HASH' }, { AttributeName: 'timestamp', KeyType: 'RANGE' }],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    }],
  }));
};

const TYPES = {
  PARCELS: ['PARCEL_SENT', 'PARCEL_SCANNED', 'PARCEL_LOADED', 'PARCEL_DELIVERED', 'PARCEL_RETURNED', 'ADDRESS_CORRECTED', 'NOTE_ADDED'],
  COURIERS: ['COURIER_HIRED', 'COURIER_LOADED', 'COURIER_UNLOADED'],
};
const store = (eventStoreId, eventStorageAdapter) =>
  new EventStore({
    eventStoreId,
    eventTypes: TYPES[eventStoreId].map((type) => new EventType({ type })),
    reducer: reducers[`${eventStoreId.toLowerCase()}Reducer`],
    eventStorageAdapter,
  });

// ---------------------------------------------------------------- what happens

const PLACES = ['Kiel', 'Graz', 'Łódź', 'Nice', '札幌', 'Zürich', 'Bergen'];
const NAMES = ['Ada', 'Bo', 'Chiara', 'Dđ', 'Eve', 'Łukasz'];

/// Plays the days of a parcel service into two stores; `plain` leaves out what JSON cannot say.
const play = async (parcels, couriers, { people, count, plain }) => {
  const versions = new Map();
  const event = (aggregateId, type, payload, metadata, timestamp) => {
    const version = (versions.get(aggregateId) ?? 0) + 1;
    versions.set(aggregateId, version);
    return { aggregateId, version, type, timestamp, ...(payload && { payload }), ...(metadata && { metadata }) };
  };
  const push = (eventStore, ...rest) => eventStore.pushEvent(event(...rest));
  // One transaction over two aggregates: both events have one timestamp.
  const together = (parcel, courier) =>
    EventStore.pushEventGroup(parcels.groupEvent(parcel), couriers.groupEvent(courier));

  const crew = [];
  for (let n = 1; n <= people; n++) {
    const id = `courier-${n}`;
    crew.push({ id, load: [] });
    await push(couriers, id, 'COURIER_HIRED', { name: NAMES[n % NAMES.length] }, { by: 'office' }, later(30));
  }
  for (let n = 0; n < count; n++) {
    // Ids are the caller's, so one may look like the key of another store.
    const id = n === 3 ? 'COURIERS#old-7' : `parcel-${2001 + n}`;
    const grams = between(50, 30_000);
    const [from, city] = [pick(PLACES), pick(PLACES)];
    const special = !plain && n % 3 === 0;
    await push(parcels, id, 'PARCEL_SENT', {
      from,
      to: { name: pick(NAMES), city, floor: chance(0.3) ? null : between(0, 9), notes: chance(0.2) ? ['ring twice', ''] : [] },
      grams,
      price: between(399, 2_000) / 100,
      code: special ? BigInt(`7000000000000000${1000 + n}`) : 70_000 + n,
      ...(special && { care: new Set(['cold', 'fragile', 'this way up'].slice(0, between(1, 3))), label: new Uint8Array([n, 0, 255, 16 * (n % 16)]) }),
    }, { correlationId: `order-${n}`, by: 'shop' }, later(200));
    for (let scans = between(1, 5); scans > 0; scans--) {
      await push(parcels, id, 'PARCEL_SCANNED', { place: pick(PLACES), belt: between(1, 40) }, chance(0.5) ? { scanner: `s-${between(1, 9)}` } : undefined, later(90));
    }
    if (chance(0.15)) await push(parcels, id, 'ADDRESS_CORRECTED', { city: pick(PLACES) }, { by: 'desk' }, later(60));
    if (chance(0.1)) await push(parcels, id, 'NOTE_ADDED', 'left with the neighbour?', undefined, later(60));
    const courier = pick(crew);
    let at = later(60);
    const causes = { correlationId: `order-${n}` };
    await together(
      event(id, 'PARCEL_LOADED', { courierId: courier.id }, causes, at),
      event(courier.id, 'COURIER_LOADED', { parcelId: id, grams }, causes, at),
    );
    at = later(300);
    const delivered = chance(0.85);
    await together(
      delivered
        ? event(id, 'PARCEL_DELIVERED', { signedBy: pick(NAMES) }, causes, at)
        : event(id, 'PARCEL_RETURNED', { place: from, reason: pick(['nobody there', 'refused', '']) }, causes, at),
      event(courier.id, 'COURIER_UNLOADED', { parcelId: id, grams, delivered }, causes, at),
    );
  }
  return versions;
};

// ---------------------------------------------------------------- what the library says

/// A state as Eventglass writes it.
const shown = (value) => {
  if (typeof value === 'bigint') return { $bigint: `${value}` };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  if (value instanceof Set) return { $set: [...value] };
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined).map(([k, v]) => [k, shown(v)]));
  }
  return value;
};

const expected = async (stores, versions, nameOf) => {
  const states = [];
  for (const eventStore of stores) {
    const { aggregateIds } = await eventStore.listAggregateIds();
    for (const { aggregateId } of aggregateIds) {
      for (let version = 1; version <= versions.get(aggregateId); version++) {
        const { aggregate } = await eventStore.getAggregate(aggregateId, { maxVersion: version });
        const reducer = `${eventStore.eventStoreId.toLowerCase()}Reducer`;
        states.push({ stream: nameOf(eventStore.eventStoreId, aggregateId), version, reducer, state: shown(aggregate) });
      }
    }
  }
  states.sort((a, b) => (a.stream < b.stream ? -1 : a.stream > b.stream ? 1 : a.version - b.version));
  return { library: '@castore/core', libraryVersion: versionOf('@castore/core'), states };
};

// ---------------------------------------------------------------- files

/// An item as DynamoDB's JSON has it: bytes are base64.
const written = (value) => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(written);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, written(v)]));
  return value;
};

const scan = async (TableName) => {
  const items = [];
  let ExclusiveStartKey;
  do {
    const page = await client.send(new ScanCommand({ TableName, ExclusiveStartKey }));
    items.push(...page.Items.map(written));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return items;
};

const write = (name, text) => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
};
const pretty = (value) => `${JSON.stringify(value, null, 1)}\n`;
/// A state a line.
const listed = ({ states, ...rest }) =>
  `${JSON.stringify(rest).slice(0, -1)},"states":[\n${states.map((state) => JSON.stringify(state)).join(',\n')}\n]}\n`;

/// The layout of a full export to S3, as its documentation describes it: emulators have none.
const writeExport = (table, items) => {
  const id = '01772870400000-5d1a90c7';
  const root = `AWSDynamoDB/${id}`;
  const parts = [[], [], [], []];
  for (const item of items) {
    const hash = createHash('sha256').update(item.aggregateId.S).digest()[0];
    parts[hash % 3].push(item); // the fourth stays empty, as happens
  }
  const lines = parts.map((part) => {
    const data = gzipSync(part.map((Item) => `${JSON.stringify({ Item })}\n`).join(''), { level: 9 });
    const md5 = createHash('md5').update(data).digest();
    const dataFileS3Key = `${root}/data/${createHash('sha256').update(md5).digest('hex').slice(0, 26)}.json.gz`;
    write(dataFileS3Key, data);
    return JSON.stringify({ itemCount: part.length, md5Checksum: md5.toString('base64'), etag: `${md5.toString('hex')}-1`, dataFileS3Key });
  });
  write(`${root}/manifest-files.json`, `${lines.join('\n')}\n`);
  write(`${root}/manifest-summary.json`, JSON.stringify({
    version: '2020-06-30',
    exportArn: `arn:aws:dynamodb:eu-central-1:000000000000:table/${table}/export/${id}`,
    startTime: '2026-03-07T08:00:00.000Z',
    endTime: '2026-03-07T08:04:12.413Z',
    tableArn: `arn:aws:dynamodb:eu-central-1:000000000000:table/${table}`,
    exportTime: '2026-03-07T08:00:00.000Z',
    s3Bucket: 'parcels-exports',
    s3Prefix: null,
    manifestFilesS3Key: `${root}/manifest-files.json`,
    itemCount: items.length,
    outputFormat: 'DYNAMODB_JSON',
    exportType: 'FULL_EXPORT',
  }));
};

const singleTable = async (table, options) => {
  await makeTable(table, 'eventStoreId');
  const adapter = new SingleTable({ tableName: table, dynamoDBClient: client });
  const stores = [store('PARCELS', adapter), store('COURIERS', adapter)];
  const versions = await play(...stores, options);
  return { items: await scan(table), expected: await expected(stores, versions, (s, id) => `${s}#${id}`) };
};

if (!forms) {
  rmSync(path.join(folder, 'AWSDynamoDB'), { recursive: true, force: true });
  const { items, expected } = await singleTable('parcels', { people: 6, count: 60 });
  writeExport('parcels', items);
  write('expected.json', listed(expected));
  console.log(`${items.length} events, ${expected.states.length} states`);
} else {
  const small = { people: 2, count: 5 };
  const single = await singleTable('small', small);
  write('scan.json', pretty({ Items: single.items, Count: single.items.length, ScannedCount: single.items.length, ConsumedCapacity: null }));
  write('scan.expected.json', listed(single.expected));

  await makeTable('legacy-parcels', 'isInitialEvent');
  await makeTable('legacy-couriers', 'isInitialEvent');
  const legacy = [
    store('PARCELS', new Legacy({ tableName: 'legacy-parcels', dynamoDBClient: client })),
    store('COURIERS', new Legacy({ tableName: 'legacy-couriers', dynamoDBClient: client })),
  ];
  const legacyVersions = await play(...legacy, small);
  write('legacy.json', pretty({ Items: await scan('legacy-parcels') }));
  write('legacy.expected.json', listed(await expected(legacy.slice(0, 1), legacyVersions, (s, id) => id)));

  const adapters = [new InMemory({}), new InMemory({})];
  const memory = [store('PARCELS', adapters[0]), store('COURIERS', adapters[1])];
  const memoryVersions = await play(...memory, { ...small, plain: true });
  write('memory.json', pretty({ PARCELS: adapters[0].eventStore, COURIERS: adapters[1].eventStore }));
  write('memory.expected.json', listed(await expected(memory, memoryVersions, (s, id) => `${s}#${id}`)));

  const bare = [store('PARCELS', undefined), store('COURIERS', undefined)];
  const state = redux.configureCastore({ eventStores: bare });
  const slices = bare.map((one) => store(one.eventStoreId, new redux.ReduxEventStorageAdapter({ store: state, eventStoreId: one.eventStoreId })));
  const reduxVersions = await play(...slices, { ...small, plain: true });
  write('redux.json', pretty(state.getState()));
  write('redux.expected.json', listed(await expected(slices, reduxVersions, (s, id) => `${s}#${id}`)));

  // PGURL names an empty database of PostgreSQL; pg_dump must be on the PATH.
  const connectionString = process.env.PGURL;
  if (connectionString) {
    const { PostgresEventStorageAdapter: Postgres } = require('@castore/event-storage-adapter-postgres');
    await Postgres.createEventTable({ connectionString, aggregateId: { type: 'VARCHAR', length: 64 } });
    const adapter = new Postgres({ connectionString });
    const rows = [store('PARCELS', adapter), store('COURIERS', adapter)];
    const rowVersions = await play(...rows, { ...small, plain: true });
    write('postgres.expected.json', listed(await expected(rows, rowVersions, (s, id) => `${s}#${id}`)));
    write('postgres.sql', execFileSync('pg_dump', ['--no-owner', '--no-privileges', connectionString]));
  }
  process.exit(0);
}
