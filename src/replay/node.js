// The host in Node: reads a line, does what it asks, and answers with a line, as `serve.rs`
// does for the sandbox. `makeDriver` and `makeModules` stand before it. Everything waits for the next line, so
// nothing that is asynchronous runs between two events.
(() => {
  'use strict';
  const fs = require('node:fs');
  const path = require('node:path');
  const url = require('node:url');
  const vm = require('node:vm');
  const util = require('node:util');
  const Module = require('node:module');
  const crypto = require('node:crypto');
  const timers = require('node:timers');
  const { Readable, Writable } = require('node:stream');
  const os = require('node:os');
  const { readSync, writeSync } = fs;
  const [input, output] = process.argv.splice(1, 2).map(Number);
  const { version } = process;
  const { parse, stringify } = JSON;
  const { concat, from: bytesFrom, allocUnsafe } = Buffer;
  const { apply, construct, ownKeys } = Reflect;
  const { defineProperty, getOwnPropertyDescriptor, keys } = Object;
  const { SourceTextModule, SyntheticModule, compileFunction, Script } = vm;
  const method = (f) => (self, ...args) => apply(f, self, args);
  const textOf = method(Buffer.prototype.utf8Slice);
  const placeOf = method(Buffer.prototype.indexOf);
  const partOf = method(Buffer.prototype.subarray);
  const cut = method(String.prototype.slice);
  const wellFormed = method(String.prototype.toWellFormed);
  const { isArray } = Array;
  const clock = method(performance.now);
  const time = performance;
  const format = util.formatWithOptions;

  // --- Repeatable ------------------------------------------------------------------------
  let isLoading = false;
  // The first thing that was refused, and whether it is a clock.
  let [refusal, isClock] = ['', false];
  // Events begun since the last question, and what was written to the console in them.
  let begun = 0;
  let lines = [];
  let lineBytes = 0;
  const say = (text) => {
    if (isLoading || lineBytes > 65536) return;
    lineBytes += text.length;
    lines[lines.length] = [Math.max(begun - 1, 0), text];
  };
  const refuse = (what, instead) => {
    const text = `${what} is not there in a reducer: a fold must give the same state every time. Use ${instead}.`;
    if (refusal === '') {
      refusal = text;
      isClock = instead === EVENT_TIME;
    }
    throw new Error(text);
  };
  const EVENT_TIME = "the event's own time, event.timestamp";
  const EVENT_VALUE = 'a value that the event carries';
  // What a module sees of the clock while it loads: 2020-01-01.
  const LOAD_TIME = 1577836800000;
  // Clocks that differ, for a fold that may read one as long as its states do not depend on it: what
  // they show at a look. The second comes by every month, day and hour; the last one stands at the
  // event's own time, and nearly still.
  const LEAP = 37 * 86400000 + 18797987;
  const CENTURY = 100 * 365 * 86400000;
  const CLOCKS = [
    { time: Date.UTC(1970, 0, 2, 3, 4, 5, 6), looks: 0, at: (it) => it.time + it.looks },
    { time: Date.UTC(2106, 6, 31, 13, 47, 59, 987), looks: 0, at: (it) => it.time + ((it.looks * LEAP) % CENTURY) },
    { time: 0, looks: 0, at: (it) => it.time + (it.looks - (it.looks % 1000)) / 1000 },
  ];
  let watch = null;
  const hasClock = () => isLoading || watch !== null;
  let seed = 1;
  const random = () => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  const timeNow = () => {
    if (isLoading) return LOAD_TIME;
    watch.looks++;
    return watch.at(watch);
  };
  const guard = (object, name, what, instead, whileLoading, mayBeGiven = () => isLoading) => {
    const old = getOwnPropertyDescriptor(object, name);
    if (old === undefined || !old.configurable) return;
    const real = object[name];
    const guarded = { [name](...args) { return mayBeGiven() ? whileLoading(real, this, args) : refuse(what, instead); } }[name];
    defineProperty(object, name, { value: guarded, writable: true, configurable: true, enumerable: old.enumerable });
  };
  guard(Math, 'random', 'Math.random', EVENT_VALUE, random);
  for (const name of ['uptime', 'freemem', 'loadavg']) guard(os, name, `os.${name}`, EVENT_VALUE, () => 0);
  for (const name of ['pid', 'ppid']) defineProperty(process, name, { get: () => (isLoading ? 1 : refuse(`process.${name}`, EVENT_VALUE)), configurable: true, enumerable: true });
  defineProperty(Event.prototype, 'timeStamp', { get: () => (isLoading ? 0 : refuse('Event.timeStamp', EVENT_TIME)), configurable: true, enumerable: true });
  const RealDate = Date;
  const now = () => (hasClock() ? timeNow() : refuse('the current time', EVENT_TIME));
  const instant = (value) => construct(RealDate, [value]);
  guard(RealDate, 'now', 'the current time', EVENT_TIME, timeNow, hasClock);
  const { parse: timeIn } = RealDate;
  const timeOf = (stored) => {
    const time = typeof stored === 'number' ? (stored > 1e14 ? stored / 1000 : stored > 1e11 ? stored : stored * 1000) : timeIn(`${stored}`);
    return Number.isFinite(time) ? Math.trunc(time) : LOAD_TIME;
  };
  const dateText = method(RealDate.prototype.toString);
  const GuardedDate = new Proxy(RealDate, {
    construct: (target, args, type) => construct(target, args.length === 0 ? [now()] : args, type),
    apply: () => dateText(instant(now())),
  });
  RealDate.prototype.constructor = GuardedDate;
  globalThis.Date = GuardedDate;
  if (globalThis.Intl) {
    const { prototype } = Intl.DateTimeFormat;
    const formatOf = method(getOwnPropertyDescriptor(prototype, 'format').get);
    const formats = new WeakMap();
    defineProperty(prototype, 'format', {
      get() {
        let found = formats.get(this);
        if (found === undefined) {
          const real = formatOf(this);
          found = (date) => real(date === undefined ? now() : date);
          formats.set(this, found);
        }
        return found;
      },
      configurable: true,
    });
    const { formatToParts } = prototype;
    prototype.formatToParts = { formatToParts(date) { return apply(formatToParts, this, [date === undefined ? now() : date]); } }.formatToParts;
  }
  if (globalThis.Temporal) for (const name of ownKeys(Temporal.Now)) if (typeof name === 'string') guard(Temporal.Now, name, `Temporal.Now.${name}`, EVENT_TIME, (real, self, args) => refuse(`Temporal.Now.${name}`, EVENT_TIME, args));
  const Performance = Object.getPrototypeOf(performance);
  guard(Performance, 'now', 'performance.now', EVENT_TIME, () => timeNow() - LOAD_TIME, hasClock);
  for (const name of ['mark', 'measure', 'toJSON']) guard(Performance, name, `performance.${name}`, EVENT_TIME, () => 0);
  defineProperty(Performance, 'timeOrigin', { get: () => (isLoading ? LOAD_TIME : refuse('performance.timeOrigin', EVENT_TIME)), configurable: true });
  const { hrtime } = process;
  guard(hrtime, 'bigint', 'process.hrtime', EVENT_TIME, () => 0n);
  guard(process, 'hrtime', 'process.hrtime', EVENT_TIME, () => [0, 0]);
  if (process.hrtime !== hrtime) process.hrtime.bigint = hrtime.bigint;
  for (const name of ['uptime', 'cpuUsage', 'memoryUsage', 'resourceUsage']) guard(process, name, `process.${name}`, EVENT_TIME, () => 0);
  for (const name of ['exit', 'reallyExit', 'abort', 'kill', 'chdir']) guard(process, name, `process.${name}`, 'throw, to say that an event cannot be applied', () => refuse(`process.${name}`, 'throw'));
  for (const name of ['setTimeout', 'setInterval', 'setImmediate']) {
    guard(globalThis, name, name, EVENT_TIME, () => 0);
    guard(timers, name, name, EVENT_TIME, () => 0);
  }
  for (const name of ['randomBytes', 'randomUUID', 'randomInt', 'randomFill', 'randomFillSync', 'getRandomValues', 'pseudoRandomBytes', 'generateKeyPairSync', 'generateKeySync', 'generatePrimeSync']) {
    guard(crypto, name, `crypto.${name}`, EVENT_VALUE, (real, self, args) => madeUp(name, real, self, args));
  }
  for (const name of ['getRandomValues', 'randomUUID']) {
    guard(Object.getPrototypeOf(crypto.webcrypto), name, `crypto.${name}`, EVENT_VALUE, (real, self, args) => madeUp(name, real, self, args));
  }
  // Bytes that are the same at every load.
  const fill = (bytes) => {
    for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor(random() * 256);
    return bytes;
  };
  const madeUp = (name, real, self, args) => {
    if (name === 'randomUUID') {
      const hex = fill(Buffer.alloc(16)).toString('hex');
      return `${cut(hex, 0, 8)}-${cut(hex, 8, 12)}-4${cut(hex, 13, 16)}-8${cut(hex, 17, 20)}-${cut(hex, 20)}`;
    }
    if (name === 'randomBytes' || name === 'pseudoRandomBytes') return fill(Buffer.alloc(args[0]));
    if (name === 'getRandomValues' || name === 'randomFillSync') {
      fill(new Uint8Array(args[0].buffer, args[0].byteOffset, args[0].byteLength));
      return args[0];
    }
    return refuse(`crypto.${name}`, EVENT_VALUE);
  };
  const never = () => false;
  for (const name of ['createECDH', 'createDiffieHellman', 'createDiffieHellmanGroup', 'getDiffieHellman', 'publicEncrypt']) {
    guard(crypto, name, `crypto.${name}`, EVENT_VALUE, null, never);
  }
  const v8 = require('node:v8');
  for (const name of ['getHeapStatistics', 'getHeapSpaceStatistics', 'getHeapCodeStatistics']) guard(v8, name, `v8.${name}`, EVENT_VALUE, null, never);
  for (const name of ['availableMemory', 'constrainedMemory']) guard(process, name, `process.${name}`, EVENT_VALUE, null, never);
  for (const name of ['cpus', 'networkInterfaces']) guard(os, name, `os.${name}`, EVENT_VALUE, () => (name === 'cpus' ? [{ model: '', speed: 0, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } }] : {}));
  guard(Performance, 'eventLoopUtilization', 'performance.eventLoopUtilization', EVENT_TIME, null, never);
  // Another context has a clock of its own, another thread goes by its own time, and who sleeps waits for it.
  for (const name of ['createContext', 'runInNewContext']) guard(vm, name, `vm.${name}`, 'vm.runInThisContext', null, never);
  guard(Script.prototype, 'runInNewContext', 'vm.Script.runInNewContext', 'vm.runInThisContext', null, never);
  guard(Atomics, 'wait', 'Atomics.wait', EVENT_TIME, null, never);
  const workers = require('node:worker_threads');
  workers.Worker = class Worker { constructor() { refuse('a thread', 'a plain function'); } };
  // What a logger prints by itself is no answer.
  const { write: writeLater, writeSync: writeNow } = fs;
  fs.writeSync = { writeSync(fd, given, ...rest) {
    if (fd !== 1 && fd !== 2) return apply(writeNow, fs, [fd, given, ...rest]);
    say(lineOf(given));
    return Buffer.byteLength(`${given}`);
  } }.writeSync;
  const { readSync: readNow } = fs;
  // Nothing is there to be read.
  fs.readSync = { readSync(fd, ...rest) { return fd === 0 ? 0 : apply(readNow, fs, [fd, ...rest]); } }.readSync;
  fs.write = { write(fd, given, ...rest) {
    if (fd !== 1 && fd !== 2) return apply(writeLater, fs, [fd, given, ...rest]);
    fs.writeSync(fd, given);
    return undefined;
  } }.write;
  Module.syncBuiltinESMExports();
  // An ES module sees none of what a script on the command line has.
  const { webcrypto } = crypto;
  for (const name of ['require', 'module', 'exports', '__filename', '__dirname', ...Module.builtinModules]) {
    if (name !== 'console' && name !== 'process') delete globalThis[name];
  }
  defineProperty(globalThis, 'crypto', { get: () => webcrypto, configurable: true, enumerable: true });
  const lineOf = (given) => {
    const text = `${given}`;
    return cut(text, -1) === '\n' ? cut(text, 0, -1) : text;
  };
  const plainFormat = { colors: false };
  for (const name of ['log', 'info', 'warn', 'error', 'debug', 'trace']) {
    console[name] = { [name](...args) { say(format(plainFormat, ...args)); } }[name];
  }
  for (const name of ['dir', 'dirxml']) console[name] = (...args) => { say(format(plainFormat, args[0])); };
  console.table = (...args) => { say(format(plainFormat, args[0])); };
  console.assert = (isTrue, ...args) => { if (!isTrue) say(`Assertion failed${args.length > 0 ? `: ${format(plainFormat, ...args)}` : ''}`); };
  console.group = console.groupCollapsed = (...args) => { say(format(plainFormat, ...args)); };
  for (const name of ['groupEnd', 'time', 'timeEnd', 'timeLog', 'timeStamp', 'count', 'countReset', 'clear', 'profile', 'profileEnd']) console[name] = () => undefined;
  defineProperty(process, 'stdin', { value: new Readable({ read() { this.push(null); } }), configurable: true });
  for (const name of ['stdout', 'stderr']) {
    const value = new Writable({ write(text, _, done) { say(lineOf(text)); done(); } });
    defineProperty(process, name, { value, configurable: true });
  }

  // --- The line --------------------------------------------------------------------------
  let unsent = '';
  const flush = () => {
    const bytes = bytesFrom(unsent);
    unsent = '';
    for (let at = 0; at < bytes.length;) at += writeSync(output, bytes, at);
  };
  const write = (text) => {
    unsent += `${text}\n`;
  };
  // An answer as JSON, whatever a module gave lists and objects for a `toJSON`.
  const jsonOf = (value) => {
    if (typeof value === 'string') return stringify(wellFormed(value));
    if (typeof value !== 'object' || value === null) return stringify(value) ?? 'null';
    let text = '';
    if (isArray(value)) {
      for (let i = 0; i < value.length; i++) text += `${i > 0 ? ',' : ''}${jsonOf(value[i])}`;
      return `[${text}]`;
    }
    const names = keys(value);
    for (let i = 0; i < names.length; i++) {
      if (value[names[i]] !== undefined) text += `${text === '' ? '' : ','}${stringify(wellFormed(names[i]))}:${jsonOf(value[names[i]])}`;
    }
    return `{${text}}`;
  };
  let rest = allocUnsafe(0);
  const chunk = allocUnsafe(1 << 20);
  // The next line, or null at the end.
  const read = () => {
    const parts = [];
    for (;;) {
      const end = placeOf(rest, 10);
      if (end >= 0) {
        parts[parts.length] = partOf(rest, 0, end);
        rest = partOf(rest, end + 1);
        const whole = parts.length === 1 ? parts[0] : concat(parts);
        return textOf(whole, 0, whole.length);
      }
      if (rest.length > 0) parts[parts.length] = rest;
      // Whoever asked several things at once is told all of it at once.
      if (unsent !== '') flush();
      const count = readSync(input, chunk, 0, chunk.length, null);
      if (count === 0) return null;
      rest = bytesFrom(partOf(chunk, 0, count));
    }
  };

  // --- Modules ---------------------------------------------------------------------------
  let folder = '/';
  const modules = new Map();
  // ES modules of ours.
  const evaluated = [];
  const place = (name) => path.join(folder, name);
  const dynamic = vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  const nativeImport = (name, base) => new Script('(name) => import(name)', { filename: place(base), importModuleDynamically: dynamic }).runInThisContext()(name);
  const WRAPPED = ['exports', 'require', 'module', '__filename', '__dirname'];
  const ours = makeModules(
    (text, filename) => compileFunction(text, WRAPPED, { filename, importModuleDynamically: dynamic }),
    (name) => Module.createRequire(place(name)),
  );
  // The name of a file in the module's folder: what was not read beforehand is read now. `null`: it is
  // a package's, the language's, or no text.
  const ownFile = (file) => {
    if (!path.isAbsolute(file)) return null;
    let real;
    try { real = fs.realpathSync(file); } catch { return null; }
    const name = path.relative(folder, real);
    if (name === '..' || name.startsWith(`..${path.sep}`) || name.split(path.sep).includes('node_modules')) return null;
    if (ours.has(name)) return name;
    const kind = kindOfFile(real);
    if (kind === null || !fs.statSync(real).isFile()) return null;
    ours.adopt(name, kind, fs.readFileSync(real, 'utf8'));
    return name;
  };
  const packageOf = (file) => {
    for (let at = path.dirname(file); ; at = path.dirname(at)) {
      try { return parse(fs.readFileSync(path.join(at, 'package.json'), 'utf8')); } catch { /* None, or it is not for us. */ }
      if (at === path.dirname(at)) return {};
    }
  };
  const kindOfFile = (file) => {
    switch (path.extname(file)) {
      case '.mjs': return 'esm';
      case '.cjs': return 'commonjs';
      case '.json': return 'json';
      case '.js': return packageOf(file).type === 'module' ? 'esm' : 'commonjs';
      default: return null;
    }
  };
  // Two instances of one file would each have variables of their own: whatever leads to a file of
  // ours leads to ours.
  const { _load: loadNative, _resolveFilename: resolveNative } = Module;
  Module._load = (wanted, parent, isMain) => {
    let found = null;
    try {
      if (!Module.isBuiltin(wanted)) found = ownFile(resolveNative(wanted, parent, isMain));
    } catch {
      // Node says what is wrong with it.
    }
    return found === null ? apply(loadNative, Module, [wanted, parent, isMain]) : ours.require(found, place);
  };
  // What an import means that the text of the module does not name: one of ours, or `null`.
  const findFile = (base, wanted) => {
    if (Module.isBuiltin(wanted)) return null;
    if (/^(?:\.{0,2}\/|\.{1,2}$|file:)/.test(wanted)) {
      const target = new URL(wanted, url.pathToFileURL(place(base)));
      if (target.search !== '' || target.hash !== '') throw new Error(`a file that is imported as ${wanted} would be there twice: import it without ? and #`);
      return ownFile(url.fileURLToPath(target));
    }
    try {
      return ownFile(Module.createRequire(place(base)).resolve(wanted));
    } catch {
      const own = packageOf(place(base)).name;
      if (wanted[0] === '#' || (typeof own === 'string' && (wanted === own || wanted.startsWith(`${own}/`)))) {
        throw new Error(`the file that its package calls ${wanted} may be there twice: import it by its path`);
      }
      return null;
    }
  };
  const synthetic = (names, exported, whole, identifier) => {
    names[names.length] = 'default';
    return new SyntheticModule(names, function () {
      for (let i = 0; i < names.length - 1; i++) this.setExport(names[i], exported[names[i]]);
      this.setExport('default', whole);
    }, { identifier });
  };
  const moduleOf = (name) => {
    let found = modules.get(name);
    if (found !== undefined) return found;
    if (ours.kindOf(name) === 'esm') {
      found = new SourceTextModule(ours.textOf(name), {
        identifier: place(name),
        initializeImportMeta: (meta) => {
          meta.dirname = path.dirname(place(name));
          meta.filename = place(name);
          meta.url = `${url.pathToFileURL(place(name))}`;
        },
        importModuleDynamically: (wanted) => importOf(name, wanted, true),
      });
      evaluated[evaluated.length] = found;
    } else {
      const exported = ours.require(name, place);
      const names = ours.kindOf(name) === 'json' ? [] : ours.names(exported);
      found = synthetic(names, exported, exported, place(name));
    }
    modules.set(name, found);
    return found;
  };
  const importOf = async (base, wanted, isReady) => {
    const found = ours.find(base, wanted) ?? findFile(base, wanted);
    let module;
    if (found === null) {
      const key = `${base} ${wanted}`;
      if (!modules.has(key)) {
        const space = await nativeImport(wanted, base);
        modules.set(key, synthetic(ours.names(space), space, space.default, wanted));
      }
      module = modules.get(key);
    } else {
      module = moduleOf(found);
    }
    if (isReady) await ready(module);
    return module;
  };
  const ready = async (module) => {
    if (module.status === 'unlinked') await module.link((wanted, referrer) => importOf(path.relative(folder, referrer.identifier), wanted, false));
    if (module.status === 'linked') await module.evaluate();
    if (module.status === 'errored') throw module.error;
  };
  const namespaceOf = async (entry) => {
    if (ours.kindOf(entry) === 'projection') {
      const evaluate = (text) => new Script(text, { filename: place(entry) }).runInThisContext();
      ours.exported({});
      ours.variable(driver.project(makeProjection({ evaluate }), ours.textOf(entry)));
      return {};
    }
    if (ours.kindOf(entry) !== 'esm') return ours.space(ours.require(entry, place));
    const module = moduleOf(entry);
    await ready(module);
    for (let i = 0; i < evaluated.length; i++) ours.exported(evaluated[i].namespace);
    return module.namespace;
  };

  // --- What is asked ---------------------------------------------------------------------
  // When it was last told how far it is, and looked whether that is due; events between looks.
  let [told, looked, every] = [0, 0, 64];
  const driver = makeDriver({
    isClock: () => isClock,
    now: () => clock(time),
    refusal: () => {
      const found = refusal;
      refusal = '';
      return found;
    },
    // A sign of life for slow events; who hangs gives none.
    count: (row) => {
      begun++;
      if (watch === CLOCKS[2] && row !== null) { watch.time = timeOf(row[4]); watch.looks = 0; }
      if (begun % every !== 0) return;
      const at = clock(time);
      every = at - looked > 20 ? 1 : 64;
      looked = at;
      if (at - told > 50) {
        told = at;
        write(`at ${begun}`);
        flush();
      }
    },
  });
  let namespace = null;
  // Nothing is left that could go on with a load that waits.
  process.on('beforeExit', () => {
    if (!isLoading) return;
    write(jsonOf({ refused: { message: 'it waits for something that never comes while it loads (await)', place: '', help: 'let it wait for nothing while it loads' } }));
    flush();
  });
  const MISSING = 'install it beside the module, or bundle it: npx esbuild x.ts --bundle --format=esm';
  const thrownOf = ({ why, message, place: at, fatal = false }) => ({ message, place: shorter(at), why, fatal });
  // Inside its folder a file has a short name.
  const shorter = (at) => (at.startsWith(`${folder}/`) ? at.slice(folder.length + 1) : at);
  const load = async ({ entry, sources: given, folder: where, apart, clock: which }) => {
    ours.give(given);
    folder = where;
    isLoading = true;
    globalThis.$eventglass = ours.variable;
    try {
      namespace = await namespaceOf(entry);
      delete globalThis.$eventglass;
      driver.loaded(ours.variables(), apart);
      return { loaded: driver.list(namespace) };
    } catch (error) {
      const failed = driver.thrown(error);
      const isMissing = error?.code === 'ERR_MODULE_NOT_FOUND' || error?.code === 'MODULE_NOT_FOUND';
      return { refused: { message: failed.message, place: shorter(failed.place), help: isMissing ? MISSING : 'correct the module' } };
    } finally {
      delete globalThis.$eventglass;
      isLoading = false;
      watch = CLOCKS[which] ?? null;
      refusal = '';
    }
  };
  const call = (run) => {
    try {
      return run();
    } catch (error) {
      return { thrown: thrownOf(driver.thrown(error)) };
    }
  };
  const SLOTS = { Build: 0, Seek: 1, Written: 2 };
  // The last step did not come to its end: what follows on it is void.
  let isSpoilt = false;
  const answer = (ask) => {
    if (ask === 'drop') return 'done';
    if (ask === 'hello') return { hello: version };
    const name = keys(ask)[0];
    const given = ask[name];
    switch (name) {
      case 'use':
        return call(() => { driver.use(namespace, given.export, given.odd); return 'done'; });
      case 'start':
        return call(() => { driver.start(SLOTS[given.slot], given.stream); return 'done'; });
      case 'step': {
        lines = [];
        lineBytes = 0;
        const { slot, rows, stream, due, every, follows } = given;
        if (follows && isSpoilt) return { thrown: { message: 'what it follows on was not folded', place: '', why: 'void', fatal: false } };
        const { done, thrown, emitted = [], logs = [], copied } = driver.step(SLOTS[slot], rows, stream, due, every);
        if (copied?.refused !== undefined) copied.refused = thrownOf(copied.refused);
        return { stepped: { done, thrown: thrown === undefined ? null : thrownOf(thrown), said: logs.length > 0 ? logs : lines, emitted, copied } };
      }
      case 'export':
        return call(() => ({ state: driver.show(SLOTS[given]) }));
      case 'save':
        return call(() => ({ saved: driver.save(SLOTS[given]) }));
      case 'restore':
        return call(() => { driver.restore(SLOTS[given.slot], given.text); return 'done'; });
      case 'put':
        return call(() => { driver.put(SLOTS[given.slot], given.state); return 'done'; });
      default:
        return 'done';
    }
  };
  const serve = async () => {
    for (;;) {
      const line = read();
      if (line === null) return;
      begun = 0;
      told = looked = clock(time);
      let ask;
      try {
        ask = parse(line);
      } catch (error) {
        isSpoilt = true;
        write(jsonOf({ unread: { message: `JavaScript cannot read the data of this event: ${error.message}`, place: '', why: 'unread', fatal: false } }));
        continue;
      }
      // Who handed over what follows waits for the one before it.
      if (ask.step?.follows && unsent !== '') flush();
      const reply = ask.load ? await load(ask.load) : answer(ask);
      isSpoilt = reply.stepped ? reply.stepped.thrown !== null : reply !== 'done';
      // A state is JSON already.
      if (typeof reply.state === 'string') write(`{"state":${reply.state}}`);
      else write(jsonOf(reply));
      // Who waits for several answers is told as soon as one took long.
      if (clock(time) - looked > 20) flush();
    }
  };
  serve();
})();
