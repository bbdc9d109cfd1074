// The names of Node 20: what is newer goes, what the sandbox lacks is there by name. To ask
// whether it is there gives Node's answer, to use it is refused.
(kit) => {
  'use strict';
  const { natives, native, define, equip, lacks, now, byChance, note, method, memberOf } = kit;
  const { defineProperty, getPrototypeOf, setPrototypeOf, freeze } = Object;
  const isView = ArrayBuffer.isView;
  const put = (name, value) => defineProperty(globalThis, name, { value, writable: true, enumerable: false, configurable: true });

  // --- What Node 20 does not have --------------------------------------------------------------
  const newer = [
    [Array, 'fromAsync'],
    [ArrayBuffer.prototype, 'detached immutable sliceToImmutable transfer transferToFixedLength transferToImmutable'],
    [Atomics, 'pause'],
    [DataView.prototype, 'getFloat16 setFloat16'],
    [Function.prototype, 'columnNumber fileName lineNumber'],
    [JSON, 'isRawJSON rawJSON'],
    [Map, 'groupBy'],
    [Map.prototype, 'getOrInsert getOrInsertComputed'],
    [Math, 'f16round sumPrecise'],
    [Object, 'groupBy'],
    [Promise, 'try withResolvers'],
    [RegExp, 'escape'],
    [Set.prototype, 'difference intersection isDisjointFrom isSubsetOf isSupersetOf symmetricDifference union'],
    [Uint8Array, 'fromBase64 fromHex'],
    [Uint8Array.prototype, 'setFromBase64 setFromHex toBase64 toHex'],
    [WeakMap.prototype, 'getOrInsert getOrInsertComputed'],
    [globalThis, 'AsyncDisposableStack DisposableStack Float16Array InternalError Iterator SuppressedError gc navigator'],
  ];
  const Iterators = getPrototypeOf(getPrototypeOf([][Symbol.iterator]()));
  for (const name of Reflect.ownKeys(Iterators)) if (name !== Symbol.iterator) delete Iterators[name];
  delete getPrototypeOf(getPrototypeOf(getPrototypeOf((async function* () {})()))) [Symbol.asyncDispose];
  for (const [object, names] of newer) for (const name of names.split(' ')) delete object[name];

  // --- What the sandbox lacks --------------------------------------------------------------------
  const refusing = (what, name, length) => native({ [name]() { return lacks(what); } }[name], name, length);
  const members = (object, text, path) => {
    for (const member of text.split(' ')) {
      if (member === '') continue;
      const [name, length] = member.split(/[:/]/);
      const what = `${path}.${name}`;
      if (member.includes('/')) define(object, name, refusing(what, name, +length));
      else defineProperty(object, name, { get: native(function () { return lacks(what); }, `get ${name}`, 0), enumerable: false, configurable: true });
    }
  };
  const spaces = { Intl: {}, WebAssembly: {} };
  for (const name of Object.keys(spaces)) {
    defineProperty(spaces[name], Symbol.toStringTag, { value: name, configurable: true });
    put(name, spaces[name]);
  }
  for (const line of natives.missing.split('\n')) {
    if (line === '') continue;
    const [path, length, statics, own, parent] = line.split('|').map((part) => part.trim());
    const name = path.split('.').at(-1);
    const isClass = own !== '-';
    const f = isClass ? native(function () { return lacks(path); }, name, +length) : refusing(path, name, +length);
    members(f, statics, path);
    if (isClass) {
      members(f.prototype, own, `${path}.prototype`);
      define(f.prototype, Symbol.toStringTag, name);
      if (parent && globalThis[parent]) {
        setPrototypeOf(f.prototype, globalThis[parent].prototype);
        setPrototypeOf(f, globalThis[parent]);
      }
      define(f.prototype, 'constructor', f);
    }
    if (path.includes('.')) define(spaces[path.split('.')[0]], name, f);
    else put(name, f);
  }
  // Nothing here can be one.
  equip(Buffer, { isBuffer(_value) { return false; } });
  setPrototypeOf(Buffer.prototype, Uint8Array.prototype);
  setPrototypeOf(Buffer, Uint8Array);
  const waitless = (name, length) => define(Atomics, name, refusing(`Atomics.${name}`, name, length));
  waitless('wait', 4);
  waitless('waitAsync', 4);

  // --- Timers ---------------------------------------------------------------------------------------
  for (const [name, length] of [['setTimeout', 5], ['setInterval', 5], ['setImmediate', 4], ['fetch', 1]]) {
    defineProperty(globalThis, name, { value: refusing(name, name, length), writable: true, enumerable: true, configurable: true });
  }
  // None was set.
  for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) {
    defineProperty(globalThis, name, { value: native({ [name](_timer) { return undefined; } }[name]), writable: true, enumerable: true, configurable: true });
  }

  // --- Another clock, and randomness -------------------------------------------------------------------
  const object = (type, methods) => {
    const made = Object.create(type.prototype);
    equip(type.prototype, methods);
    return made;
  };
  const get = (name, read) => defineProperty(globalThis, name, { get: native(() => read, `get ${name}`, 0), set: native((value) => { defineProperty(globalThis, name, { value, writable: true, enumerable: true, configurable: true }); }, `set ${name}`, 1), enumerable: true, configurable: true });
  get('performance', object(Performance, {
    now() {
      now('performance.now, a clock,');
      return 0;
    },
    get timeOrigin() { return now('performance.timeOrigin, a clock,'); },
  }));
  const TypedArray = getPrototypeOf(Uint8Array);
  const Bytes = Uint8Array;
  const viewOf = method(memberOf(TypedArray.prototype, 'buffer').get);
  const startOf = method(memberOf(TypedArray.prototype, 'byteOffset').get);
  const sizeOf = method(memberOf(TypedArray.prototype, 'byteLength').get);
  const fill = (bytes) => {
    for (let i = 0; i < bytes.length; i++) bytes[i] = byChance('crypto') * 256;
    return bytes;
  };
  get('crypto', object(Crypto, {
    getRandomValues(array) {
      byChance('crypto.getRandomValues');
      fill(new Bytes(viewOf(array), startOf(array), sizeOf(array)));
      return array;
    },
    randomUUID() {
      byChance('crypto.randomUUID');
      let hex = '';
      const bytes = fill(new Bytes(16));
      for (let i = 0; i < 16; i++) hex += (bytes[i] + 256).toString(16).slice(1);
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
    },
    get subtle() { return subtle; },
  }));
  const subtle = Object.create(SubtleCrypto.prototype);

  // --- The process -----------------------------------------------------------------------------------------
  // Its environment is empty, as in every host; what a machine would say is refused.
  const usual = new Set('HOME USER LOGNAME PATH PWD OLDPWD SHELL LANG LC_ALL TZ TERM HOSTNAME TMPDIR TEMP TMP HOSTTYPE OS USERNAME USERPROFILE APPDATA'.split(' '));
  const isUsual = method(Set.prototype.has);
  const env = new Proxy({}, {
    get(target, name) {
      if (typeof name === 'string' && isUsual(usual, name) && !(name in target)) lacks(`process.env.${name}`);
      return target[name];
    },
    ownKeys() { return lacks('process.env'); },
    set(target, name, value) {
      define(target, name, `${value}`);
      return true;
    },
  });
  const process = Object.create(Object.create(EventTarget.prototype === undefined ? null : Object.prototype));
  defineProperty(process, Symbol.toStringTag, { value: 'process', configurable: true });
  const facts = {
    title: 'node', version: 'v20.20.2', browser: undefined, platform: natives.platform, arch: natives.arch, env, exitCode: undefined,
    versions: freeze({ __proto__: null, node: '20.20.2', v8: '11.3.244.8-node.38', unicode: '17.0' }),
    release: { name: 'node', lts: 'Iron' }, features: { inspector: true, debug: false, uv: true, ipv6: true, tls_alpn: true, tls_sni: true, tls_ocsp: true, tls: true, cached_builtins: true },
  };
  for (const name of Object.keys(facts)) if (facts[name] !== undefined) defineProperty(process, name, { value: facts[name], writable: true, enumerable: true, configurable: true });
  members(process, 'argv: argv0: execArgv: execPath: pid: ppid: debugPort: stdout: stderr: stdin: config: report: moduleLoadList: dlopen/0 uptime/0 getActiveResourcesInfo/0 loadEnvFile/1 cpuUsage/1 resourceUsage/0 memoryUsage/0 constrainedMemory/0 availableMemory/0 kill/2 exit/1 hrtime/1 openStdin/0 getuid/0 geteuid/0 getgid/0 getegid/0 getgroups/0 getBuiltinModule/1 setUncaughtExceptionCaptureCallback/1 hasUncaughtExceptionCaptureCallback/0 nextTick/1 setSourceMapsEnabled/1 abort/0 umask/1 chdir/1 cwd/0 initgroups/2 setgroups/1 setegid/1 seteuid/1 setgid/1 setuid/1 on/2 once/2 off/2 addListener/2 removeListener/2 removeAllListeners/1 emit/1 listeners/1 listenerCount/2 eventNames/0 prependListener/2 prependOnceListener/2 rawListeners/1 setMaxListeners/1 getMaxListeners/0', 'process');
  define(process.hrtime, 'bigint', refusing('process.hrtime, a clock,', 'bigint', 0));
  define(process.memoryUsage, 'rss', refusing('process.memoryUsage', 'rss', 0));
  equip(process, {
    binding(name) {
      // Libraries try it while they load, and have another way.
      if (kit.isLoading()) throw new Error(`No such module: ${name}`);
      return lacks('process.binding');
    },
  });
  equip(process, { emitWarning(warning) { kit.write(`(warning) ${warning}`); } });
  put('process', process);
  defineProperty(globalThis, 'global', { value: globalThis, writable: true, enumerable: true, configurable: true });
  defineProperty(globalThis, Symbol.toStringTag, { value: 'global', configurable: true });

  // --- What the engine does otherwise ------------------------------------------------------------
  const { seal, preventExtensions } = Object;
  equip(Object, {
    seal(object) { return isView(object) ? preventExtensions(object) : seal(object); },
  });

  // --- What is weak ---------------------------------------------------------------------------------------------
  // A fold is one run without a pause, in which Node lets nothing go that was asked for.
  const TypeType = TypeError;
  const isTarget = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function' || (typeof value === 'symbol' && Symbol.keyFor(value) === undefined);
  class WeakRef {
    #target;
    constructor(target) {
      if (!isTarget(target)) throw new TypeType('WeakRef: target must be an object');
      this.#target = target;
    }
    deref() { return this.#target; }
  }
  kit.builtin(WeakRef, 'WeakRef');
  const WeakMapType = WeakMap;
  const [getOf, setOf, deleteOf] = [method(WeakMap.prototype.get), method(WeakMap.prototype.set), method(WeakMap.prototype.delete)];
  class FinalizationRegistry {
    #tokens = new WeakMapType();
    constructor(cleanup) {
      if (typeof cleanup !== 'function') throw new TypeType('FinalizationRegistry: cleanup must be callable');
    }
    register(target, held, token = undefined) {
      if (!isTarget(target)) throw new TypeType('FinalizationRegistry.prototype.register: invalid target');
      if (target === held) throw new TypeType('FinalizationRegistry.prototype.register: target and holdings must not be same');
      if (token !== undefined) setOf(this.#tokens, token, true);
    }
    unregister(token) {
      if (!isTarget(token)) throw new TypeType(`Invalid unregisterToken ('${String(token)}')`);
      return getOf(this.#tokens, token) === true && deleteOf(this.#tokens, token);
    }
  }
  defineProperty(FinalizationRegistry.prototype.register, 'length', { value: 2 });
  kit.builtin(FinalizationRegistry, 'FinalizationRegistry');
  void note;
}
