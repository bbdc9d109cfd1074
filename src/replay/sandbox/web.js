// What every runtime of today has beside the language: texts as bytes, URLs, events, copies,
// the console.
(kit) => {
  'use strict';
  const { natives, native, define, equip, builtin, method, memberOf, lacks, now, note, write } = kit;
  const { defineProperty, getPrototypeOf, keys, is, setPrototypeOf } = Object;
  const { apply, construct } = Reflect;
  const { isArray } = Array;
  const TypeType = TypeError;
  const RangeType = RangeError;
  const DOMExceptionType = DOMException;
  const TypedArray = getPrototypeOf(Uint8Array);
  const [Bytes, BufferType, SharedType, ViewType] = [Uint8Array, ArrayBuffer, SharedArrayBuffer, DataView];
  const wellFormed = method(String.prototype.toWellFormed);
  const iteratorOf = Symbol.iterator;
  // An error as Node makes it: with a code, which is part of how it shows itself.
  const coded = (Type, code, text) => {
    const error = new Type(text);
    define(error, 'code', code);
    defineProperty(error, 'code', { enumerable: true });
    return error;
  };
  const needs = (name, count, given) => {
    if (given < count) throw coded(TypeType, 'ERR_MISSING_ARGS', `The "${name}" argument must be specified`);
  };
  const put = (name, value) => defineProperty(globalThis, name, { value, writable: true, enumerable: true, configurable: true });

  // --- Texts as bytes -------------------------------------------------------------------------------
  class TextEncoder {
    get encoding() { return 'utf-8'; }
    encode(text = '') { return natives.encode(wellFormed(`${text}`)); }
    encodeInto(source, target) {
      let [read, written] = [0, 0];
      for (let i = 0; i < source.length;) {
        const point = source.codePointAt(i);
        const units = point > 0xffff ? 2 : 1;
        const bytes = natives.encode(wellFormed(source.slice(i, i + units)));
        if (written + bytes.length > target.length) break;
        for (let at = 0; at < bytes.length; at++) target[written++] = bytes[at];
        i += units;
        read += units;
      }
      return { read, written };
    }
  }
  builtin(TextEncoder, 'TextEncoder', true);
  const fromCode = String.fromCharCode;
  const bytesOf = (input) => {
    if (input instanceof BufferType || input instanceof SharedType) return new Bytes(input);
    if (input instanceof TypedArray || input instanceof ViewType) return new Bytes(input.buffer, input.byteOffset, input.byteLength);
    throw coded(TypeType, 'ERR_INVALID_ARG_TYPE', 'The "list" argument must be an instance of SharedArrayBuffer, ArrayBuffer or ArrayBufferView.');
  };
  class TextDecoder {
    #name;
    #fatal;
    #ignoreBOM;
    #decoder;
    constructor(label = 'utf-8', options = {}) {
      const name = natives.encodingOf(`${label}`);
      if (name === '') throw coded(RangeType, 'ERR_ENCODING_NOT_SUPPORTED', `The "${label}" encoding is not supported`);
      if (name !== 'utf-8' && name !== 'utf-16le') lacks(`TextDecoder for ${name}`);
      this.#name = name;
      this.#fatal = Boolean(options?.fatal);
      this.#ignoreBOM = Boolean(options?.ignoreBOM);
    }
    get encoding() { return this.#name; }
    get fatal() { return this.#fatal; }
    get ignoreBOM() { return this.#ignoreBOM; }
    decode(input = new Bytes(0), options = {}) {
      const bytes = bytesOf(input);
      this.#decoder ??= natives.decoder(this.#name, this.#fatal, this.#ignoreBOM);
      const goesOn = Boolean(options?.stream);
      let raw = '';
      for (let i = 0; i < bytes.length; i++) raw += fromCode(bytes[i]);
      const text = this.#decoder(raw, !goesOn);
      if (!goesOn) this.#decoder = undefined;
      if (typeof text !== 'string') throw coded(TypeType, 'ERR_ENCODING_INVALID_ENCODED_DATA', `The encoded data was not valid for encoding ${this.#name}`);
      return text;
    }
  }
  builtin(TextDecoder, 'TextDecoder', true);
  define(TextDecoder, 'length', 0);
  defineProperty(TextDecoder, 'length', { writable: false });

  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const at = method(String.prototype.charCodeAt);
  const indexOf = method(String.prototype.indexOf);
  put('btoa', native(function btoa(input) {
    needs('data', 1, arguments.length);
    const text = `${input}`;
    let out = '';
    for (let i = 0; i < text.length; i++) if (at(text, i) > 255) throw new DOMExceptionType('Invalid character', 'InvalidCharacterError');
    for (let i = 0; i < text.length; i += 3) {
      const left = text.length - i;
      const word = (at(text, i) << 16) | ((left > 1 ? at(text, i + 1) : 0) << 8) | (left > 2 ? at(text, i + 2) : 0);
      out += alphabet[word >> 18] + alphabet[(word >> 12) & 63] + (left > 1 ? alphabet[(word >> 6) & 63] : '=') + (left > 2 ? alphabet[word & 63] : '=');
    }
    return out;
  }));
  put('atob', native(function atob(input) {
    needs('data', 1, arguments.length);
    const given = `${input}`;
    const wrong = () => { throw new DOMExceptionType('The string to be decoded is not correctly encoded.', 'InvalidCharacterError'); };
    let text = '';
    for (let i = 0; i < given.length; i++) {
      const c = given[i];
      if (c === ' ' || c === '\t' || c === '\n' || c === '\f' || c === '\r') continue;
      text += c;
    }
    if (text.length % 4 === 0 && text.length > 0) {
      if (text[text.length - 1] === '=') text = text.slice(0, text[text.length - 2] === '=' ? -2 : -1);
    }
    if (text.length % 4 === 1) wrong();
    let out = '';
    let word = 0;
    let count = 0;
    for (let i = 0; i < text.length; i++) {
      const value = indexOf(alphabet, text[i]);
      if (value < 0) wrong();
      word = (word << 6) | value;
      if (++count === 4) {
        out += fromCode(word >> 16, (word >> 8) & 255, word & 255);
        word = count = 0;
      }
    }
    if (count === 3) out += fromCode(word >> 10, (word >> 2) & 255);
    else if (count === 2) out += fromCode(word >> 4);
    return out;
  }));

  // --- URLs ------------------------------------------------------------------------------------------
  const decodeForm = (text) => natives.decodeForm(text);
  const encodeForm = (text) => natives.encodeForm(wellFormed(text));
  const pairsOf = (text) => {
    const pairs = [];
    // Node loses letters there.
    if (!isAscii(text) && testScheme(/%(?![0-9A-Fa-f]{2})/, text)) lacks('URLSearchParams of a text with a wrong %');
    for (const part of text.split('&')) {
      if (part === '') continue;
      const equals = part.indexOf('=');
      const [name, value] = equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
      pairs.push([decodeForm(wellFormed(name)), decodeForm(wellFormed(value))]);
    }
    return pairs;
  };
  let searchOf;
  const IteratorPrototype = getPrototypeOf(getPrototypeOf([][iteratorOf]()));
  const ParamsIterator = setPrototypeOf({}, IteratorPrototype);
  const steps = new WeakMap();
  const [getOf, setOf] = [method(WeakMap.prototype.get), method(WeakMap.prototype.set)];
  equip(ParamsIterator, {
    next() {
      const step = getOf(steps, this);
      const pair = step.pairs()[step.at++];
      if (pair === undefined) return { value: undefined, done: true };
      return { value: step.kind === 'keys' ? pair[0] : step.kind === 'values' ? pair[1] : [pair[0], pair[1]], done: false };
    },
  });
  defineProperty(ParamsIterator, Symbol.toStringTag, { value: 'URLSearchParams Iterator', configurable: true });
  class URLSearchParams {
    #pairs = [];
    #url = null;
    constructor(init = undefined) {
      if (init === undefined || init === null) return;
      if (typeof init === 'object' || typeof init === 'function') {
        const iterate = init[iteratorOf];
        if (iterate !== undefined && iterate !== null) {
          if (typeof iterate !== 'function') throw coded(TypeType, 'ERR_ARG_NOT_ITERABLE', 'Query pairs must be iterable');
          for (const pair of init) {
            if (pair === null || (typeof pair !== 'object' && typeof pair !== 'function') || typeof pair[iteratorOf] !== 'function') throw coded(TypeType, 'ERR_INVALID_TUPLE', 'Each query pair must be an iterable [name, value] tuple');
            const both = [...pair];
            if (both.length !== 2) throw coded(TypeType, 'ERR_INVALID_TUPLE', 'Each query pair must be an iterable [name, value] tuple');
            this.#pairs.push([wellFormed(`${both[0]}`), wellFormed(`${both[1]}`)]);
          }
        } else {
          for (const name of Reflect.ownKeys(init)) {
            if (!memberOf(init, name)?.enumerable) continue;
            if (typeof name === 'symbol') throw new TypeType('Cannot convert a Symbol value to a string');
            const [key, value] = [wellFormed(name), wellFormed(`${init[name]}`)];
            const found = this.#pairs.findIndex((pair) => pair[0] === key);
            if (found >= 0) this.#pairs[found][1] = value;
            else this.#pairs.push([key, value]);
          }
        }
      } else {
        const text = `${init}`;
        this.#pairs = pairsOf(text[0] === '?' ? text.slice(1) : text);
      }
    }
    static {
      searchOf = (url, text) => {
        const params = new URLSearchParams(text);
        params.#url = url;
        return params;
      };
      kit.renew = (params, text) => { params.#pairs = pairsOf(text[0] === '?' ? text.slice(1) : text); };
    }
    #changed() { if (this.#url !== null) this.#url(this.toString()); }
    #iterate(kind) {
      const iterator = setPrototypeOf({}, ParamsIterator);
      setOf(steps, iterator, { pairs: () => this.#pairs, at: 0, kind });
      return iterator;
    }
    get size() { return this.#pairs.length; }
    append(name, value) {
      if (arguments.length < 2) throw coded(TypeType, 'ERR_MISSING_ARGS', 'The "name" and "value" arguments must be specified');
      this.#pairs.push([wellFormed(`${name}`), wellFormed(`${value}`)]);
      this.#changed();
    }
    delete(name, value = undefined) {
      needs('name', 1, arguments.length);
      const key = wellFormed(`${name}`);
      const only = value === undefined ? undefined : wellFormed(`${value}`);
      this.#pairs = this.#pairs.filter((pair) => pair[0] !== key || (only !== undefined && pair[1] !== only));
      this.#changed();
    }
    get(name) {
      needs('name', 1, arguments.length);
      const key = wellFormed(`${name}`);
      return this.#pairs.find((pair) => pair[0] === key)?.[1] ?? null;
    }
    getAll(name) {
      needs('name', 1, arguments.length);
      const key = wellFormed(`${name}`);
      return this.#pairs.filter((pair) => pair[0] === key).map((pair) => pair[1]);
    }
    has(name, value = undefined) {
      needs('name', 1, arguments.length);
      const key = wellFormed(`${name}`);
      const only = value === undefined ? undefined : wellFormed(`${value}`);
      return this.#pairs.some((pair) => pair[0] === key && (only === undefined || pair[1] === only));
    }
    set(name, value) {
      if (arguments.length < 2) throw coded(TypeType, 'ERR_MISSING_ARGS', 'The "name" and "value" arguments must be specified');
      const key = wellFormed(`${name}`);
      const text = wellFormed(`${value}`);
      const first = this.#pairs.findIndex((pair) => pair[0] === key);
      if (first < 0) this.#pairs.push([key, text]);
      else {
        this.#pairs[first][1] = text;
        this.#pairs = this.#pairs.filter((pair, i) => i <= first || pair[0] !== key);
      }
      this.#changed();
    }
    sort() {
      this.#pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
      this.#changed();
    }
    entries() { return this.#iterate('entries'); }
    forEach(callback, self = undefined) {
      if (typeof callback !== 'function') throw coded(TypeType, 'ERR_INVALID_ARG_TYPE', `The "callback" argument must be of type function.`);
      for (let i = 0; i < this.#pairs.length; i++) apply(callback, self, [this.#pairs[i][1], this.#pairs[i][0], this]);
    }
    keys() { return this.#iterate('keys'); }
    values() { return this.#iterate('values'); }
    toString() { return this.#pairs.map(([name, value]) => `${encodeForm(name)}=${encodeForm(value)}`).join('&'); }
  }
  for (const [name, length] of [['delete', 1], ['has', 1], ['forEach', 1]]) defineProperty(URLSearchParams.prototype[name], 'length', { value: length });
  builtin(URLSearchParams, 'URLSearchParams', true);
  define(URLSearchParams.prototype, iteratorOf, URLSearchParams.prototype.entries);

  const PARTS = ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'];
  const invalid = (input, base) => {
    const error = coded(TypeType, 'ERR_INVALID_URL', 'Invalid URL');
    for (const [name, value] of base === undefined ? [['input', input]] : [['input', input], ['base', base]]) defineProperty(error, name, { value, writable: true, enumerable: true, configurable: true });
    return error;
  };
  // Schemes whose URLs are those of Node, letter by letter; and what has no slash after it.
  const usualScheme = /^(?:https?|wss?):$/;
  const testScheme = method(RegExp.prototype.test);
  const parseUrl = (text, base) => {
    const parts = natives.parseUrl(text, base);
    if (parts === undefined) {
      // Whether others are wrong is not sure either.
      const scheme = execScheme(/^[\0- ]*([A-Za-z][A-Za-z0-9+.-]*:)/, text);
      if (scheme !== null && !testScheme(usualScheme, scheme[1].toLowerCase())) lacks(`URL for ${scheme[1]}`);
      return parts;
    }
    if (!testScheme(usualScheme, parts[2]) && (parts[8][0] === '/' || parts[5] !== '' || parts[8] === '')) lacks(`URL for ${parts[2]}`);
    return parts;
  };
  const execScheme = method(RegExp.prototype.exec);
  const isAscii = (text) => {
    for (let i = 0; i < text.length; i++) if (at(text, i) > 127) return false;
    return true;
  };
  class URL {
    #parts;
    #params = null;
    constructor(input, base = undefined) {
      needs('url', 1, arguments.length);
      const text = `${input}`;
      const on = base === undefined ? undefined : `${base}`;
      const parts = parseUrl(wellFormed(text), on === undefined ? null : wellFormed(on));
      if (parts === undefined) throw invalid(text, on);
      this.#parts = parts;
    }
    static canParse(input, base = undefined) {
      needs('url', 1, arguments.length);
      const text = wellFormed(`${input}`);
      const on = base === undefined ? null : wellFormed(`${base}`);
      // Node takes what is not ASCII for something else there.
      if (!isAscii(text) || (on !== null && !isAscii(on))) lacks('URL.canParse of other letters than ASCII');
      return parseUrl(text, on) !== undefined;
    }
    static parse(input, base = undefined) {
      needs('url', 1, arguments.length);
      try {
        return new URL(input, base);
      } catch {
        return null;
      }
    }
    static createObjectURL(_blob) { return lacks('URL.createObjectURL'); }
    static revokeObjectURL(_url) { return lacks('URL.revokeObjectURL'); }
    toString() { return this.#parts[0]; }
    get href() { return this.#parts[0]; }
    set href(value) {
      const text = `${value}`;
      const parts = parseUrl(wellFormed(text), null);
      if (parts === undefined) throw invalid(text);
      this.#parts = parts;
      this.#renew();
    }
    get origin() { return this.#parts[1]; }
    get protocol() { return this.#parts[2]; }
    set protocol(value) { this.#set('protocol', value); }
    get username() { return this.#parts[3]; }
    set username(value) { this.#set('username', value); }
    get password() { return this.#parts[4]; }
    set password(value) { this.#set('password', value); }
    get host() { return this.#parts[5]; }
    set host(value) { this.#set('host', value); }
    get hostname() { return this.#parts[6]; }
    set hostname(value) { this.#set('hostname', value); }
    get port() { return this.#parts[7]; }
    set port(value) {
      const text = `${value}`;
      // Node forgets the old one there.
      if (text !== '' && !testScheme(/^[\t\n\r]*[0-9]/, text)) lacks('url.port set to what is no number');
      this.#set('port', text);
    }
    get pathname() { return this.#parts[8]; }
    set pathname(value) { this.#set('pathname', value); }
    get search() { return this.#parts[9]; }
    set search(value) {
      this.#set('search', value);
      this.#renew();
    }
    get searchParams() {
      this.#params ??= searchOf((text) => this.#set('search', text), this.#parts[9]);
      return this.#params;
    }
    get hash() { return this.#parts[10]; }
    set hash(value) { this.#set('hash', value); }
    toJSON() { return this.#parts[0]; }
    #set(part, value) {
      if (!testScheme(usualScheme, this.#parts[2]) && part !== 'search' && part !== 'hash') lacks(`url.${part} of ${this.#parts[2]}`);
      this.#parts = natives.setUrl(this.#parts[0], part, wellFormed(`${value}`));
    }
    #renew() { if (this.#params !== null) kit.renew(this.#params, this.#parts[9]); }
  }
  void PARTS;
  defineProperty(URL.canParse, 'length', { value: 1 });
  defineProperty(URL.parse, 'length', { value: 1 });
  builtin(URL, 'URL', true);

  // --- Events ---------------------------------------------------------------------------------------------
  const inner = new WeakMap();
  class Event {
    #type;
    #options;
    #stopped = false;
    #prevented = false;
    #target = null;
    #current = null;
    #phase = 0;
    #bubbleStopped = false;
    constructor(type, options = null) {
      if (arguments.length === 0) throw coded(TypeType, 'ERR_MISSING_ARGS', 'The "type" argument must be specified');
      if (options !== null && options !== undefined && typeof options !== 'object' && typeof options !== 'function') throw coded(TypeType, 'ERR_INVALID_ARG_TYPE', 'The "options" argument must be of type object.');
      this.#type = `${type}`;
      this.#options = { bubbles: Boolean(options?.bubbles), cancelable: Boolean(options?.cancelable), composed: Boolean(options?.composed) };
      setOf(inner, this, {
        begin: (target) => { this.#target = this.#current = target; this.#phase = 2; },
        end: () => { this.#current = null; this.#phase = 0; },
        isDispatched: () => this.#phase !== 0,
        isStopped: () => this.#stopped,
      });
    }
    initEvent(type, bubbles = false, cancelable = false) {
      this.#type = `${type}`;
      this.#options.bubbles = Boolean(bubbles);
      this.#options.cancelable = Boolean(cancelable);
    }
    stopImmediatePropagation() { this.#stopped = true; this.#bubbleStopped = true; }
    preventDefault() { if (this.#options.cancelable) this.#prevented = true; }
    get target() { return this.#target; }
    get currentTarget() { return this.#current; }
    get srcElement() { return this.#target; }
    get type() { return this.#type; }
    get cancelable() { return this.#options.cancelable; }
    get defaultPrevented() { return this.#options.cancelable && this.#prevented; }
    get isTrusted() { return false; }
    get timeStamp() {
      now('event.timeStamp, a clock,');
      return 30;
    }
    composedPath() { return this.#phase !== 0 ? [this.#current] : []; }
    get returnValue() { return !this.#options.cancelable || !this.#prevented; }
    get bubbles() { return this.#options.bubbles; }
    get composed() { return this.#options.composed; }
    get eventPhase() { return this.#phase; }
    get cancelBubble() { return this.#bubbleStopped; }
    set cancelBubble(value) { if (value) this.#bubbleStopped = true; }
    stopPropagation() { this.#bubbleStopped = true; }
    static NONE = 0;
    static CAPTURING_PHASE = 1;
    static AT_TARGET = 2;
    static BUBBLING_PHASE = 3;
  }
  for (const name of ['NONE', 'CAPTURING_PHASE', 'AT_TARGET', 'BUBBLING_PHASE']) defineProperty(Event, name, { value: Event[name], writable: false, enumerable: true, configurable: false });
  builtin(Event, 'Event');
  class CustomEvent extends Event {
    #detail;
    constructor(type, options = undefined) {
      if (arguments.length === 0) throw coded(TypeType, 'ERR_MISSING_ARGS', 'The "type" argument must be specified');
      super(type, options);
      this.#detail = options?.detail ?? null;
    }
    get detail() { return this.#detail; }
  }
  builtin(CustomEvent, 'CustomEvent');
  const add = method(Array.prototype.push);
  class EventTarget {
    #listeners = [];
    addEventListener(type, listener, options = {}) {
      if (arguments.length < 2) throw coded(TypeType, 'ERR_MISSING_ARGS', 'The "type" and "listener" arguments must be specified');
      if (listener === null || listener === undefined) return;
      if (typeof listener !== 'function' && typeof listener !== 'object') throw coded(TypeType, 'ERR_INVALID_ARG_TYPE', 'The "listener" argument must be an instance of EventListener.');
      const name = `${type}`;
      const capture = typeof options === 'boolean' ? options : Boolean(options?.capture);
      const signal = typeof options === 'object' && options !== null ? options.signal : undefined;
      if (signal?.aborted) return;
      if (this.#listeners.some((it) => it.name === name && it.listener === listener && it.capture === capture)) return;
      add(this.#listeners, { name, listener, capture, once: Boolean(options?.once), passive: Boolean(options?.passive) });
      if (signal) signal.addEventListener('abort', () => this.removeEventListener(name, listener, options), { once: true });
    }
    removeEventListener(type, listener, options = {}) {
      if (arguments.length < 2) throw coded(TypeType, 'ERR_MISSING_ARGS', 'The "type" and "listener" arguments must be specified');
      const name = `${type}`;
      const capture = typeof options === 'boolean' ? options : Boolean(options?.capture);
      this.#listeners = this.#listeners.filter((it) => it.name !== name || it.listener !== listener || it.capture !== capture);
    }
    dispatchEvent(event) {
      if (arguments.length < 1) throw coded(TypeType, 'ERR_MISSING_ARGS', 'The "event" argument must be specified');
      const inside = typeof event === 'object' && event !== null ? getOf(inner, event) : undefined;
      if (inside === undefined) throw coded(TypeType, 'ERR_INVALID_ARG_TYPE', 'The "event" argument must be an instance of Event.');
      if (inside.isDispatched()) throw coded(Error, 'ERR_EVENT_RECURSION', `The event "${event.type}" is already being dispatched`);
      inside.begin(this);
      const called = this.#listeners.filter((it) => it.name === event.type);
      for (let i = 0; i < called.length; i++) {
        const it = called[i];
        if (!this.#listeners.includes(it)) continue;
        if (it.once) this.#listeners = this.#listeners.filter((other) => other !== it);
        try {
          if (typeof it.listener === 'function') apply(it.listener, this, [event]);
          else if (typeof it.listener.handleEvent === 'function') it.listener.handleEvent(event);
        } catch (error) {
          // Node ends the program for it.
          note(`an error thrown in a listener of "${it.name}": ${kit.world.messageOf(error)}`);
        }
        if (inside.isStopped()) break;
      }
      inside.end();
      return !event.defaultPrevented;
    }
  }
  for (const name of ['addEventListener', 'removeEventListener']) defineProperty(EventTarget.prototype[name], 'length', { value: 2 });
  builtin(EventTarget, 'EventTarget', true);

  const key = {};
  let abort;
  class AbortSignal extends EventTarget {
    #aborted = false;
    #reason = undefined;
    #handler = null;
    #listens = false;
    constructor(secret) {
      if (secret !== key) throw coded(TypeType, 'ERR_ILLEGAL_CONSTRUCTOR', 'Illegal constructor');
      super();
    }
    static {
      abort = (signal, reason) => {
        if (signal.#aborted) return;
        signal.#aborted = true;
        signal.#reason = reason;
        signal.dispatchEvent(new Event('abort'));
      };
    }
    get aborted() { return this.#aborted; }
    get reason() { return this.#reason; }
    throwIfAborted() { if (this.#aborted) throw this.#reason; }
    get onabort() { return this.#handler; }
    set onabort(value) {
      this.#handler = typeof value === 'function' ? value : null;
      if (!this.#listens) {
        this.#listens = true;
        this.addEventListener('abort', (event) => { if (this.#handler) apply(this.#handler, this, [event]); });
      }
    }
    static abort(reason = aborted()) {
      const signal = new AbortSignal(key);
      abort(signal, reason);
      return signal;
    }
    static timeout(_delay) { return lacks('AbortSignal.timeout'); }
    static any(signals) {
      const any = new AbortSignal(key);
      const list = [...signals];
      for (const signal of list) {
        if (signal.aborted) {
          abort(any, signal.reason);
          return any;
        }
      }
      for (const signal of list) signal.addEventListener('abort', () => abort(any, signal.reason), { once: true });
      return any;
    }
  }
  defineProperty(AbortSignal.abort, 'length', { value: 0 });
  const aborted = () => new DOMExceptionType('This operation was aborted', 'AbortError');
  class AbortController {
    #signal = new AbortSignal(key);
    get signal() { return this.#signal; }
    abort(reason = aborted()) { abort(this.#signal, reason); }
  }
  defineProperty(AbortController.prototype.abort, 'length', { value: 0 });
  builtin(AbortController, 'AbortController', true);
  defineProperty(AbortSignal, 'length', { value: 0 });
  builtin(AbortSignal, 'AbortSignal', true);

  // --- Copies --------------------------------------------------------------------------------------------------
  const [MapType, SetType, DateType, RegExpType, ErrorType, PromiseType] = [Map, Set, Date, RegExp, Error, Promise];
  const [mapGet, mapSet, mapHas] = [method(MapType.prototype.get), method(MapType.prototype.set), method(MapType.prototype.has)];
  const mapEach = method(MapType.prototype.forEach);
  const setEach = method(SetType.prototype.forEach);
  const setAdd = method(SetType.prototype.add);
  const moment = method(DateType.prototype.getTime);
  const sourceOf = method(memberOf(RegExpType.prototype, 'source').get);
  const flagsOf = method(memberOf(RegExpType.prototype, 'flags').get);
  const typeName = method(memberOf(TypedArray.prototype, Symbol.toStringTag).get);
  const valueOf = { Number: method(Number.prototype.valueOf), String: method(String.prototype.valueOf), Boolean: method(Boolean.prototype.valueOf), BigInt: method(BigInt.prototype.valueOf) };
  const toText = method(Function.prototype.toString);
  const symbolText = method(Symbol.prototype.toString);
  const is_ = (test) => (value) => {
    try {
      test(value);
      return true;
    } catch {
      return false;
    }
  };
  const kinds = { Map: is_(method(memberOf(MapType.prototype, 'size').get)), Set: is_(method(memberOf(SetType.prototype, 'size').get)), Date: is_(moment), Weak: is_((v) => { apply(weakHas, v, [{}]); }), WeakS: is_((v) => { apply(weakSetHas, v, [{}]); }) };
  const weakHas = WeakMap.prototype.has;
  const weakSetHas = WeakSet.prototype.has;
  const regExpBrand = method(memberOf(RegExpType.prototype, 'global').get);
  const isRegExp = (value) => value !== RegExpType.prototype && is_(regExpBrand)(value);
  const lengthOfBuffer = method(memberOf(BufferType.prototype, 'byteLength').get);
  const isBuffer = is_(lengthOfBuffer);
  const viewBuffer = method(memberOf(ViewType.prototype, 'buffer').get);
  const isView = is_(viewBuffer);
  const sliceBuffer = method(BufferType.prototype.slice);
  const views = {};
  for (const name of Reflect.ownKeys(globalThis)) {
    const type = memberOf(globalThis, name).value;
    if (typeof type === 'function' && getPrototypeOf(type) === TypedArray) views[name] = type;
  }
  const errorTypes = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
  const dataError = (text) => new DOMExceptionType(`${text} could not be cloned.`, 'DataCloneError');
  const copyOf = (value, seen) => {
    if (typeof value === 'symbol') throw dataError(symbolText(value));
    if (typeof value === 'function') throw dataError(`${globalThis.Function.prototype.toString === undefined ? toText(value) : apply(globalThis.Function.prototype.toString, value, [])}`);
    if (typeof value !== 'object' || value === null) return value;
    if (mapHas(seen, value)) return mapGet(seen, value);
    const note_ = (made) => {
      mapSet(seen, value, made);
      return made;
    };
    const prototype = getPrototypeOf(value);
    const isPlain = isArray(value) || ((prototype === ObjectPrototype || prototype === null) && tagOf(value) === '[object Object]');
    if (isPlain && !natives.isProxy(value)) return copyMembers(value, seen, note_);
    for (const name of ['Number', 'String', 'Boolean', 'BigInt']) {
      let inside;
      try { inside = valueOf[name](value); } catch { continue; }
      return note_(Object(inside));
    }
    if (kinds.Date(value)) return note_(new DateType(moment(value)));
    if (isRegExp(value)) return note_(new RegExpType(sourceOf(value), flagsOf(value)));
    if (isBuffer(value)) return note_(sliceBuffer(value, 0));
    const view = typeName(value);
    if (view !== undefined) {
      const buffer = copyOf(value.buffer, seen);
      return note_(new views[view](buffer, value.byteOffset, value.length));
    }
    if (isView(value)) return note_(new ViewType(copyOf(value.buffer, seen), value.byteOffset, value.byteLength));
    if (kinds.Map(value)) {
      const made = note_(new MapType());
      const entries = [];
      mapEach(value, (member, name) => { entries[entries.length] = [name, member]; });
      for (let i = 0; i < entries.length; i++) mapSet(made, copyOf(entries[i][0], seen), copyOf(entries[i][1], seen));
      return made;
    }
    if (kinds.Set(value)) {
      const made = note_(new SetType());
      const members = [];
      setEach(value, (member) => { members[members.length] = member; });
      for (let i = 0; i < members.length; i++) setAdd(made, copyOf(members[i], seen));
      return made;
    }
    if (natives.isError(value)) {
      const name = value.name;
      const own = memberOf(value, 'message');
      const Type = errorTypes[name] ?? ErrorType;
      const made = note_(own === undefined ? new Type() : new Type(value.message));
      kit.guard(made, 'stack', 'the stack of an error');
      if (memberOf(value, 'cause') !== undefined) define(made, 'cause', copyOf(value.cause, seen));
      return made;
    }
    if (natives.isProxy(value)) throw dataError('#<Object>');
    if (kinds.Weak(value)) throw dataError('#<WeakMap>');
    if (kinds.WeakS(value)) throw dataError('#<WeakSet>');
    if (value instanceof PromiseType) throw dataError('#<Promise>');
    if (value instanceof WeakRef) throw dataError('#<WeakRef>');
    if (tagOf(value) === '[object Arguments]' && value[Symbol.toStringTag] === undefined) throw dataError('#<Object>');
    if (isGenerator(value)) throw dataError('[object Generator]');
    return copyMembers(value, seen, note_);
  };
  const ObjectPrototype = Object.prototype;
  const copyMembers = (value, seen, note_) => {
    const made = note_(isArray(value) ? [] : {});
    if (isArray(value)) made.length = value.length;
    const names = keys(value);
    for (let i = 0; i < names.length; i++) {
      // A member that went while others were read is not copied.
      if (i > 0 && !(names[i] in value)) continue;
      defineProperty(made, names[i], { value: copyOf(value[names[i]], seen), writable: true, enumerable: true, configurable: true });
    }
    return made;
  };
  const tagOf = method(Object.prototype.toString);
  const GeneratorPrototype = getPrototypeOf(getPrototypeOf((function* () {})()));
  const isGenerator = (value) => {
    for (let it = getPrototypeOf(value); it !== null; it = getPrototypeOf(it)) if (it === GeneratorPrototype || it === IteratorPrototype) return true;
    return false;
  };
  put('structuredClone', native({ structuredClone(value, options) {
    if (arguments.length === 0) throw coded(TypeType, 'ERR_MISSING_ARGS', 'The "value" argument must be specified');
    if (options !== undefined && options !== null && typeof options !== 'object' && typeof options !== 'function') throw coded(TypeType, 'ERR_INVALID_ARG_TYPE', 'The "options" argument must be of type object.');
    const transfer = options?.transfer;
    if (transfer !== undefined && [...transfer].length > 0) lacks('structuredClone with transfer');
    return copyOf(value, new MapType());
  } }.structuredClone, 'structuredClone', 0));
  const later = Promise.resolve();
  const then = method(Promise.prototype.then);
  put('queueMicrotask', native(function queueMicrotask(callback) {
    if (typeof callback !== 'function') throw coded(TypeType, 'ERR_INVALID_ARG_TYPE', 'The "callback" argument must be of type function.');
    then(later, () => { callback(); });
  }));

  // --- The console ----------------------------------------------------------------------------------------------
  // Lines for the reader, near to Node's; no member is asked that could do something.
  const MOST_DEPTH = 3;
  const MOST_MEMBERS = 100;
  const quote = JSON.stringify;
  const isoOf = method(DateType.prototype.toISOString);
  const inspect = (value, depth, seen) => {
    switch (typeof value) {
      case 'string': return seen === null ? value : quote(value);
      case 'bigint': return `${value}n`;
      case 'symbol': return symbolText(value);
      case 'function': return `[Function: ${memberOf(value, 'name')?.value || '(anonymous)'}]`;
      case 'object': break;
      default: return is(value, -0) ? '-0' : `${value}`;
    }
    if (value === null) return 'null';
    const above = seen ?? [];
    if (above.includes(value)) return '[Circular]';
    if (natives.isProxy(value)) return '[Proxy]';
    if (natives.isError(value)) return kit.world.messageOf(value);
    if (kinds.Date(value)) {
      const time = moment(value);
      return time === time ? isoOf(value) : 'Invalid Date';
    }
    if (isRegExp(value)) return `/${sourceOf(value)}/${flagsOf(value)}`;
    const isMap = kinds.Map(value);
    const isSet = kinds.Set(value);
    if (depth < 0) return isArray(value) ? '[Array]' : '[Object]';
    const inside = [...above, value];
    const parts = [];
    let count = 0;
    const part = (text) => { if (count++ < MOST_MEMBERS) parts[parts.length] = text(); };
    if (isMap) mapEach(value, (member, name) => part(() => `${inspect(name, depth - 1, inside)} => ${inspect(member, depth - 1, inside)}`));
    else if (isSet) setEach(value, (member) => part(() => inspect(member, depth - 1, inside)));
    else {
      for (const name of keys(value)) {
        const it = memberOf(value, name);
        if (it === undefined) continue;
        part(() => {
          const text = it.get ? '[Getter]' : it.set ? '[Setter]' : inspect(it.value, depth - 1, inside);
          return isArray(value) && /^\d+$/.test(name) ? text : `${/^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name)}: ${text}`;
        });
      }
    }
    if (count > MOST_MEMBERS) parts[parts.length] = `… ${count - MOST_MEMBERS} more`;
    const type = memberOf(getPrototypeOf(value) ?? {}, 'constructor')?.value;
    const name = typeof type === 'function' ? memberOf(type, 'name')?.value : undefined;
    const head = isMap || isSet ? `${name}(${count}) ` : isArray(value) || name === 'Object' ? '' : name === undefined ? '[Object: null prototype] ' : `${name} `;
    if (isArray(value)) return parts.length === 0 ? `${head}[]` : `${head}[ ${parts.join(', ')} ]`;
    return parts.length === 0 ? `${head}{}` : `${head}{ ${parts.join(', ')} }`;
  };
  let indent = '';
  const counts = new MapType();
  const line = (args) => {
    const texts = [];
    let from = 0;
    if (typeof args[0] === 'string' && args.length > 1) {
      from = 1;
      let out = '';
      const format = args[0];
      for (let i = 0; i < format.length; i++) {
        const kind = format[i] === '%' ? format[i + 1] : undefined;
        if (kind === '%') { out += '%'; i++; continue; }
        if (kind === undefined || !'sdifjoOc'.includes(kind) || from >= args.length) { out += format[i]; continue; }
        const arg = args[from++];
        if (kind === 'c') out += '';
        else if (kind === 'd') out += typeof arg === 'object' && arg !== null ? 'NaN' : typeof arg === 'bigint' ? `${arg}n` : typeof arg === 'symbol' ? 'NaN' : `${Number(arg)}`;
        else if (kind === 'i') out += typeof arg === 'object' || typeof arg === 'symbol' ? 'NaN' : `${parseInt(`${arg}`)}`;
        else if (kind === 'f') out += typeof arg === 'symbol' || typeof arg === 'object' ? 'NaN' : `${parseFloat(`${arg}`)}`;
        else out += inspect(arg, kind === 's' ? 0 : MOST_DEPTH, kind === 's' && typeof arg === 'string' ? null : kind === 's' ? null : []);
        i++;
      }
      texts.push(out);
    }
    for (; from < args.length; from++) texts.push(inspect(args[from], MOST_DEPTH - 1, typeof args[from] === 'string' ? null : []));
    write(indent + texts.join(' '));
  };
  const say = (args) => {
    try {
      line(args);
    } catch {
      write('(what was to be written cannot be shown)');
    }
  };
  const label = (given) => (given === undefined ? 'default' : `${given}`);
  const console = {};
  for (const name of ['log', 'info', 'warn', 'error', 'debug', 'dirxml']) console[name] = { [name](...args) { say(args); } }[name];
  const others = {
    trace(...args) { say(['Trace:', ...args]); },
    dir(value) { say([value]); },
    table(rows) { say([rows]); },
    assert(condition, ...args) { if (!condition) say(typeof args[0] === 'string' ? [`Assertion failed: ${args[0]}`, ...args.slice(1)] : ['Assertion failed', ...args]); },
    group(...args) {
      if (args.length > 0) say(args);
      indent += '  ';
    },
    groupCollapsed(...args) {
      if (args.length > 0) say(args);
      indent += '  ';
    },
    groupEnd() { indent = indent.slice(2); },
    count(name) {
      const text = label(name);
      mapSet(counts, text, (mapGet(counts, text) ?? 0) + 1);
      say([`${text}: ${mapGet(counts, text)}`]);
    },
    countReset(name) { mapSet(counts, label(name), 0); },
    clear() { indent = ''; },
    time() {},
    timeLog(name, ...args) { say([`${label(name)}:`, ...args]); },
    timeEnd() {},
    timeStamp() {},
    profile() {},
    profileEnd() {},
    context() { return lacks('console.context'); },
    createTask() { return lacks('console.createTask'); },
    Console: native(function Console() { return lacks('console.Console'); }),
  };
  for (const object of [console, others]) for (const name of keys(object)) defineProperty(console, name, { value: native(object[name], name, 0), writable: true, enumerable: true, configurable: true });
  defineProperty(console, Symbol.toStringTag, { value: 'console', configurable: true });
  defineProperty(globalThis, 'console', { value: console, writable: true, enumerable: false, configurable: true });
  void construct;
}
