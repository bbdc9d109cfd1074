// What a bare Node makes of a reducer: every event of a stream passes it once, and the states on
// the way are printed as Eventglass shows states.
//
//     node truth.mjs list MODULE…                  {"module","exports","refusedAt"} for each
//     node truth.mjs fold EVENTS STREAM MODULE N…  the states of its exports after N events
//
// A line of `fold` is {"export","applied","state"}, or {…,"cycle"} where JSON cannot show it.
// Where event N throws, the last line of the export is {"export","applied":N-1,"threw":{"version",
// "message"}}. Each export folds in a thread of its own, where the module is loaded anew: it may
// keep what it likes. Nothing of Eventglass is used here.
//
// A module whose exports ask for the clock or for randomness says with which version each does so
// first, as `refusedAt`: no host folds that event.
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

globalThis.console = new console.Console(process.stderr);

// --- Which exports are reducers ------------------------------------------------------------

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isClass = (value) => typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value));

const load = async (path) => {
  const namespace = await import(pathToFileURL(path).href);
  const found = new Map(Object.entries(namespace));
  found.delete('module.exports');
  // CommonJS: what Node's lexer cannot see is in the default export; one that only holds names
  // is no reducer itself.
  const whole = found.get('default');
  if (isObject(whole) && (/\.cjs$/.test(path) || found.has('__esModule') || namespace['module.exports'] === whole)) {
    found.delete('default');
    found.delete('__esModule');
    for (const [name, value] of Object.entries(whole)) if (name !== '__esModule') found.set(name, value);
  }
  const table = found.get('reducers');
  found.delete('reducers');
  for (const [name, value] of Object.entries(table ?? {})) found.set(`reducers.${name}`, value);
  return found;
};

const handlersOnly = (value) => Object.entries(value).every(([name, it]) => name === '$init' || typeof it === 'function');
const folds = (value) =>
  typeof value === 'function' ||
  (isObject(value) && (typeof (value.evolve ?? value.reducer) === 'function' || (Object.keys(value).length > 0 && handlersOnly(value))));

const names = (found) => {
  if (typeof found.get('evolve') === 'function' && found.has('initialState')) return ['evolve'];
  return [...found.keys()].filter((name) => !['initialState', 'refusedAt'].includes(name) && folds(found.get(name)));
};

// --- The event -------------------------------------------------------------------------------

class Event {
  constructor(line) {
    this.type = line.type;
    this.data = line.data;
    this.version = line.version;
    this.streamId = line.stream;
    this.id = line.id ?? null;
    this.timestamp = line.time ?? null;
    this.metadata = line.metadata ?? {};
  }
}
const others = {
  type: ['eventType', 'name', 'kind'],
  data: ['payload', 'body'],
  version: ['sequenceNumber', 'revision', 'eventNumber', 'streamPosition', 'streamVersion', 'aggregateVersion'],
  streamId: ['stream', 'streamName', 'aggregateId'],
  timestamp: ['time', 'created', 'createdAt', 'recordedAt'],
  id: ['eventId', 'messageId'],
};
const prototype = {};
for (const [own, list] of Object.entries(others)) {
  for (const name of list) Object.defineProperty(prototype, name, { configurable: true, get() { return this[own]; } });
}
const positions = new WeakMap();
for (const name of ['position', 'globalPosition']) {
  Object.defineProperty(prototype, name, { configurable: true, get() { return positions.get(this) ?? null; } });
}
const makeEvent = (line) => {
  const event = Object.assign(Object.create(prototype), new Event(line));
  positions.set(event, line.position);
  return event;
};

// --- The fold ----------------------------------------------------------------------------------

const own = (object, name) => Object.prototype.hasOwnProperty.call(object, name);
const camel = (type) => type.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, letter) => letter.toUpperCase());
const snake = (type) => type.replace(/([a-z0-9])(?=[A-Z])/g, '$1_').toLowerCase();

const ofClass = (Type, streamId) => {
  const has = (name) => typeof Type.prototype[name] === 'function';
  const whole = ['apply', 'when', 'on', 'evolve', 'mutate'].find(has);
  const step = (aggregate, event) => {
    const names = ['apply', 'on', 'when'].flatMap((verb) => [`${verb}${camel(event.type)}`, `${verb}_${snake(event.type)}`]);
    const method = whole ?? names.find(has);
    const result = method === undefined ? undefined : aggregate[method](event);
    return result instanceof Type ? result : undefined;
  };
  const show = (aggregate) => (typeof aggregate.toJSON !== 'function' && typeof aggregate.toState === 'function' ? aggregate.toState() : aggregate);
  return { start: Type.length === 0 ? new Type() : new Type(streamId), step, show };
};

const called = (owner, name) => (typeof owner?.[name] === 'function' ? owner[name]() : owner?.[name]);

const reducer = (found, name, streamId) => {
  const value = found.get(name);
  const initialState = found.get('initialState');
  const given = () => called({ initialState }, 'initialState');
  if (isClass(value)) return ofClass(value, streamId);
  if (typeof value === 'function') return { start: given(), step: (state, event) => value(state, event) };
  if (typeof (value.evolve ?? value.reducer) === 'function') {
    const method = typeof value.evolve === 'function' ? 'evolve' : 'reducer';
    return { start: 'initialState' in value ? called(value, 'initialState') : given(), step: (state, event) => value[method](state, event) };
  }
  const step = (state, event) => {
    const handler = own(value, event.type) ? event.type : '$any';
    return typeof value[handler] === 'function' ? value[handler](state, event) : state;
  };
  return { start: '$init' in value ? called(value, '$init') : given(), step };
};

// --- A state as JSON -----------------------------------------------------------------------------

class Cycle extends Error {}
const bytesOf = (value) => (value instanceof ArrayBuffer ? Buffer.from(value) : Buffer.from(value.buffer, value.byteOffset, value.byteLength));

// `undefined`: left out of an object, null elsewhere.
const shown = (value, above = []) => {
  if (typeof value === 'bigint') return { $bigint: String(value) };
  if (typeof value === 'number') return Number.isFinite(value) ? value : { $number: String(value) };
  if (typeof value === 'string') return value.toWellFormed();
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value !== 'object') return undefined;
  if (above.includes(value)) throw new Cycle();
  if (value instanceof Date) return Number.isFinite(value.getTime()) ? value.toISOString() : null;
  if (value instanceof RegExp) return String(value).toWellFormed();
  if ((ArrayBuffer.isView(value) && !(value instanceof DataView)) || value instanceof ArrayBuffer) return { $bytes: bytesOf(value).toString('base64') };
  const inside = (member) => shown(member, [...above, value]);
  if (typeof value.toJSON === 'function') return inside(value.toJSON());
  if (value instanceof Set) return { $set: [...value].map((member) => inside(member) ?? null) };
  if (value instanceof Map) return { $map: [...value].map((pair) => pair.map((member) => inside(member) ?? null)) };
  if (Array.isArray(value)) return Array.from(value, (member) => inside(member) ?? null);
  const members = Object.keys(value).map((name) => [name.toWellFormed(), inside(value[name])]);
  return Object.fromEntries(members.filter(([, member]) => member !== undefined));
};

const fold = async ({ events, stream, module, name, wanted }, print) => {
  const lines = readFileSync(events, 'utf8').trimEnd().split('\n');
  const rows = lines.filter((line) => line.startsWith(`{"stream":"${stream}",`)).map((line) => JSON.parse(line));
  const asked = new Set([0, ...wanted.map(Number)]);
  const { start, step, show = (state) => state } = reducer(await load(module), name, stream);
  let state = start;
  const say = (applied) => {
    if (!asked.has(applied)) return;
    try {
      print({ export: name, applied, state: shown(show(state)) ?? null });
    } catch (error) {
      if (!(error instanceof Cycle)) throw error;
      print({ export: name, applied, cycle: true });
    }
  };
  say(0);
  for (let i = 0; i < rows.length; i++) {
    try {
      const result = step(state, makeEvent(rows[i]));
      if (result instanceof Promise) throw new TypeError('a reducer must not be async');
      if (result !== undefined) state = result;
    } catch (error) {
      const message = error instanceof Error ? `${error.name}: ${error.message}` : `threw ${JSON.stringify(error) ?? typeof error}`;
      print({ export: name, applied: i, threw: { version: rows[i].version, message } });
      break;
    }
    say(i + 1);
  }
};

if (!isMainThread) {
  await fold(workerData, (line) => parentPort.postMessage(JSON.stringify(line)));
} else {
  const [verb, ...given] = process.argv.slice(2);
  const write = (text) => process.stdout.write(`${text}\n`);
  if (verb === 'list') {
    for (const module of given) {
      const found = await load(module);
      write(JSON.stringify({ module, exports: names(found), refusedAt: found.get('refusedAt') ?? {} }));
    }
  } else {
    const [events, stream, module, ...wanted] = given;
    for (const name of names(await load(module))) {
      const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { events, stream, module, name, wanted } });
      worker.on('message', write);
      await new Promise((done, failed) => worker.on('exit', done).on('error', failed));
    }
  }
}
