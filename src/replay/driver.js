// Runs inside the sandbox: makes it repeatable, then hands out the functions by which
// the program folds events. Evaluated before any user code; everything it needs later is
// captured here, so user code cannot replace it.
(() => {
  'use strict';
  const { parse, stringify } = JSON;
  const { create, defineProperty, getPrototypeOf, isFrozen, freeze, keys, preventExtensions } = Object;
  const ObjectPrototype = Object.prototype;
  const ArrayPrototype = Array.prototype;
  const { isArray } = Array;
  const { isFinite, isInteger } = Number;
  const [SetType, MapType, DateType, RegExpType, BufferType] = [Set, Map, Date, RegExp, ArrayBuffer];
  const TypedArray = getPrototypeOf(Uint8Array);
  const Bytes = Uint8Array;
  const apply = Reflect.apply;
  const method = (f) => (self, ...args) => apply(f, self, args);
  const has = method(ObjectPrototype.hasOwnProperty);
  const setHas = method(SetType.prototype.has);
  const setAdd = method(SetType.prototype.add);
  const setEach = method(SetType.prototype.forEach);
  const mapGet = method(MapType.prototype.get);
  const mapSet = method(MapType.prototype.set);
  const mapEach = method(MapType.prototype.forEach);
  const push = method(ArrayPrototype.push);
  const sort = method(ArrayPrototype.sort);
  const iso = method(DateType.prototype.toISOString);
  const wellFormed = method(String.prototype.toWellFormed);
  const moment = method(DateType.prototype.getTime);

  // --- Repeatable -------------------------------------------------------------------
  const refuse = (what, instead) => () => {
    throw new Error(`${what} is not there in a reducer: a fold must give the same state every time. Use ${instead}.`);
  };
  Math.random = refuse('Math.random', 'a value that the event carries');
  const noNow = refuse('the current time', "the event's own time, event.timestamp");
  DateType.now = noNow;
  for (const part of ['Date', 'Day', 'FullYear', 'Hours', 'Milliseconds', 'Minutes', 'Month', 'Seconds']) {
    DateType.prototype[`get${part}`] = DateType.prototype[`getUTC${part}`];
    if (part !== 'Day') DateType.prototype[`set${part}`] = DateType.prototype[`setUTC${part}`];
  }
  DateType.prototype.getTimezoneOffset = () => 0;
  const utc = method(DateType.prototype.toUTCString);
  const parts = (date) => /^(...), (..) (...) (-?\d+) (..:..:..)/.exec(utc(date));
  const onDay = (date, otherwise, text) => (isFinite(moment(date)) ? text(parts(date)) : otherwise);
  for (const form of ['toDateString', 'toLocaleDateString']) {
    DateType.prototype[form] = function () { return onDay(this, 'Invalid Date', (it) => `${it[1]} ${it[3]} ${it[2]} ${it[4]}`); };
  }
  for (const form of ['toTimeString', 'toLocaleTimeString']) {
    DateType.prototype[form] = function () { return onDay(this, 'Invalid Date', (it) => `${it[5]} GMT+0000`); };
  }
  for (const form of ['toString', 'toLocaleString']) {
    DateType.prototype[form] = DateType.prototype.toUTCString;
  }
  // A time without a zone is UTC, wherever the program runs.
  const [parseDate, partsToDate] = [DateType.parse, DateType.UTC];
  const zoned = /(?:Z|UT|UTC|GMT|[A-Z][SD]T|\)|:\d\d(?:\.\d+)?\s*[+-]\d\d:?\d\d|GMT[+-]\d+)\s*$|^[+-]?\d{4,6}(?:-\d\d){0,2}$/i;
  const exec = method(RegExpType.prototype.exec);
  const parseUtc = (given) => {
    const text = `${given}`;
    if (exec(zoned, text) === null) {
      for (const zone of ['Z', ' UTC']) {
        const found = parseDate(text + zone);
        if (isFinite(found)) return found;
      }
    }
    return parseDate(text);
  };
  DateType.parse = parseUtc;
  const instant = (args) => {
    if (args.length > 1) return partsToDate(...args);
    const [given] = args;
    const value = typeof given !== 'object' || given === null || given instanceof DateType ? given : toPrimitive(given);
    return typeof value === 'string' ? parseUtc(value) : value;
  };
  const toPrimitive = (object) => {
    const value = object.valueOf();
    return typeof value === 'object' ? `${object}` : value;
  };
  const SafeDate = new Proxy(DateType, {
    construct: (target, args, type) => (args.length === 0 ? noNow() : Reflect.construct(target, [instant(args)], type)),
    apply: noNow,
  });
  DateType.prototype.constructor = SafeDate;
  globalThis.Date = SafeDate;
  delete globalThis.performance; // another clock
  const silent = () => undefined;
  globalThis.console = { log: silent, info: silent, warn: silent, error: silent, debug: silent, trace: silent };
  // Pollution of a prototype would leak from one fold into the next.
  for (const type of [Object, Array, String, Number, Boolean, Function, Set, Map, RegExp, Error, Promise]) {
    preventExtensions(type.prototype);
    preventExtensions(type);
  }
  preventExtensions(DateType.prototype);

  // --- The event, in the words of every framework --------------------------------------
  const EventPrototype = {};
  const also = (name, get) => defineProperty(EventPrototype, name, { get, configurable: true, enumerable: false });
  for (const name of ['eventType', 'name', 'kind']) also(name, function () { return this.type; });
  for (const name of ['payload', 'body']) also(name, function () { return this.data; });
  for (const name of ['sequenceNumber', 'revision', 'eventNumber', 'streamPosition', 'streamVersion', 'aggregateVersion']) {
    also(name, function () { return this.version; });
  }
  for (const name of ['stream', 'streamName', 'aggregateId']) also(name, function () { return this.streamId; });
  for (const name of ['time', 'created', 'createdAt', 'recordedAt']) also(name, function () { return this.timestamp; });
  for (const name of ['eventId', 'messageId']) also(name, function () { return this.id; });
  for (const name of ['position', 'globalPosition']) also(name, function () { return positions(this) ?? null; });
  // Parsed only when a reducer asks.
  defineProperty(EventPrototype, 'metadata', {
    get() {
      const text = texts(this);
      const value = text === undefined ? {} : parse(text);
      defineProperty(this, 'metadata', { value, writable: true, enumerable: true, configurable: true });
      return value;
    },
    set(value) {
      defineProperty(this, 'metadata', { value, writable: true, enumerable: true, configurable: true });
    },
    configurable: true,
  });
  const weakGet = method(WeakMap.prototype.get);
  const weakSet = method(WeakMap.prototype.set);
  const textOf = new WeakMap();
  const positionOf = new WeakMap();
  const texts = (event) => weakGet(textOf, event);
  const positions = (event) => weakGet(positionOf, event);
  let eager = false;

  const makeEvent = (row, streamId) => {
    const event = create(EventPrototype);
    event.type = row[0];
    event.data = row[1];
    event.version = row[2];
    event.streamId = streamId;
    event.id = row[3];
    event.timestamp = row[4];
    if (row[6] !== null) weakSet(textOf, event, row[6]);
    if (row[5] !== null) weakSet(positionOf, event, row[5]);
    if (eager) event.metadata;
    return event;
  };

  // --- Copying a state out and in --------------------------------------------------------
  // Functions, symbols and prototypes cannot be written down; they are kept by number.
  const kept = [];
  const numberOf = new MapType();
  const keep = (value) => {
    let number = mapGet(numberOf, value);
    if (number === undefined) {
      number = kept.length;
      push(kept, value);
      mapSet(numberOf, value, number);
    }
    return number;
  };

  // True where JSON text says all of the value: then the engine's own writer does it.
  // For a copy (`seen`), also that no object is there twice or frozen.
  const isPlain = (value, seen) => {
    switch (typeof value) {
      case 'string':
      case 'boolean':
        return true;
      case 'number':
        return isFinite(value) && (seen === null || value !== 0 || 1 / value > 0);
      case 'object':
        break;
      default:
        return false;
    }
    if (value === null) return true;
    if (seen !== null) {
      if (setHas(seen, value) || isFrozen(value)) return false;
      setAdd(seen, value);
    }
    const prototype = getPrototypeOf(value);
    if (prototype === ArrayPrototype) {
      for (let i = 0; i < value.length; i++) {
        if (!isPlain(value[i], seen)) return false;
      }
      return seen === null || keys(value).length === value.length;
    }
    if (prototype !== ObjectPrototype) return false;
    const names = keys(value);
    for (let i = 0; i < names.length; i++) {
      if (!isPlain(value[names[i]], seen)) return false;
    }
    return !has(value, 'toJSON');
  };

  const base64 = (bytes) => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    let out = '';
    for (let i = 0; i < bytes.length; i += 3) {
      const word = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
      out += alphabet[word >> 18] + alphabet[(word >> 12) & 63];
      out += i + 1 < bytes.length ? alphabet[(word >> 6) & 63] : '=';
      out += i + 2 < bytes.length ? alphabet[word & 63] : '=';
    }
    return out;
  };
  const bytesOf = (value) => (value instanceof BufferType ? new Bytes(value) : new Bytes(value.buffer, value.byteOffset, value.byteLength));

  // The value as JSON can show it; `undefined` = leave out.
  const show = (value, above) => {
    switch (typeof value) {
      case 'number':
        return isFinite(value) ? value : { $number: `${value}` };
      case 'bigint':
        return { $bigint: `${value}` };
      case 'undefined':
      case 'function':
      case 'symbol':
        return undefined;
      case 'object':
        break;
      default:
        return value;
    }
    if (value === null) return null;
    if (setHas(above, value)) throw new TypeError('the state contains itself (a cycle), which JSON cannot show');
    if (value instanceof DateType) return isFinite(moment(value)) ? iso(value) : null;
    if (value instanceof TypedArray || value instanceof BufferType) return { $bytes: base64(bytesOf(value)) };
    if (value instanceof RegExpType) return `${value}`;
    setAdd(above, value);
    let shown;
    const item = (member) => show(member, above) ?? null;
    if (typeof value.toJSON === 'function') {
      shown = show(value.toJSON(), above);
    } else if (value instanceof SetType) {
      const items = [];
      setEach(value, (member) => push(items, item(member)));
      const text = (member) => (typeof member === 'object' ? stringify(member) : `${member}`);
      shown = { $set: sort(items, (a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0)) };
    } else if (value instanceof MapType) {
      const items = [];
      mapEach(value, (member, key) => push(items, [item(key), item(member)]));
      shown = { $map: items };
    } else if (isArray(value)) {
      shown = [];
      for (let i = 0; i < value.length; i++) push(shown, item(value[i]));
    } else {
      if (getPrototypeOf(value) === EventPrototype) value.metadata;
      shown = {};
      for (const name of keys(value)) {
        const member = show(value[name], above);
        if (member !== undefined) defineProperty(shown, name, { value: member, enumerable: true, configurable: true, writable: true });
      }
    }
    above.delete(value);
    return shown;
  };

  const exportText = (value) => (isPlain(value, null) ? stringify(value) : stringify(show(value, new SetType()) ?? null));

  // Any state as text, with its types, shared objects and cycles: `j` + JSON, or `g` + a table
  // of objects. Returns the text and whether it names kept values.
  const save = (value) => {
    if (isPlain(value, new SetType())) return [`j${stringify(value)}`, false];
    const table = [];
    const places = new MapType();
    let names = false;
    const named = (v) => {
      names = true;
      return keep(v);
    };
    const write = (v) => {
      switch (typeof v) {
        case 'string':
        case 'boolean':
          return v;
        case 'number':
          return isFinite(v) && (v !== 0 || 1 / v > 0) ? v : ['n', v === 0 ? '-0' : `${v}`];
        case 'undefined':
          return ['u'];
        case 'bigint':
          return ['b', `${v}`];
        case 'function':
        case 'symbol':
          return ['k', named(v)];
      }
      if (v === null) return null;
      const known = mapGet(places, v);
      if (known !== undefined) return ['r', known];
      const place = table.length;
      mapSet(places, v, place);
      push(table, null);
      const prototype = getPrototypeOf(v);
      const entry = { f: isFrozen(v) ? 1 : 0 };
      if (v instanceof DateType) {
        entry.d = moment(v);
      } else if (v instanceof SetType) {
        entry.s = [];
        setEach(v, (member) => push(entry.s, write(member)));
      } else if (v instanceof MapType) {
        entry.m = [];
        mapEach(v, (member, key) => push(entry.m, [write(key), write(member)]));
      } else if (v instanceof TypedArray) {
        entry.t = [named(v.constructor), []];
        for (let i = 0; i < v.length; i++) push(entry.t[1], write(v[i]));
      } else if (isArray(v)) {
        entry.l = v.length;
        entry.a = [];
        for (const name of keys(v)) push(entry.a, [name, write(v[name])]);
      } else if (v instanceof RegExpType || v instanceof BufferType || v instanceof WeakMap || v instanceof Promise) {
        entry.k = named(v);
      } else {
        if (prototype === EventPrototype) v.metadata;
        if (prototype !== ObjectPrototype) entry.p = prototype === null ? -1 : named(prototype);
        entry.o = [];
        for (const name of keys(v)) push(entry.o, [name, write(v[name])]);
      }
      table[place] = entry;
      return ['r', place];
    };
    const root = write(value);
    return [`g${stringify([root, table])}`, names];
  };

  const load = (text) => {
    if (text[0] === 'j') return parse(text.slice(1));
    const [root, table] = parse(text.slice(1));
    // Objects first, their members after: members may point at any of them.
    const objects = table.map((entry) => {
      if (entry.d !== undefined) return new DateType(entry.d ?? NaN);
      if (entry.s) return new SetType();
      if (entry.m) return new MapType();
      if (entry.t) return new kept[entry.t[0]](entry.t[1].length);
      if (entry.a) return new Array(entry.l);
      if (entry.k !== undefined) return kept[entry.k];
      return create(entry.p === undefined ? ObjectPrototype : entry.p === -1 ? null : kept[entry.p]);
    });
    const read = (v) => {
      if (!isArray(v)) return v;
      switch (v[0]) {
        case 'r': return objects[v[1]];
        case 'u': return undefined;
        case 'n': return v[1] === '-0' ? -0 : Number(v[1]);
        case 'b': return BigInt(v[1]);
        default: return kept[v[1]];
      }
    };
    const member = (object, name, value) => defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
    table.forEach((entry, place) => {
      const object = objects[place];
      if (entry.s) for (const v of entry.s) setAdd(object, read(v));
      if (entry.m) for (const [k, v] of entry.m) mapSet(object, read(k), read(v));
      if (entry.t) entry.t[1].forEach((v, i) => { object[i] = read(v); });
      if (entry.a) for (const [name, v] of entry.a) member(object, name, read(v));
      if (entry.o) for (const [name, v] of entry.o) member(object, name, read(v));
    });
    table.forEach((entry, place) => { if (entry.f && !entry.k && !entry.t) freeze(objects[place]); });
    return read(root);
  };

  // --- The reducer -------------------------------------------------------------------------
  let evolve = (state) => state;
  let initialText = save(undefined)[0];
  const slots = [];
  // Tells the host that an event begins: its time is limited, and a cut names it.
  let count = () => undefined;

  const initialOf = (given) => save(typeof given === 'function' ? given() : given)[0];

  // What an export is: 'function', 'decider', 'handlers', or '' for none of them.
  const kindOf = (value) => {
    if (typeof value === 'function') return 'function';
    if (typeof value !== 'object' || value === null || isArray(value)) return '';
    if (typeof value.evolve === 'function' || typeof value.reducer === 'function') return 'decider';
    const names = keys(value);
    const handlers = names.filter((name) => typeof value[name] === 'function');
    return handlers.length > 0 && handlers.length + (has(value, '$init') ? 1 : 0) >= names.length ? 'handlers' : '';
  };

  const use = (value, initialState, wantsAll) => {
    eager = wantsAll;
    let given = initialState;
    const kind = kindOf(value);
    if (kind === 'function') {
      evolve = value;
    } else if (kind === 'decider') {
      const step = value.evolve ?? value.reducer;
      evolve = (state, event) => apply(step, value, [state, event]);
      given = value.initialState ?? given;
    } else {
      evolve = (state, event) => {
        const handler = has(value, event.type) ? value[event.type] : value.$any;
        return typeof handler === 'function' ? apply(handler, value, [state, event]) : state;
      };
      given = value.$init ?? value.initialState ?? given;
    }
    initialText = initialOf(given);
  };

  const describe = (error) => {
    if (error instanceof Error) {
      // The user's own line, not one of this file.
      const place = /[\s(]((?!eval_script:)[^\s()]+:\d+:\d+)/.exec(` ${error.stack ?? ''}`);
      return [wellFormed(`${error.name}: ${error.message}`), place ? wellFormed(place[1]) : ''];
    }
    let text;
    try { text = stringify(error); } catch { text = undefined; }
    return [wellFormed(`threw ${text ?? typeof error}`), ''];
  };

  // Folds the events of `text` until one throws: `[done]` or `[done, message, place]`;
  // `[-1, message, place]` where the text cannot be read and nothing was folded.
  const step = (slot, text, streamId) => {
    let rows;
    try {
      rows = parse(text);
    } catch (error) {
      return [-1, ...describe(error)];
    }
    let state = slots[slot];
    let i = 0;
    try {
      for (; i < rows.length; i++) {
        count();
        const result = evolve(state, makeEvent(rows[i], streamId));
        if (result !== undefined) state = result;
      }
    } catch (error) {
      return [i, ...describe(error)];
    }
    slots[slot] = state;
    return [i];
  };

  return {
    kindOf,
    use,
    step,
    countWith: (f) => { count = f; },
    start: (slot) => { slots[slot] = load(initialText); },
    show: (slot) => exportText(slots[slot]),
    save: (slot) => save(slots[slot]),
    restore: (slot, text) => { slots[slot] = load(text); },
  };
})()
