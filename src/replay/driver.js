// Runs inside the sandbox: makes it repeatable, then hands out the functions by which
// the program folds events. Evaluated before any user code; everything it needs later is
// captured here, so user code cannot replace it. What runs later neither spreads nor takes
// arrays apart: both ask the array's iterator, which user code can replace.
(() => {
  'use strict';
  const { parse, stringify } = JSON;
  const { create, defineProperty, getPrototypeOf, is, isExtensible, isFrozen, isSealed, freeze, keys, preventExtensions, seal, setPrototypeOf } = Object;
  const { getOwnPropertyDescriptor: memberOf, ownKeys } = Reflect;
  const ObjectPrototype = Object.prototype;
  const ArrayPrototype = Array.prototype;
  const { isArray } = Array;
  const { isFinite, isInteger } = Number;
  const [SetType, MapType, DateType, RegExpType, BufferType, PromiseType] = [Set, Map, Date, RegExp, ArrayBuffer, Promise];
  const toBigInt = BigInt;
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const [WeakMapType, WeakSetType, WeakRefType, DataViewType] = [WeakMap, WeakSet, WeakRef, DataView];
  const TypedArray = getPrototypeOf(Uint8Array);
  const Bytes = Uint8Array;
  const apply = Reflect.apply;
  const method = (f) => (self, ...args) => apply(f, self, args);
  const has = method(ObjectPrototype.hasOwnProperty);
  const { has: hasItem, add: addItem, delete: deleteItem } = SetType.prototype;
  const { get: getItem, set: setItem } = MapType.prototype;
  // A set and a map that work whatever user code does to their prototypes.
  const safeSet = () => {
    const set = new SetType();
    set.has = hasItem;
    set.add = addItem;
    set.delete = deleteItem;
    return set;
  };
  const safeMap = () => {
    const map = new MapType();
    map.get = getItem;
    map.set = setItem;
    return map;
  };
  const setAdd = method(addItem);
  const setEach = method(SetType.prototype.forEach);
  const mapSet = method(setItem);
  const mapEach = method(MapType.prototype.forEach);
  const push = method(ArrayPrototype.push);
  const sort = method(ArrayPrototype.sort);
  const iso = method(DateType.prototype.toISOString);
  const includes = method(String.prototype.includes);
  const indexOf = method(String.prototype.indexOf);
  const endsWith = method(String.prototype.endsWith);
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
  const [yearOf, setYear] = [method(DateType.prototype.getUTCFullYear), method(DateType.prototype.setUTCFullYear)];
  DateType.prototype.getYear = function () { return yearOf(this) - 1900; };
  DateType.prototype.setYear = function (given) {
    const year = Math.trunc(+given);
    return setYear(this, year >= 0 && year <= 99 ? year + 1900 : year);
  };
  DateType.prototype.getTimezoneOffset = () => 0;
  const utc = method(DateType.prototype.toUTCString);
  const exec = method(RegExpType.prototype.exec);
  const dateParts = /^(...), (..) (...) (-?\d+) (..:..:..)/;
  const parts = (date) => exec(dateParts, utc(date));
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
  const parseUtc = (given) => {
    const text = `${given}`;
    if (exec(zoned, text) === null) {
      let found = parseDate(`${text}Z`);
      if (!isFinite(found)) found = parseDate(`${text} UTC`);
      if (isFinite(found)) return found;
    }
    return parseDate(text);
  };
  DateType.parse = parseUtc;
  const instant = (args) => {
    if (args.length > 1) return apply(partsToDate, undefined, args);
    const given = args[0];
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
  delete globalThis.SharedArrayBuffer; // cannot be copied
  delete globalThis.Atomics;
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
      const value = readMetadata(this);
      defineProperty(this, 'metadata', { value, writable: true, enumerable: true, configurable: true });
      return value;
    },
    set(value) {
      defineProperty(this, 'metadata', { value, writable: true, enumerable: true, configurable: true });
    },
    configurable: true,
  });
  const weakGet = method(WeakMapType.prototype.get);
  const weakSet = method(WeakMapType.prototype.set);
  const textOf = new WeakMap();
  const positionOf = new WeakMap();
  const texts = (event) => weakGet(textOf, event);
  const positions = (event) => weakGet(positionOf, event);
  let eager = false;

  // What JSON cannot say, as the framework's library hands it out.
  const revive = (value) => {
    if (typeof value !== 'object' || value === null) return value;
    if (isArray(value)) {
      for (let i = 0; i < value.length; i++) value[i] = revive(value[i]);
      return value;
    }
    const names = keys(value);
    if (names.length === 1) {
      const inside = value[names[0]];
      if (names[0] === '$bigint') return toBigInt(inside);
      if (names[0] === '$bytes') return fromBase64(inside);
      if (names[0] === '$set' && isArray(inside)) {
        const set = new SetType();
        for (let i = 0; i < inside.length; i++) setAdd(set, revive(inside[i]));
        return set;
      }
    }
    for (let i = 0; i < names.length; i++) put(value, names[i], revive(value[names[i]]));
    return value;
  };
  const fromBase64 = (text) => {
    const bytes = new Bytes((text.length / 4) * 3 - (endsWith(text, '==') ? 2 : endsWith(text, '=') ? 1 : 0));
    let word = 0;
    for (let i = 0, at = 0; i < text.length && text[i] !== '='; i++) {
      word = ((word << 6) | indexOf(alphabet, text[i])) & 0xffffff;
      if (i % 4 > 0) bytes[at++] = (word >> (6 - 2 * (i % 4))) & 255;
    }
    return bytes;
  };
  const typed = new WeakMap();
  const readMetadata = (event) => {
    const text = texts(event);
    if (text === undefined) return {};
    return weakGet(typed, event) === true ? revive(parse(text)) : parse(text);
  };

  const makeEvent = (row, streamId) => {
    const event = create(EventPrototype);
    event.type = row[0];
    event.data = row[7] === true ? revive(row[1]) : row[1];
    event.version = row[2];
    event.streamId = row[8] ?? streamId;
    if (row[7] === true) weakSet(typed, event, true);
    event.id = row[3];
    event.timestamp = row[4];
    if (row[6] !== null) weakSet(textOf, event, row[6]);
    if (row[5] !== null) weakSet(positionOf, event, row[5]);
    if (eager) event.metadata;
    return event;
  };

  // --- Copying a state out and in --------------------------------------------------------
  // Functions, symbols and prototypes cannot be written down; they are kept by number.
  //
  // Not copied: what a function closes over and its own members, what a Proxy hides, and
  // the identity of module objects other than constants (see `constantOf`). A state that
  // holds private fields (#x), a WeakMap, a WeakSet or an iterator is refused: there is
  // no keyframe of it then, so it is folded from further back.
  const kept = [];
  const numberOf = safeMap();
  const keep = (value) => {
    let number = numberOf.get(value);
    if (number === undefined) {
      number = kept.length;
      kept[number] = value;
      numberOf.set(value, number);
    }
    return number;
  };

  // The module's text has words by which accessors (1) or read-only members (2), also of
  // arrays, come to be.
  let oddMembers = 0;
  const isPlainMember = (object, name) => {
    const it = memberOf(object, name);
    return it.writable === true && it.enumerable && it.configurable;
  };

  // True where JSON text says all of the value: then the engine's own writer does it.
  // For a copy (`seen`), also that no object is there twice or closed, and that no member
  // has a symbol for a name or is more than a value.
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
      if (seen.has(value) || !isExtensible(value)) return false;
      seen.add(value);
    }
    const prototype = getPrototypeOf(value);
    if (prototype === ArrayPrototype) {
      const length = value.length;
      if (seen === null ? has(value, 'toJSON') : ownKeys(value).length !== length + 1) return false;
      for (let i = 0; i < length; i++) {
        if (!isPlain(value[i], seen)) return false;
        if (oddMembers === 2 && seen !== null && !isPlainMember(value, i)) return false;
      }
      return true;
    }
    if (prototype !== ObjectPrototype) return false;
    const names = keys(value);
    if (seen !== null) {
      if (ownKeys(value).length !== names.length) return false;
      if (oddMembers !== 0) {
        for (let i = 0; i < names.length; i++) {
          if (!isPlainMember(value, names[i])) return false;
        }
      }
    }
    for (let i = 0; i < names.length; i++) {
      if (!isPlain(value[names[i]], seen)) return false;
    }
    return !has(value, 'toJSON');
  };

  const base64 = (bytes) => {
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

  const put = (object, name, value) => defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });

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
      case 'string':
        return wellFormed(value);
      default:
        return value;
    }
    if (value === null) return null;
    if (above.has(value)) throw new TypeError('the state contains itself (a cycle), which JSON cannot show');
    if (value instanceof DateType) return isFinite(moment(value)) ? iso(value) : null;
    if (value instanceof TypedArray || value instanceof BufferType) return { $bytes: base64(bytesOf(value)) };
    if (value instanceof RegExpType) return wellFormed(`${value}`);
    above.add(value);
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
      shown = {};
      const names = keys(value);
      for (let i = 0; i < names.length; i++) {
        const member = show(value[names[i]], above);
        if (member !== undefined) put(shown, wellFormed(names[i]), member);
      }
      if (getPrototypeOf(value) === EventPrototype && !has(value, 'metadata')) {
        // Showing must not change the event.
        put(shown, 'metadata', show(readMetadata(value), above));
      }
    }
    above.delete(value);
    return shown;
  };

  const exportText = (value) => {
    if (isPlain(value, null)) {
      const text = stringify(value);
      // Half a surrogate pair is no text elsewhere.
      if (!includes(text, '\\ud')) return text;
    }
    return stringify(show(value, safeSet()) ?? null);
  };

  const views = create(null);
  for (const name of ownKeys(globalThis)) {
    const type = globalThis[name];
    if (typeof type === 'function' && getPrototypeOf(type) === TypedArray) views[name] = type;
  }
  views.DataView = DataViewType;
  const viewName = method(memberOf(TypedArray.prototype, Symbol.toStringTag).get);
  const Iterators = getPrototypeOf(getPrototypeOf([][Symbol.iterator]()));
  const boxes = [Number, String, Boolean, Symbol, BigInt, PromiseType, WeakRefType];
  const isBox = (value) => {
    for (let i = 0; i < boxes.length; i++) if (value instanceof boxes[i]) return true;
    return false;
  };
  // Holds more than its members, which `freeze` does not freeze.
  const hasInside = (value) => value instanceof DateType || value instanceof SetType || value instanceof MapType ||
    value instanceof RegExpType || value instanceof TypedArray || value instanceof DataViewType || value instanceof BufferType;

  // Why an object with this prototype cannot be copied, or ''.
  const refusals = safeMap();
  const textOfFunction = method(Function.prototype.toString);
  const classOf = (prototype) => {
    const type = memberOf(prototype, 'constructor')?.value;
    return typeof type === 'function' && type.prototype === prototype ? type : null;
  };
  const refusal = (prototype) => {
    let why = refusals.get(prototype);
    if (why === undefined) {
      why = '';
      for (let it = prototype; it !== null && it !== ObjectPrototype && why === ''; it = getPrototypeOf(it)) {
        const type = classOf(it);
        if (it === WeakMapType.prototype || it === WeakSetType.prototype) why = `the state has a ${type.name}, which cannot be copied: use a Map or a Set`;
        else if (it === Iterators) why = 'the state has an iterator, which cannot be copied: use an array';
        else if (type !== null && exec(/\.#[\w$]/, textOfFunction(type)) !== null) {
          why = `the state has a ${type.name} with private fields (#), which cannot be copied: drop the # or write "private"`;
        }
      }
      refusals.set(prototype, why);
    }
    return why;
  };

  // Constants keep their identity (`state.status === Status.Open`): objects that are frozen
  // through and through, and static members of their own class that hold only primitive
  // values and functions and never changed. Held weakly: most frozen objects are states.
  const MOST_CONSTANTS = 100_000;
  const constants = [];
  const constantNumbers = new WeakMapType();
  const alive = method(WeakRefType.prototype.deref);
  const frozenThrough = new WeakMapType();
  const isConstant = (value, tried) => {
    if (typeof value !== 'object' || value === null || weakGet(frozenThrough, value)) return true;
    if (tried.has(value) || isExtensible(value) || !isFrozen(value)) return false;
    tried.add(value);
    const prototype = getPrototypeOf(value);
    if (prototype !== ObjectPrototype && prototype !== ArrayPrototype && prototype !== null) {
      if (hasInside(value) || refusal(prototype) !== '') return false;
    }
    const names = ownKeys(value);
    for (let i = 0; i < names.length; i++) {
      if (!isConstant(memberOf(value, names[i]).value, tried)) return false;
    }
    weakSet(frozenThrough, value, true);
    return true;
  };
  // Names and values of an object of primitive values and functions; null for any other.
  const shapeOf = (value) => {
    const shape = ownKeys(value);
    const count = shape.length;
    for (let i = 0; i < count; i++) {
      const member = memberOf(value, shape[i]).value;
      if (typeof member === 'object' && member !== null) return null;
      shape[count + i] = member;
    }
    return shape;
  };
  const sameShape = (a, b) => {
    if (b === null || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!is(a[i], b[i])) return false;
    return true;
  };
  const staticsOf = safeMap();
  const isStatic = (value, prototype) => {
    let statics = staticsOf.get(prototype);
    if (statics === undefined) {
      statics = safeSet();
      for (let it = prototype; it !== null && it !== ObjectPrototype; it = getPrototypeOf(it)) {
        const type = classOf(it);
        if (type === null) continue;
        const names = ownKeys(type);
        for (let i = 0; i < names.length; i++) {
          const member = memberOf(type, names[i]).value;
          if (typeof member === 'object' && member !== null) statics.add(member);
        }
      }
      statics.delete(prototype);
      staticsOf.set(prototype, statics);
    }
    return statics.has(value);
  };
  // The number of a constant, or undefined for any other object.
  const constantOf = (value, prototype, isRoot, tried) => {
    let shape = null;
    if (isExtensible(value) || !isConstant(value, tried)) {
      // The state itself may be one that starts as a static member and changes.
      if (isRoot || prototype === ObjectPrototype || prototype === ArrayPrototype || prototype === null) return undefined;
      if (!isStatic(value, prototype) || hasInside(value)) return undefined;
      shape = shapeOf(value);
      if (shape === null) return undefined;
    }
    let number = weakGet(constantNumbers, value);
    if (number === undefined) {
      number = constants.length;
      if (number >= MOST_CONSTANTS) return undefined;
      constants[number] = { ref: new WeakRefType(value), shape };
      weakSet(constantNumbers, value, number);
    }
    return shape === null || sameShape(shape, constants[number].shape) ? number : undefined;
  };
  const constantAt = (number) => {
    const { ref, shape } = constants[number];
    const value = alive(ref);
    return value === undefined || shape === null || sameShape(shape, shapeOf(value)) ? value : undefined;
  };

  // Any state as text, with its types, shared objects and cycles: `j` + JSON, or `g` + a table
  // of objects. Returns the text and whether it names kept values.
  const save = (value) => {
    if (isPlain(value, safeSet())) return [`j${stringify(value)}`, false];
    const table = [];
    const places = safeMap();
    const tried = safeSet();
    let names = false;
    const named = (v) => {
      names = true;
      return keep(v);
    };
    // Members as [name, value], or with flags where they are more than values.
    const members = (v, isClosed, first) => {
      const list = [];
      const simple = keys(v);
      const all = ownKeys(v);
      const skipped = isArray(v) || v instanceof RegExpType ? 1 : 0; // length, lastIndex
      if (first === 0 && oddMembers === 0 && all.length === simple.length + skipped) {
        for (let i = 0; i < simple.length; i++) list[i] = [simple[i], write(v[simple[i]])];
        return list;
      }
      for (let i = first; i < all.length; i++) {
        const key = all[i];
        if (skipped === 1 && key === (isArray(v) ? 'length' : 'lastIndex')) continue;
        const it = memberOf(v, key);
        const name = typeof key === 'symbol' ? write(key) : key;
        const flags = (it.writable ? 1 : 0) | (it.enumerable ? 2 : 0) | (it.configurable ? 4 : 0);
        if (!has(it, 'value')) list[list.length] = [name, write(it.get), flags | 8, write(it.set)];
        else if (flags === 7 || (isClosed && it.enumerable)) list[list.length] = [name, write(it.value)];
        else list[list.length] = [name, write(it.value), flags];
      }
      return list;
    };
    const entryOf = (v, place) => {
      const entry = {};
      const prototype = getPrototypeOf(v);
      let usual = ObjectPrototype;
      let first = 0;
      const isOpen = isExtensible(v);
      const isClosed = !isOpen && isFrozen(v);
      if (!isOpen) entry.f = isClosed ? 1 : isSealed(v) ? 2 : 3;
      const constant = constantOf(v, prototype, place === 0, tried);
      if (constant !== undefined) {
        names = true;
        entry.c = constant;
      }
      if (prototype === ObjectPrototype || prototype === null) {
        // Nothing inside.
      } else if (isArray(v)) {
        usual = ArrayPrototype;
        entry.l = v.length;
        if (v.length > 0 && oddMembers !== 2 && ownKeys(v).length === v.length + 1 && keys(v)[v.length - 1] === `${v.length - 1}`) {
          entry.i = [];
          for (let i = 0; i < v.length; i++) entry.i[i] = write(v[i]);
          if (prototype !== usual) entry.p = named(prototype);
          return entry;
        }
      } else if (prototype === EventPrototype) {
        usual = EventPrototype;
        entry.e = [positions(v) ?? null, texts(v) ?? null];
      } else {
        const why = refusal(prototype);
        if (why !== '') {
          if (constant === undefined) throw new TypeError(why);
          return { k: named(v) };
        }
        if (v instanceof DateType) {
          usual = DateType.prototype;
          entry.d = moment(v);
        } else if (v instanceof SetType) {
          usual = SetType.prototype;
          entry.s = [];
          setEach(v, (member) => { entry.s[entry.s.length] = write(member); });
        } else if (v instanceof MapType) {
          usual = MapType.prototype;
          entry.m = [];
          mapEach(v, (member, key) => { entry.m[entry.m.length] = [write(key), write(member)]; });
        } else if (v instanceof TypedArray || v instanceof DataViewType) {
          const name = v instanceof DataViewType ? 'DataView' : viewName(v);
          usual = views[name].prototype;
          first = name === 'DataView' ? 0 : v.length;
          entry.t = [name, write(v.buffer), v.byteOffset, first || v.byteLength];
        } else if (v instanceof BufferType) {
          usual = BufferType.prototype;
          const bytes = new Bytes(v);
          entry.b = [];
          for (let i = 0; i < bytes.length; i++) entry.b[i] = bytes[i];
        } else if (v instanceof RegExpType) {
          usual = RegExpType.prototype;
          entry.x = [v.source, v.flags, v.lastIndex];
        } else if (isBox(v)) {
          return { k: named(v) };
        }
      }
      if (prototype !== usual) entry.p = prototype === null ? -1 : named(prototype);
      const list = members(v, isClosed, first);
      if (list.length > 0) entry.o = list;
      return entry;
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
      const known = places.get(v);
      if (known !== undefined) return ['r', known];
      const place = table.length;
      places.set(v, place);
      table[place] = null;
      table[place] = entryOf(v, place);
      return ['r', place];
    };
    const root = write(value);
    return [`g${stringify([root, table])}`, names];
  };

  const numberType = Number;
  const bigType = BigInt;
  const cut = method(String.prototype.slice);
  const load = (text) => {
    if (text[0] === 'j') return parse(cut(text, 1));
    const written = parse(cut(text, 1));
    const table = written[1];
    // Objects first, their members after: members may point at any of them.
    const objects = [];
    const order = [];
    const bare = (entry) => {
      if (entry.d !== undefined) return new DateType(entry.d ?? NaN);
      if (entry.s) return new SetType();
      if (entry.m) return new MapType();
      if (entry.t) return new views[entry.t[0]](read(entry.t[1]), entry.t[2], entry.t[3]);
      if (entry.b) {
        const bytes = new Bytes(entry.b.length);
        for (let i = 0; i < bytes.length; i++) bytes[i] = entry.b[i];
        return bytes.buffer;
      }
      if (entry.x) {
        const found = new RegExpType(entry.x[0], entry.x[1]);
        found.lastIndex = entry.x[2];
        return found;
      }
      if (entry.l !== undefined) return [];
      if (entry.e) {
        const event = create(EventPrototype);
        if (entry.e[0] !== null) weakSet(positionOf, event, entry.e[0]);
        if (entry.e[1] !== null) weakSet(textOf, event, entry.e[1]);
        return event;
      }
      return {};
    };
    const object = (place) => {
      if (objects[place] !== undefined) return objects[place];
      const entry = table[place];
      let made;
      if (entry.k !== undefined) made = kept[entry.k];
      else if (entry.c !== undefined) made = constantAt(entry.c);
      if (made === undefined) {
        made = bare(entry);
        if (entry.p !== undefined) setPrototypeOf(made, entry.p === -1 ? null : kept[entry.p]);
        order[order.length] = place;
      }
      objects[place] = made;
      return made;
    };
    const read = (v) => {
      if (typeof v !== 'object' || v === null) return v;
      switch (v[0]) {
        case 'r': return object(v[1]);
        case 'u': return undefined;
        case 'n': return v[1] === '-0' ? -0 : numberType(v[1]);
        case 'b': return bigType(v[1]);
        default: return kept[v[1]];
      }
    };
    const root = read(written[0]);
    for (let at = 0; at < order.length; at++) {
      const entry = table[order[at]];
      const made = objects[order[at]];
      if (entry.s) for (let i = 0; i < entry.s.length; i++) setAdd(made, read(entry.s[i]));
      if (entry.m) for (let i = 0; i < entry.m.length; i++) mapSet(made, read(entry.m[i][0]), read(entry.m[i][1]));
      const isSimple = entry.p === undefined;
      if (entry.i) {
        for (let i = 0; i < entry.i.length; i++) {
          if (isSimple) made[i] = read(entry.i[i]);
          else put(made, i, read(entry.i[i]));
        }
      }
      if (entry.l) made.length = entry.l;
      const list = entry.o;
      if (!list) continue;
      for (let i = 0; i < list.length; i++) {
        const it = list[i];
        const name = read(it[0]);
        if (it.length === 2) {
          if (isSimple && name !== '__proto__') made[name] = read(it[1]);
          else put(made, name, read(it[1]));
          continue;
        }
        const flags = it[2];
        const enumerable = (flags & 2) !== 0;
        const configurable = (flags & 4) !== 0;
        if (flags & 8) defineProperty(made, name, { get: read(it[1]), set: read(it[3]), enumerable, configurable });
        else defineProperty(made, name, { value: read(it[1]), writable: (flags & 1) !== 0, enumerable, configurable });
      }
    }
    for (let at = 0; at < order.length; at++) {
      const { f } = table[order[at]];
      if (f === 1) freeze(objects[order[at]]);
      else if (f === 2) seal(objects[order[at]]);
      else if (f === 3) preventExtensions(objects[order[at]]);
    }
    return root;
  };

  // --- The reducer -------------------------------------------------------------------------
  let evolve = (state) => state;
  let initialText = save(undefined)[0];
  const slots = [];
  // Tells the host that an event begins: its time is limited, and a cut names it.
  let count = () => undefined;

  const settled = (value) => {
    if (value instanceof PromiseType) throw new TypeError('a reducer must not be async: it has to return the state, not a Promise of it');
    return value;
  };
  const initialOf = (given) => save(settled(typeof given === 'function' ? given() : given))[0];

  // What an export is: 'function', 'decider', 'handlers', or '' for none of them.
  const kindOf = (value) => {
    if (typeof value === 'function') return 'function';
    if (typeof value !== 'object' || value === null || isArray(value)) return '';
    if (typeof value.evolve === 'function' || typeof value.reducer === 'function') return 'decider';
    const names = keys(value);
    const handlers = names.filter((name) => typeof value[name] === 'function');
    return handlers.length > 0 && handlers.length + (has(value, '$init') ? 1 : 0) >= names.length ? 'handlers' : '';
  };

  const use = (value, initialState, wantsAll, mayBeOdd) => {
    eager = wantsAll;
    oddMembers = mayBeOdd;
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

  // The user's own line, not one of this file.
  const ownPlace = /[\s(]((?!eval_script:)[^\s()]+:\d+:\d+)/;
  const ErrorType = Error;
  // The answer of `step` where event `i` threw.
  const threw = (i, error) => {
    if (error instanceof ErrorType) {
      const place = exec(ownPlace, ` ${error.stack ?? ''}`);
      return [i, wellFormed(`${error.name}: ${error.message}`), place ? wellFormed(place[1]) : ''];
    }
    let text;
    try { text = stringify(error); } catch { text = undefined; }
    return [i, wellFormed(`threw ${text ?? typeof error}`), ''];
  };

  // Folds the events of `text` until one throws: `[done]` or `[done, message, place]`;
  // `[-1, message, place]` where the text cannot be read and nothing was folded.
  const step = (slot, text, streamId) => {
    let rows;
    try {
      rows = parse(text);
    } catch (error) {
      return threw(-1, error);
    }
    let state = slots[slot];
    let i = 0;
    try {
      for (; i < rows.length; i++) {
        count();
        if (rows[i] === null) continue;
        const result = evolve(state, makeEvent(rows[i], streamId));
        if (result !== undefined && result !== state) state = settled(result);
      }
    } catch (error) {
      return threw(i, error);
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
