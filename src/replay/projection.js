// Folds events with a KurrentDB projection: the script as it is on the server, run by the
// rules of the server's engine (version 1 unless asked otherwise), in QuickJS and in Node.
//
// The value of this file is a function of `world`, in which `world.evaluate(text)` runs a
// script in the global scope, not strict, and returns what its last statement gives. Evaluated before any user code; what it needs
// later is captured here, so user code cannot replace it. What runs later neither spreads
// nor takes arrays apart: both ask the array's iterator, which user code can replace.
//
// `open(script)` gives what `driver.js` folds with. A state is plain
// data: the JSON text of each partition by name, as the server stores it. Every event reads
// its partition's text and writes it anew, so a Date, a Map or a function of one event is
// `{}` for the next one, as on the server.
((world) => {
  'use strict';
  const { parse, stringify } = JSON;
  const { create, defineProperty, getPrototypeOf, is } = Object;
  const { getOwnPropertyDescriptor: memberOf, ownKeys, apply, deleteProperty } = Reflect;
  const { isArray } = Array;
  const { isFinite } = Number;
  const { trunc } = Math;
  const [MapType, SetType, StringType, TypedArray] = [Map, Set, String, getPrototypeOf(Uint8Array)];
  const [toBigInt, toText] = [BigInt, String];
  const [ErrorType, TypeErrorType] = [Error, TypeError];
  const method = (f) => (self, ...args) => apply(f, self, args);
  const exec = method(RegExp.prototype.exec);
  const sourceOf = method(Function.prototype.toString);
  const exponential = method(Number.prototype.toExponential);
  const slice = method(String.prototype.slice);
  const lower = method(String.prototype.toLowerCase);
  const upper = method(String.prototype.toUpperCase);
  const padded = method(String.prototype.padStart);
  const filled = method(String.prototype.padEnd);
  const indexOf = method(String.prototype.indexOf);
  const startsWith = method(String.prototype.startsWith);
  const codeAt = method(String.prototype.charCodeAt);
  const hexOf = method(Number.prototype.toString);
  const mapGet = method(MapType.prototype.get);
  const mapSet = method(MapType.prototype.set);
  const mapHas = method(MapType.prototype.has);
  const mapEach = method(MapType.prototype.forEach);
  const dateOf = Date.parse;
  const timeText = method(Date.prototype.toISOString);
  const DateType = Date;

  // --- Faults --------------------------------------------------------------------------
  // The engine's own errors are not JavaScript's: a script cannot catch them. So the first
  // one is kept, and is the answer of the event whatever the script did with it.
  let fault = null;
  class Fault extends ErrorType {
    constructor(kind, message) {
      super(message);
      defineProperty(this, 'name', { value: kind });
    }
  }
  const fail = (kind, message) => {
    const error = new Fault(kind, message);
    fault ??= error;
    throw error;
  };
  const invalid = (message) => fail('InvalidProjectionError', message);
  const refuse = (message) => fail('ProjectionHandlerError', message);
  const unstorable = (message) => fail('StateSerializationError', message);
  // What a script threw, in the words of the server.
  const wordsOf = (error) => {
    if (typeof error === 'object' && error !== null) return toText(error.message);
    return toText(error);
  };

  // --- JSON as the server writes it ------------------------------------------------------
  const numberText = (n) => {
    if (n === 0) return is(n, -0) ? '-0' : '0';
    const size = n < 0 ? -n : n;
    if (size < 1e17 && size >= 1e-4) return `${n}`;
    const found = exec(/^(.*)e([+-])(\d+)$/, exponential(n));
    return `${found[1]}E${found[2]}${padded(found[3], 2, '0')}`;
  };
  const nearly = /^[ !#-[\]-~]*$/;
  const shortEscapes = { 8: '\\b', 9: '\\t', 10: '\\n', 12: '\\f', 13: '\\r', 34: '\\"', 92: '\\\\' };
  const escape = (code) => `\\u${padded(upper(hexOf(code, 16)), 4, '0')}`;
  const unseen = /[\p{Cc}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\ufeff]/u;
  const isLone = (text, i, code) => {
    if (code < 0xd800 || code > 0xdfff) return false;
    const other = codeAt(text, code < 0xdc00 ? i + 1 : i - 1);
    return code < 0xdc00 ? !(other >= 0xdc00 && other <= 0xdfff) : !(other >= 0xd800 && other <= 0xdbff);
  };
  const stringText = (text) => {
    if (exec(nearly, text) !== null) return `"${text}"`;
    let out = '"';
    for (let i = 0; i < text.length; i++) {
      const code = codeAt(text, i);
      if (shortEscapes[code] !== undefined) out += shortEscapes[code];
      else if (code < 0x7f) out += code < 0x20 ? escape(code) : text[i];
      else if (isLone(text, i, code)) out += '\\uFFFD';
      else out += code >= 0xd800 && code <= 0xdfff || exec(unseen, text[i]) !== null ? escape(code) : text[i];
    }
    return `${out}"`;
  };
  const nameText = (text) => {
    if (exec(/^[\w .$:\/=@,;!?*()[\]{}|~^%#-]*$/, text) !== null) return `"${text}"`;
    let out = '"';
    for (let i = 0; i < text.length; i++) {
      const code = codeAt(text, i);
      if (isLone(text, i, code)) refuse('Cannot transcode invalid UTF-16 string to UTF-8 JSON text.');
      if (code !== 34 && shortEscapes[code] !== undefined) out += shortEscapes[code];
      else out += code < 0x20 || code > 0x7e || exec(/["&'+<>`]/, text[i]) !== null ? escape(code) : text[i];
    }
    return `${out}"`;
  };

  const MOST_BYTES = 16777216;
  const DEEPEST = 64;
  // The text of any value: own members whatever they are, those of a Date or a Map being none.
  const textOf = (value) => {
    const path = [];
    let out = '';
    const write = (v) => {
      switch (typeof v) {
        case 'number':
          if (!isFinite(v)) unstorable(`${v} is not a valid JSON value`);
          out += numberText(v);
          return;
        case 'string':
          out += stringText(v);
          return;
        case 'boolean':
          out += v ? 'true' : 'false';
          return;
        case 'bigint':
          out += `"${v}"`;
          return;
        case 'symbol':
          unstorable('Symbol is not serializable as JSON');
      }
      if (v === null || v === undefined) {
        out += 'null';
        return;
      }
      for (let i = 0; i < path.length; i++) if (path[i] === v) unstorable('Cannot serialize a circular structure');
      if (path.length >= DEEPEST) unstorable('Cannot serialize a value nested deeper than 64 levels');
      if (out.length > MOST_BYTES) unstorable(`State size exceeds the configured maximum of ${MOST_BYTES} bytes`);
      path[path.length] = v;
      if (isArray(v)) {
        out += '[';
        for (let i = 0; i < v.length; i++) {
          if (i > 0) out += ',';
          write(v[i]);
        }
        out += ']';
      } else {
        out += '{';
        let first = true;
        eachMember(v, (key, member) => {
          if (member === undefined) return;
          if (typeof key === 'symbol') refuse('Expected string but got Symbol');
          if (!first) out += ',';
          first = false;
          out += nameText(key);
          out += ':';
          write(member);
        });
        out += '}';
      }
      path.length -= 1;
    };
    write(value);
    return out;
  };
  const eachMember = (object, see) => {
    if (getPrototypeOf(object) === EventPrototype) parseAll(object);
    const names = ownKeys(object);
    const hidesItems = object instanceof TypedArray || object instanceof StringType;
    const hidesCaller = typeof object === 'function';
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      if (hidesItems && exec(/^\d+$/, toText(name)) !== null) continue;
      if (hidesCaller && (name === 'arguments' || name === 'caller')) continue;
      const member = memberOf(object, name);
      if (member === undefined) continue;
      if (member.get !== undefined || member.set !== undefined) refuse('Object reference not set to an instance of an object.');
      see(name, member.value);
    }
  };
  // How the server stores a state: a text that is JSON as it is, another one as JSON.
  const stored = (value) => {
    if (value === null || value === undefined) return null;
    let text;
    if (typeof value === 'string') text = isJson(value) ? value : stringText(value);
    else text = textOf(value);
    if (text.length * 3 > MOST_BYTES && bytesIn(text) > MOST_BYTES) {
      unstorable(`State size exceeds the configured maximum of ${MOST_BYTES} bytes`);
    }
    return text;
  };
  const storedSlot = (value) => (value === null || value === undefined ? null : textOf(value));
  const isJson = (text) => {
    try {
      parse(text);
      return true;
    } catch {
      return false;
    }
  };
  const bytesIn = (text) => {
    let bytes = 0;
    for (let i = 0; i < text.length; i++) {
      const code = codeAt(text, i);
      bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
    }
    return bytes;
  };

  // --- The event -------------------------------------------------------------------------
  const EventPrototype = create(Object.prototype);
  const fix = (object, name, value) => defineProperty(object, name, { value, writable: false, enumerable: true, configurable: false });
  const has = method(Object.prototype.hasOwnProperty);
  const parsed = (text, what) => {
    try {
      return parse(text);
    } catch {
      return fail('MalformedEventError', `Event ${what} is not valid JSON`);
    }
  };
  const bodyOf = (event) => {
    if (has(event, 'body')) return event.body;
    if (!event.isJson) return undefined;
    const body = event.bodyRaw === null ? null : parsed(event.bodyRaw, 'data');
    if (typeof body !== 'object' || body === null) refuse('Specified cast is not valid.');
    fix(event, 'body', body);
    fix(event, 'data', body);
    return body;
  };
  const besideOf = (name, raw) => (event) => {
    if (has(event, name)) return event[name];
    const value = event[raw] === null ? null : parsed(event[raw], name);
    fix(event, name, value);
    return value;
  };
  const metadataOf = besideOf('metadata', 'metadataRaw');
  const linkMetadataOf = besideOf('linkMetadata', 'linkMetadataRaw');
  const lazy = (name, read) => defineProperty(EventPrototype, name, {
    get() { return read(this); },
    set() {},
    enumerable: false,
    configurable: false,
  });
  lazy('body', bodyOf);
  lazy('data', bodyOf);
  lazy('metadata', metadataOf);
  lazy('linkMetadata', linkMetadataOf);
  const parseAll = (event) => {
    bodyOf(event);
    metadataOf(event);
    linkMetadataOf(event);
  };
  // A time with the seven digits that .NET writes.
  const timeOf = (given) => {
    const found = exec(/^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:?\d\d)?$/, given);
    if (found === null) return given;
    const digits = slice(filled(found[3] ?? '', 7, '0'), 0, 7);
    const zone = found[4] ?? '';
    const clock = `${found[1]}T${found[2] ?? '00:00:00'}`;
    if (zone === '' || zone === 'Z') return `${clock}.${digits}${zone}`;
    return `${slice(timeText(new DateType(dateOf(`${clock}${zone}`))), 0, 19)}.${digits}+00:00`;
  };
  const makeEvent = (given, partition, category) => {
    const event = create(EventPrototype);
    fix(event, 'partition', partition);
    fix(event, 'created', timeOf(given.created));
    fix(event, 'bodyRaw', given.body);
    fix(event, 'metadataRaw', given.metadata);
    fix(event, 'streamId', given.stream);
    fix(event, 'eventId', given.id);
    fix(event, 'eventType', given.type);
    fix(event, 'isJson', given.isJson);
    fix(event, 'linkMetadataRaw', given.link);
    fix(event, 'category', category);
    fix(event, 'sequenceNumber', given.number);
    return event;
  };
  const categoryOf = (stream) => {
    const dash = indexOf(stream, '-');
    return dash < 0 ? stream : slice(stream, 0, dash);
  };

  // --- What a projection has at hand -------------------------------------------------------
  const isScriptFunction = (f) => typeof f === 'function' && exec(/\{\s*\[native code\]\s*\}\s*$/, sourceOf(f)) === null;
  const hidden = (name, value, isFixed) => {
    // A function that the script declares cannot be defined anew, but gives way.
    if (memberOf(globalThis, name)?.configurable === false) globalThis[name] = value;
    else defineProperty(globalThis, name, { value, writable: !isFixed, enumerable: false, configurable: !isFixed });
  };
  const standard = new SetType([
    'AggregateError', 'Array', 'ArrayBuffer', 'AsyncDisposableStack', 'Atomics', 'BigInt', 'BigInt64Array', 'BigUint64Array',
    'Boolean', 'DataView', 'Date', 'DisposableStack', 'Error', 'EvalError', 'FinalizationRegistry', 'Float16Array',
    'Float32Array', 'Float64Array', 'Function', 'Infinity', 'Int16Array', 'Int32Array', 'Int8Array', 'Intl', 'Iterator',
    'JSON', 'Map', 'Math', 'NaN', 'Number', 'Object', 'Promise', 'Proxy', 'RangeError', 'ReferenceError', 'Reflect',
    'RegExp', 'Set', 'SharedArrayBuffer', 'String', 'SuppressedError', 'Symbol', 'SyntaxError', 'Temporal', 'TypeError',
    'URIError', 'Uint16Array', 'Uint32Array', 'Uint8Array', 'Uint8ClampedArray', 'WeakMap', 'WeakRef', 'WeakSet',
    'decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent', 'escape', 'eval', 'globalThis', 'isFinite',
    'isNaN', 'parseFloat', 'parseInt', 'undefined', 'unescape',
  ]);
  const [inStandard, ASYNC] = [standard.has, (async () => undefined).constructor];
  // Nothing but the language: no console, no timers, no code from texts.
  const closeWorld = () => {
    const names = ownKeys(globalThis);
    for (let i = 0; i < names.length; i++) {
      if (typeof names[i] === 'string' && !apply(inStandard, standard, [names[i]])) deleteProperty(globalThis, names[i]);
    }
    const noTexts = () => {
      throw new TypeErrorType('String compilation has been disabled in engine options');
    };
    hidden('eval', (given) => (typeof given === 'string' ? noTexts() : given));
    const kinds = [Function, ASYNC, (function* () {}).constructor, (async function* () {}).constructor];
    for (let i = 0; i < kinds.length; i++) {
      const closed = { [kinds[i].name]: function () { return noTexts(); } }[kinds[i].name];
      defineProperty(closed, 'prototype', { value: kinds[i].prototype });
      defineProperty(kinds[i].prototype, 'constructor', { value: closed, writable: true, configurable: true });
      if (i === 0) hidden('Function', closed);
    }
  };

  const given = (value, name) => {
    if (typeof value === 'string' && exec(/\S/, value) !== null) return value;
    if (value === null || value === undefined || typeof value === 'string') refuse(`Value cannot be null. (Parameter '${name}')`);
    return refuse(`string expected (Parameter '${name}')`);
  };
  const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';
  const givenObject = (value, name) => {
    if (value === null || value === undefined) refuse(`Value cannot be null. (Parameter '${name}')`);
    if (!isObject(value)) refuse(`object expected (Parameter '${name}')`);
    return value;
  };
  // A member of the metadata of an event to be written: texts as they are, others as JSON.
  const metadataText = (value) => {
    switch (typeof value) {
      case 'string': return value;
      case 'boolean': return value ? 'true' : 'false';
      case 'number': return isFinite(value) ? numberText(value) : `${value}`;
      case 'undefined': return null;
    }
    return value === null ? null : textOf(value);
  };
  const metadataTexts = (object, keepsUndefined) => {
    const found = {};
    eachMember(object, (name, value) => {
      if (typeof name === 'symbol') refuse('Expected string but got Symbol');
      if (value === undefined && !keepsUndefined) return;
      defineProperty(found, name, { value: metadataText(value), writable: true, enumerable: true, configurable: true });
    });
    return found;
  };

  let emitted = [];
  let logs = [];
  const wouldEmit = (streamId, eventType, data, isOfJson, isLink, metadata) => {
    emitted[emitted.length] = { streamId, eventType, data, isJson: isOfJson, isLink, metadata };
  };
  // Each takes what it was called with as a list: the number of arguments counts.
  const listed = (name, length, f) => {
    const made = { [name]: function () { return f(arguments, arguments.length); } }[name];
    defineProperty(made, 'length', { value: length, configurable: true });
    return made;
  };
  const emit = listed('emit', 4, (args, count) => {
    if (count < 3) refuse('invalid number of parameters');
    const stream = given(args[0], 'streamId');
    const type = given(args[1], 'eventName');
    const body = givenObject(args[2], 'eventBody');
    if (count === 4 && !isObject(args[3])) refuse("object expected (Parameter 'metadata')");
    const data = textOf(body);
    wouldEmit(stream, type, data, true, false, count === 4 ? metadataTexts(args[3], false) : null);
  });
  const linkTo = listed('linkTo', 3, (args, count) => {
    if (count !== 2 && count !== 3) refuse('wrong number of parameters');
    const stream = given(args[0], 'streamId');
    const event = givenObject(args[1], 'event');
    const number = event.sequenceNumber;
    const source = event.streamId;
    if (typeof number !== 'number' || typeof source !== 'string') refuse(`Invalid link to event ${toText(number)}@${toText(source)}`);
    const metadata = count === 3 ? metadataTexts(givenObject(args[2], 'metaData'), true) : null;
    wouldEmit(stream, '$>', `${longOf(number)}@${source}`, false, true, metadata);
  });
  const longOf = (number) => {
    if (number !== number) return '0';
    if (number >= 9223372036854775807) return '9223372036854775807';
    if (number <= -9223372036854775808) return '-9223372036854775808';
    return toText(toBigInt(trunc(number)));
  };
  const linkStreamTo = listed('linkStreamTo', 3, (args, count) => {
    const stream = given(args[0], 'streamId');
    const linked = given(args[1], 'linkedStreamId');
    // The server takes the metadata from an argument that is not there.
    if (count === 3) refuse('The value is not an object');
    wouldEmit(stream, '$@', linked, false, false, null);
  });
  const copyTo = listed('copyTo', 3, () => undefined);
  const log = listed('log', 0, (args, count) => {
    const write = (line) => { logs[logs.length] = line; };
    if (count === 1) write(isObject(args[0]) ? textOf(args[0]) : toText(args[0]));
    if (count < 2) return;
    let line = '';
    for (let i = 0; i < count; i++) {
      if (i > 1) line += ' ,';
      if (isObject(args[i])) line += textOf(args[i]);
      else write(toText(args[i]));
    }
    write(line);
  });

  // --- The definition ------------------------------------------------------------------------
  const NEXT = {
    fromStream: ['when', 'partitionBy', 'outputState'],
    fromStreams: ['when', 'partitionBy', 'outputState'],
    fromAll: ['when', 'partitionBy', 'outputState', 'foreachStream'],
    fromCategory: ['when', 'partitionBy', 'outputState', 'foreachStream'],
    when: ['transformBy', 'filterBy', 'outputState', 'outputTo', '$defines_state_transform'],
    foreachStream: ['when'],
    partitionBy: ['when'],
    outputState: ['transformBy', 'filterBy', 'outputTo'],
    transformBy: ['transformBy', 'filterBy', 'outputState', 'outputTo'],
    filterBy: ['transformBy', 'filterBy', 'outputState', 'outputTo'],
    outputTo: [],
  };
  const OPTIONS = {
    $includelinks: ['boolean', (sources, value) => { sources.includeLinks = value; }],
    reorderevents: ['boolean', (sources, value) => { sources.reorderEvents = value; }],
    processinglag: ['number', (sources, value) => { sources.processingLag = trunc(value); }],
    resultstreamname: ['string', (sources, value) => { sources.resultStreamName = value; }],
    bistate: ['boolean', (sources, value) => { sources.biState = value; }],
    trackemittedstreams: ['boolean', () => undefined],
  };

  // Runs the script with the functions that define a projection; they are gone afterwards.
  const define = (script, version) => {
    const sources = {
      allStreams: false, allEvents: true, categories: null, streams: null, events: null,
      byStreams: false, byCustomPartitions: false, biState: false,
      definesHandlers: false, definesStateTransform: false, producesResults: false,
      emitsEvents: exec(/\b(?:emit|linkTo|linkStreamTo|copyTo)\s*\(/, script) !== null,
      handlesDeletedNotifications: false, includeLinks: false,
      resultStreamName: null, partitionResultStreamNamePattern: null, reorderEvents: false, processingLag: null,
    };
    const made = {
      sources, handlers: new MapType(), transforms: [], created: [],
      init: null, initShared: null, any: null, deleted: null, partitionBy: null, chain: null, variables: null,
    };
    const chain = {};
    made.chain = chain;
    const steps = {};
    const goOn = (from) => {
      const next = NEXT[from];
      const names = ownKeys(chain);
      for (let i = 0; i < names.length; i++) {
        let stays = false;
        for (let k = 0; k < next.length; k++) if (next[k] === names[i]) stays = true;
        if (!stays) deleteProperty(chain, names[i]);
      }
      for (let k = 0; k < next.length; k++) {
        if (has(chain, next[k])) continue;
        defineProperty(chain, next[k], { value: steps[next[k]], writable: true, enumerable: false, configurable: true });
      }
      return chain;
    };
    const add = (list, item) => {
      const known = sources[list] ?? (sources[list] = []);
      known[known.length] = item;
    };
    const addHandler = (name, handler) => {
      switch (name) {
        case '$init':
          made.init = handler;
          return;
        case '$initShared':
          sources.biState = true;
          made.initShared = handler;
          return;
        case '$any':
          made.any = handler;
          sources.allEvents = true;
          return;
        case '$created':
          made.created[made.created.length] = handler;
          return;
        case '$deleted':
          if (sources.biState) invalid('Cannot handle deletes in bi-state projections');
          sources.handlesDeletedNotifications = true;
          made.deleted = handler;
          return;
      }
      sources.allEvents = false;
      add('events', name);
      if (mapHas(made.handlers, name)) invalid(`An item with the same key has already been added. Key: ${name}`);
      mapSet(made.handlers, name, handler);
    };
    const streams = (list, count, prefix, words) => {
      for (let i = 0; i < count; i++) {
        if (typeof list[i] !== 'string') invalid(words);
        add('streams', `${prefix}${list[i]}`);
      }
    };
    const step = (name, length, f) => { steps[name] = listed(name, length, f); };
    step('when', 1, (args) => {
      if (isObject(args[0])) {
        const names = ownKeys(args[0]);
        for (let i = 0; i < names.length; i++) {
          const member = memberOf(args[0], names[i]);
          if (typeof names[i] === 'string' && isScriptFunction(member.value)) addHandler(names[i], member.value);
        }
      }
      sources.definesHandlers = true;
      return goOn('when');
    });
    step('partitionBy', 1, (args) => {
      if (!isScriptFunction(args[0])) invalid('partitionBy expects a function');
      sources.byCustomPartitions = true;
      made.partitionBy = args[0];
      return goOn('partitionBy');
    });
    step('foreachStream', 1, () => {
      sources.byStreams = true;
      return goOn('foreachStream');
    });
    step('outputState', 1, () => {
      sources.producesResults = true;
      return goOn('outputState');
    });
    step('outputTo', 1, (args, count) => {
      if (count !== 1 && count !== 2) invalid('outputTo expects 1 or 2 string arguments');
      if (typeof args[0] !== 'string') invalid('outputTo expects a string for resultStream');
      if (count === 2 && typeof args[1] !== 'string') invalid('outputTo expects a string for partitionResultStreamPattern');
      sources.resultStreamName = args[0];
      if (count === 2) sources.partitionResultStreamNamePattern = args[1];
      return goOn('outputTo');
    });
    step('$defines_state_transform', 0, () => {
      sources.definesStateTransform = true;
      sources.producesResults = true;
    });
    const transform = (name, isFilter) => step(name, 1, (args) => {
      if (!isScriptFunction(args[0])) invalid(`${name} expects a function`);
      sources.definesStateTransform = true;
      sources.producesResults = true;
      made.transforms[made.transforms.length] = { isFilter, f: args[0] };
      return goOn(name);
    });
    transform('filterBy', true);
    transform('transformBy', false);

    const begin = {};
    const first = (name, length, f) => { begin[name] = listed(name, length, f); };
    first('fromAll', 0, () => {
      sources.allStreams = true;
      return goOn('fromAll');
    });
    first('fromStream', 1, (args) => {
      streams(args, 1, '', 'fromStream expects a string argument');
      return goOn('fromStream');
    });
    first('fromStreams', 1, (args, count) => {
      const list = isArray(args[0]) ? args[0] : args;
      streams(list, list === args ? count : list.length, '', 'fromStreams expects string arguments');
      return goOn('fromStreams');
    });
    const fromCategory = (args, count) => {
      if (count === 0) return chain;
      if (count > 1) {
        streams(args, count, '$ce-', 'fromCategory expects string arguments');
      } else if (isArray(args[0])) {
        streams(args[0], args[0].length, '$ce-', 'fromCategory expects string arguments');
      } else {
        if (typeof args[0] !== 'string') invalid('fromCategory expects a string argument');
        add('categories', args[0]);
      }
      return goOn('fromCategory');
    };
    first('fromCategory', 4, fromCategory);
    first('fromCategories', 4, fromCategory);
    first('on_event', 1, (args, count) => {
      if (count !== 2) invalid('on_event expects 2 arguments: eventName and handler function');
      if (typeof args[0] !== 'string') invalid('on_event expects a string for eventName');
      if (!isScriptFunction(args[1])) invalid('on_event expects a function for handler');
      addHandler(args[0], args[1]);
    });
    first('on_any', 1, (args, count) => {
      if (count !== 1) invalid('on_any expects 1 argument: handler function');
      if (!isScriptFunction(args[0])) invalid('on_any expects a function for handler');
      addHandler('$any', args[0]);
    });
    first('options', 1, (args) => {
      if (!isObject(args[0])) return;
      eachMember(args[0], (name, value) => {
        const known = typeof name === 'string' && has(OPTIONS, lower(name)) ? OPTIONS[lower(name)] : undefined;
        if (known === undefined) invalid(`Unrecognized option: ${toText(name)}`);
        if (typeof value !== known[0]) invalid(`Invalid value for option '${name}': expected a ${known[0]}`);
        known[1](sources, value);
      });
    });

    closeWorld();
    hidden('log', log, true);
    const names = ownKeys(begin);
    for (let i = 0; i < names.length; i++) hidden(names[i], begin[names[i]]);
    fault = null;
    logs = [];
    try {
      made.variables = world.evaluate(script);
    } catch (error) {
      if (fault === null) throw error;
    }
    if (fault !== null) throw fault;
    for (let i = 0; i < names.length; i++) deleteProperty(globalThis, names[i]);
    const left = ownKeys(chain);
    for (let i = 0; i < left.length; i++) deleteProperty(chain, left[i]);
    hidden('emit', emit);
    hidden('linkTo', linkTo);
    hidden('linkStreamTo', linkStreamTo);
    hidden('copyTo', copyTo);
    if (sources.handlesDeletedNotifications && !sources.byStreams) {
      invalid('Deleted stream notifications are only supported with foreachStream()');
    }
    if (version === 1 && sources.reorderEvents) {
      if (sources.allStreams) invalid('Event reordering cannot be used with fromAll()');
      if ((sources.streams ?? []).length < 2) invalid('Event reordering is only available in fromStreams([]) projections');
      if ((sources.processingLag ?? 0) < 50) invalid('Event reordering requires processing lag at least of 50ms');
    }
    return made;
  };

  // --- Folding ---------------------------------------------------------------------------------
  // The stream that an event says is deleted, or null.
  const deletedBy = (event, asks) => {
    if (event.type === '$streamDeleted') return event.stream;
    if (event.type !== '$metadata' || !startsWith(event.stream, '$$') || event.body === null) return null;
    // Who does not ask for deleted streams is not told what is odd about their limits.
    const odd = (kind, message) => (asks ? fail(kind, message) : null);
    let body;
    try {
      body = parse(event.body);
    } catch {
      return odd('MalformedEventError', 'Failed to parse $metadata event data as JSON');
    }
    if (typeof body !== 'object' || body === null || isArray(body)) {
      return odd('ProjectionError', `The requested operation requires an element of type 'Object', but the target element has type '${elementOf(body)}'.`);
    }
    if (!has(body, '$tb') || typeof body.$tb !== 'number') return null;
    const written = limitIn(event.body);
    if (exec(/^-?\d+$/, written) === null || !isLong(written)) return odd('ProjectionError', 'One of the identified items was in an invalid format.');
    return toBigInt(written) === 9223372036854775807n ? slice(event.stream, 2) : null;
  };
  const isLong = (text) => {
    const number = toBigInt(text);
    return number >= -9223372036854775808n && number <= 9223372036854775807n;
  };
  const elementOf = (value) => {
    if (value === null) return 'Null';
    if (isArray(value)) return 'Array';
    if (typeof value === 'boolean') return value ? 'True' : 'False';
    return typeof value === 'string' ? 'String' : 'Number';
  };
  // How the number of the last top-level `$tb` is written: JavaScript's own would be rounded.
  const limitIn = (text) => {
    const token = /\s*("(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+)/y;
    let depth = 0;
    let key = '';
    let found = '';
    for (let last = '', it = exec(token, text); it !== null; it = exec(token, text)) {
      const word = it[1];
      if (word === '{' || word === '[') depth += 1;
      else if (word === '}' || word === ']') depth -= 1;
      else if (word === ':' && depth === 1) key = parse(last);
      else if (depth === 1 && key === '$tb' && word !== ',') found = word;
      if (word === ',' && depth === 1) key = '';
      last = word;
    }
    return found;
  };

  const open = (script, options) => {
    const version = options?.engineVersion ?? 1;
    const wantsResult = options?.results === true;
    const projection = define(script, version);
    const { sources, handlers, transforms } = projection;
    const handled = sources.allEvents || sources.events === null ? null : handlers;
    let isTransforming = false;
    let last = null;

    const fresh = (f) => (f === null ? {} : apply(f, undefined, []));
    const start = () => ({ partitions: new MapType(), shared: null, sharedIsMade: false, pair: undefined });

    // The live value of a state: a bi-state projection has the pair of its partition's and
    // the shared one, an array that stays the same from event to event.
    const load = (state, name) => {
      const text = mapGet(state.partitions, name);
      const isNew = text === undefined && !mapHas(state.partitions, name);
      let value;
      if (typeof text === 'string') value = text === '' ? refuse('Unexpected end of JSON input at position 0') : parse(text);
      else value = isNew || version === 1 ? fresh(projection.init) : null;
      if (!sources.biState) return { value, isNew };
      if (state.pair === undefined) state.pair = [undefined, undefined];
      if (!isArray(state.pair)) refuse('The value is not an array');
      state.pair[0] = value;
      if (!state.sharedIsMade) {
        state.pair[1] = fresh(projection.initShared);
        state.sharedIsMade = true;
      } else if (state.shared !== null) {
        state.pair[1] = parse(state.shared);
      }
      return { value: state.pair, isNew };
    };

    const keep = (state, name, value) => {
      if (!sources.biState) {
        mapSet(state.partitions, name, stored(value));
        return;
      }
      // What it is goes on even where it cannot be stored.
      state.pair = value;
      const isPair = isArray(value);
      const own = isPair ? (value.length === 0 ? '' : storedSlot(value[0])) : stored(value);
      const shared = isPair ? (value.length < 2 ? null : storedSlot(value[1])) : null;
      mapSet(state.partitions, name, own);
      state.shared = shared;
    };

    // Version 2 of the engine gives the state as the result, whatever the script says.
    const resultOf = (state, name, value) => {
      if (version !== 1) return mapGet(state.partitions, name) ?? null;
      isTransforming = true;
      let result = value;
      for (let i = 0; i < transforms.length; i++) {
        if (transforms[i].isFilter) {
          if (apply(transforms[i].f, undefined, [result]) !== true) return null;
        } else {
          result = apply(transforms[i].f, undefined, [result]);
        }
        if (result === null || result === undefined) return null;
      }
      const text = result === null || result === undefined ? null : textOf(result);
      isTransforming = false;
      return text;
    };

    const handle = (value, event) => {
      const handler = mapGet(handlers, event.eventType) ?? projection.any;
      const next = handler === null ? event.bodyRaw : apply(handler, undefined, [value, event]);
      return next === undefined ? value : next;
    };

    const partitionOf = (given) => {
      if (sources.byCustomPartitions) {
        const found = apply(projection.partitionBy, undefined, [makeEvent(given, '', categoryOf(given.stream))]);
        if (typeof found === 'string') return found;
        if (typeof found === 'number') return isFinite(found) ? numberText(found) : `${found}`;
        return null;
      }
      return sources.byStreams ? given.stream : '';
    };

    const skip = (reason) => { last = { status: 'skipped', reason }; };
    const done = (state, name, value) => {
      last = { status: 'processed', partition: name === '' ? null : name, result: null, emitted, logs };
      if (wantsResult || transforms.length > 0) last.result = resultOf(state, name, value);
      // What the next event reads anew is not kept twice.
      if (isArray(state.pair) && state.pair.length > 0) {
        state.pair[0] = null;
        if (state.shared !== null && state.pair.length > 1) state.pair[1] = null;
      }
      if (mapGet(state.partitions, name) === '') {
        fail('ProjectionError', 'The input does not contain any JSON tokens. Expected the input to start with a valid JSON token, when isFinalBlock is true.');
      }
    };

    const fold = (state, given) => {
      const gone = deletedBy(given, sources.handlesDeletedNotifications);
      if (gone !== null) {
        if (!sources.handlesDeletedNotifications) return skip('no-delete-handler');
        const { value } = load(state, gone);
        if (projection.deleted !== null) apply(projection.deleted, projection.chain, [value, null, gone, false]);
        mapSet(state.partitions, gone, value === null || value === undefined ? null : textOf(value));
        return done(state, gone, value);
      }
      if (!sources.includeLinks && (given.type === '$>' || given.link !== null)) return skip('link');
      if (version === 1 && !given.isJson) return skip('non-json');
      const name = partitionOf(given);
      if (name === null) return skip('no-partition');
      if (handled !== null && !mapHas(handled, given.type)) return skip('unhandled');
      const { value, isNew } = load(state, name);
      if (isNew) {
        const event = makeEvent(given, name, '');
        for (let i = 0; i < projection.created.length; i++) apply(projection.created[i], undefined, [value, event]);
        if (fault !== null) throw fault;
      }
      const isEmpty = given.isJson && (given.body === null || exec(/\S/, given.body) === null);
      const next = isEmpty ? value : handle(value, makeEvent(given, name, categoryOf(given.stream)));
      if (fault !== null) throw fault;
      keep(state, name, next);
      return done(state, name, next);
    };

    // Folds one event: `{ type, stream, number, isJson, id, created, body, metadata, link }`,
    // the last three as texts or null. Throws what the script threw, or the engine's fault.
    const step = (state, given) => {
      emitted = [];
      logs = [];
      fault = null;
      last = null;
      isTransforming = false;
      try {
        fold(state, given);
      } catch (error) {
        throw fault ?? error;
      }
      if (fault !== null) throw fault;
      return state;
    };

    return {
      sources,
      // What the program added to the script gives its variables.
      variables: () => (typeof projection.variables === 'function' ? projection.variables() : []),
      start,
      step,
      // All of a state as JSON: `streams` where its parts are by stream.
      show: (state) => {
        // Numbers as JavaScript writes them.
        const plain = (text) => (text === null || text === '' ? 'null' : exec(/[E-]/, text) === null ? text : stringify(parse(text)));
        const kind = sources.byCustomPartitions ? 'partitions' : sources.byStreams ? 'streams' : 'one';
        let out = `{"by":"${kind}","partitions":{`;
        let first = true;
        mapEach(state.partitions, (text, name) => {
          out += `${first ? '' : ','}${stringText(name)}:${plain(text)}`;
          first = false;
        });
        return `${out}}${sources.biState ? `,"shared":${plain(state.shared)}` : ''}}`;
      },
      // What the last event came to: `{ status, reason }` or `{ status, partition, result, emitted, logs }`.
      last: () => last,
      isFault: (error) => error instanceof Fault,
      // The class of what `step` threw, and its words.
      faultOf: (error) => {
        let kind = error instanceof Fault ? error.name : 'ProjectionHandlerError';
        if (isTransforming) kind = 'ProjectionTransformError';
        return { class: kind, description: wordsOf(error) };
      },
      // The JSON texts: of one partition, or null.
      textOf: (state, name) => mapGet(state.partitions, name) ?? null,
      resultOf: (state, name) => {
        if (!mapHas(state.partitions, name)) return null;
        isTransforming = true;
        if (version !== 1 && !sources.biState) return stored(load(state, name).value);
        return resultOf(state, name, load(state, name).value);
      },
      isTransforming: () => isTransforming,
      names: (state) => {
        const names = [];
        mapEach(state.partitions, (_, name) => { names[names.length] = name; });
        return names;
      },
    };
  };

  return open;
})
