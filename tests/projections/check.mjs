// Checks src/replay/projection.js against recordings of KurrentDB's own engine:
//     node tests/projections/check.mjs [FOLDER_OR_FILE.json …]
// Every intermediate state, result, written event, log line, reason and class of error has
// to be equal, and the text of each final state to the byte. Recordings: see record.mjs.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import vm from 'node:vm';

const here = import.meta.dirname;
const text = readFileSync(join(here, '../../src/replay/projection.js'), 'utf8');
const given = process.argv.slice(2);
const paths = (given.length > 0 ? given : [join(here, 'recorded')]).flatMap((path) =>
  statSync(path).isDirectory() ? readdirSync(path).filter((name) => name.endsWith('.json') && name !== 'events.json').map((name) => join(path, name)) : [path]);

const parsed = (json) => (json === null || json === undefined ? undefined : JSON.parse(json));
const plain = (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
const asEvent = (event) => ({
  type: event.eventType, stream: event.streamId, number: event.sequenceNumber, isJson: event.isJson, id: event.eventId,
  created: event.created, body: event.data ?? null, metadata: event.metadata ?? null, link: event.linkMetadata ?? null,
});

const check = (recording) => {
  const wrong = [];
  const same = (what, found, wanted) => {
    if (!isDeepStrictEqual(plain(found), plain(wanted))) wrong.push(`${what}: ${JSON.stringify(found)} for ${JSON.stringify(wanted)}`);
  };
  const context = vm.createContext({});
  const limit = recording.options.executionTimeoutMs;
  const evaluate = (script) => vm.runInContext(script, context, { filename: 'projection.js', timeout: recording.options.compilationTimeoutMs ?? limit });
  const open = vm.runInContext(text, context)({ evaluate });
  // A call that the clock may cut, as the host of a reducer does.
  const run = vm.runInContext('(f) => f()', context);
  const limited = (f) => {
    if (limit === undefined) return run(f);
    context.limited = f;
    return vm.runInContext('limited()', context, { timeout: limit });
  };
  let projection;
  try {
    projection = open(recording.source, { engineVersion: recording.options.engineVersion, results: true });
  } catch (error) {
    const late = error?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
    same('error', { class: late ? 'CompilationTimeoutError' : 'InvalidProjectionError' }, { class: recording.createError?.class });
    return wrong;
  }
  if (recording.createError?.code === 'unexpected') return [];
  if (recording.createError !== null) return [`opens, where the engine says ${recording.createError.description}`];
  const { diagnostics, ...sources } = recording.sources;
  same('sources', projection.sources, sources);
  const state = projection.start();
  recording.events.forEach((event, at) => {
    const wanted = recording.steps[at];
    const what = `event ${at}`;
    try {
      limited(() => projection.step(state, asEvent(event)));
    } catch (error) {
      const found = error?.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
        ? { class: projection.isTransforming() ? 'ProjectionTransformError' : 'ExecutionTimeoutError' }
        : projection.faultOf(error);
      same(what, { error: found.class }, { error: wanted.error?.class });
      if (wanted.error !== undefined && projection.isFault(error)) same(`${what}'s error`, found.description, wanted.error.description);
      return;
    }
    const { reason, status, partition, result, emitted, logs } = projection.last();
    if (status === 'skipped') return same(what, { status, reason }, { status: wanted.status, reason: wanted.reason });
    const found = {
      status,
      partition: partition ?? undefined,
      state: parsed(projection.textOf(state, partition ?? '')) ?? undefined,
      result: parsed(result) ?? undefined,
      sharedState: projection.sources.biState ? parsed(state.shared) ?? undefined : undefined,
      emitted,
      logs,
    };
    same(what, found, { ...wanted, state: wanted.state ?? undefined });
  });
  for (const [name, wanted] of Object.entries(recording.final?.states ?? {})) {
    same(`final state of '${name}'`, projection.textOf(state, name), wanted);
    let result;
    try {
      result = projection.resultOf(state, name);
    } catch (error) {
      result = projection.faultOf(error).class;
    }
    same(`final result of '${name}'`, result, recording.final.results[name]);
  }
  if (recording.final !== null) same('shared state', state.shared, recording.final.shared);
  return wrong;
};

const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
let bad = 0;
for (const path of paths) {
  for (const recording of [read(path)].flat()) {
    if (typeof recording.events === 'string') recording.events = read(join(dirname(path), 'events.json'))[recording.events];
    const wrong = check(recording);
    if (wrong.length === 0) continue;
    bad += 1;
    console.log(`${path}: ${recording.source}`);
    for (const line of wrong) console.log(`  ${line}`);
  }
}
console.log(bad === 0 ? 'all equal' : `${bad} differ`);
process.exit(bad === 0 ? 0 : 1);
