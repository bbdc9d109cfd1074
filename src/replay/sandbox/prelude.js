// Makes QuickJS repeatable, and as much like Node as it can be: gives the driver its `world`.
((count) => {
  'use strict';
  const { defineProperty, preventExtensions } = Object;
  const { isFinite } = Number;
  const [DateType, RegExpType] = [Date, RegExp];
  const apply = Reflect.apply;
  const method = (f) => (self, ...args) => apply(f, self, args);
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

  return { count, refusal: () => '', loading() {}, lines: () => [] };
})
