// Records what KurrentDB's own engine makes of the projections in scripts.mjs, for check.mjs:
//     node record.mjs node_modules/@kurrent/gaffer-runtime
// The engine is the npm package @kurrent/gaffer-runtime 0.3.1 (Kurrent License v1: for tests,
// neither shipped nor copied here). Its library wants glibc 2.38; on an older system run Node
// by the loader of a newer one:
//     …/ld-linux-x86-64.so.2 --library-path … $(which node) record.mjs …
// What it answers lies in recorded/: one recording a line, the events by the name of a set.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { sets, groups } from './scripts.mjs';

const { ProjectionSession } = await import(resolve(process.argv[2], 'dist/src/index.js'));
const folder = join(import.meta.dirname, 'recorded');
mkdirSync(folder, { recursive: true });

// The engine's stack places tell nothing here; parts that are mostly empty are left out.
const answer = (f) => {
  try {
    const { diagnostics, ...step } = f();
    return step;
  } catch (error) {
    return { error: { class: error.constructor.name, code: error.code, description: error.description } };
  }
};
const record = ({ source, events = 'usual', options = {} }) => {
  const recording = { source, options: { engineVersion: 1, ...options }, events, sources: null, createError: null, steps: [], final: null };
  let session;
  try {
    session = new ProjectionSession(source, recording.options);
  } catch (error) {
    recording.createError = { class: error.constructor.name, code: error.code, description: error.description };
    return recording;
  }
  const { diagnostics, ...sources } = session.getSources();
  recording.sources = sources;
  const names = new Set();
  recording.steps = sets[events].map((event) => {
    const step = answer(() => session.feed(event));
    if (step.status === 'processed') names.add(step.partition ?? '');
    return step;
  });
  const final = { states: {}, results: {}, shared: session.getSharedState() };
  for (const name of names) {
    final.states[name] = session.getState(name);
    const result = answer(() => ({ result: session.getResult(name) }));
    final.results[name] = result.error?.class ?? result.result;
  }
  recording.final = final;
  session.dispose();
  return recording;
};

for (const [group, list] of Object.entries(groups)) {
  const lines = list.map(record).map((recording) => JSON.stringify(recording));
  writeFileSync(join(folder, `${group}.json`), `[\n${lines.join(',\n')}\n]\n`);
}
const named = Object.entries(sets).map(([name, events]) => `${JSON.stringify(name)}:${JSON.stringify(events)}`);
writeFileSync(join(folder, 'events.json'), `{\n${named.join(',\n')}\n}\n`);
