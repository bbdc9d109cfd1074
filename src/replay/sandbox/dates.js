// Dates: texts as V8 reads and writes them, UTC wherever the machine is. Where its zone is
// another, what depends on the zone is refused.
(kit) => {
  'use strict';
  const { natives, native, define, equip, method, memberOf, lacks, now, isLoading } = kit;
  const DateType = Date;
  const proto = DateType.prototype;
  const { apply, construct } = Reflect;
  const { parseDate, isUtc } = natives;
  const TypeType = TypeError;
  const RangeType = RangeError;
  const moment = method(proto.getTime);
  const setMoment = method(proto.setTime);
  const wellFormed = method(String.prototype.toWellFormed);
  const utc = {};
  for (const part of ['Day', 'Date', 'FullYear', 'Hours', 'Milliseconds', 'Minutes', 'Month', 'Seconds']) utc[part] = method(proto[`getUTC${part}`]);
  const { UTC } = DateType;
  const { floor, trunc } = Math;
  const local = (what) => {
    if (!isUtc) lacks(`local time (${what}), where the zone of the machine is not UTC,`);
  };

  // --- Reading ---------------------------------------------------------------------------------
  const read = (text) => {
    const found = parseDate(wellFormed(text));
    if (found[1] && found[0] === found[0]) local('a time without a zone');
    return found[0];
  };
  const toPrimitive = (value) => {
    if (typeof value !== 'object' && typeof value !== 'function' || value === null) return value;
    const exotic = value[Symbol.toPrimitive];
    if (exotic !== undefined && exotic !== null) {
      const found = apply(exotic, value, ['default']);
      if (typeof found === 'object' && found !== null || typeof found === 'function') throw new TypeType('Cannot convert object to primitive value');
      return found;
    }
    for (const name of ['valueOf', 'toString']) {
      const f = value[name];
      if (typeof f !== 'function') continue;
      const found = apply(f, value, []);
      if (typeof found !== 'object' && typeof found !== 'function' || found === null) return found;
    }
    throw new TypeType('Cannot convert object to primitive value');
  };
  const isDate = (value) => {
    try {
      moment(value);
      return true;
    } catch {
      return false;
    }
  };
  const utcOf = (args) => {
    const count = args.length < 7 ? args.length : 7;
    const parts = [];
    // All are converted, whatever the first is.
    for (let i = 0; i < count; i++) parts[i] = +args[i];
    return apply(UTC, undefined, parts);
  };
  const partsToMoment = (args) => {
    local('new Date with parts');
    return utcOf(args);
  };
  const instant = (args) => {
    if (args.length === 0) return now('the current time (new Date without a time)');
    if (args.length > 1) return partsToMoment(args);
    const given = args[0];
    if (typeof given === 'number') return given;
    if (typeof given === 'object' && given !== null && isDate(given)) return moment(given);
    const value = toPrimitive(given);
    return typeof value === 'string' ? read(value) : +value;
  };

  // --- Writing -----------------------------------------------------------------------------------
  const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
  const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const two = (number) => (number < 10 ? `0${number}` : `${number}`);
  const year = (number) => {
    const size = number < 0 ? -number : number;
    const digits = size < 10 ? `000${size}` : size < 100 ? `00${size}` : size < 1000 ? `0${size}` : `${size}`;
    return number < 0 ? `-${digits}` : digits;
  };
  const day = (date) => `${DAYS[utc.Day(date)]} ${MONTHS[utc.Month(date)]} ${two(utc.Date(date))} ${year(utc.FullYear(date))}`;
  const clock = (date) => `${two(utc.Hours(date))}:${two(utc.Minutes(date))}:${two(utc.Seconds(date))}`;
  const ZONE = 'GMT+0000 (Coordinated Universal Time)';
  const shown = (date, what, text) => {
    const at = moment(date);
    if (at !== at) return 'Invalid Date';
    local(what);
    return text(date);
  };
  const whole = (date) => `${day(date)} ${clock(date)} ${ZONE}`;

  // --- Setting -------------------------------------------------------------------------------------
  // Moments of a day that is counted in parts; V8 sets nothing where a part is no number.
  const DAY = 86_400_000;
  const clip = (time) => (time === time && time >= -8.64e15 && time <= 8.64e15 ? trunc(time) + 0 : NaN);
  const dayOf = (time) => floor(time / DAY);
  const inDay = (time) => time - dayOf(time) * DAY;
  // Days of a year, month from 0 and day: UTC takes years below 100 for others.
  const daysOf = (y, m, d) => {
    if (!(y === y && m === m && d === d) || y - y !== 0 || m - m !== 0 || d - d !== 0) return NaN;
    y = trunc(y) + 0;
    m = trunc(m) + 0;
    d = trunc(d) + 0;
    const across = y + floor(m / 12);
    const month = m - floor(m / 12) * 12;
    if (across < -400_000 || across > 400_000) return NaN;
    const cycles = floor(across / 400);
    const time = UTC(across - cycles * 400 + 2000, month, 1);
    return dayOf(time) + (cycles - 5) * 146_097 + d - 1;
  };
  const timeOf = (h, min, s, ms) => {
    if (h - h !== 0 || min - min !== 0 || s - s !== 0 || ms - ms !== 0) return NaN;
    return trunc(h) * 3_600_000 + trunc(min) * 60_000 + trunc(s) * 1000 + trunc(ms);
  };
  const join = (days, time) => clip(days * DAY + time);
  const setters = {
    Date: [1, (t, a) => join(daysOf(utcYear(t), utcMonth(t), a[0]), inDay(t))],
    Month: [2, (t, a) => join(daysOf(utcYear(t), a[0], a.length > 1 ? a[1] : utcDate(t)), inDay(t))],
    FullYear: [3, (t, a) => {
      const from = t === t ? t : 0;
      return join(daysOf(a[0], a.length > 1 ? a[1] : utcMonth(from), a.length > 2 ? a[2] : utcDate(from)), inDay(from));
    }],
    Hours: [4, (t, a) => join(dayOf(t), timeOf(a[0], a.length > 1 ? a[1] : minuteOf(t), a.length > 2 ? a[2] : secondOf(t), a.length > 3 ? a[3] : milliOf(t)))],
    Minutes: [3, (t, a) => join(dayOf(t), timeOf(hourOf(t), a[0], a.length > 1 ? a[1] : secondOf(t), a.length > 2 ? a[2] : milliOf(t)))],
    Seconds: [2, (t, a) => join(dayOf(t), timeOf(hourOf(t), minuteOf(t), a[0], a.length > 1 ? a[1] : milliOf(t)))],
    Milliseconds: [1, (t, a) => join(dayOf(t), timeOf(hourOf(t), minuteOf(t), secondOf(t), a[0]))],
  };
  const hourOf = (t) => floor(inDay(t) / 3_600_000);
  const minuteOf = (t) => floor(inDay(t) / 60_000) % 60;
  const secondOf = (t) => floor(inDay(t) / 1000) % 60;
  const milliOf = (t) => inDay(t) % 1000;
  const probe = new DateType(0);
  const partOf = (part) => (t) => {
    setMoment(probe, t);
    return utc[part](probe);
  };
  const [utcYear, utcMonth, utcDate] = [partOf('FullYear'), partOf('Month'), partOf('Date')];
  for (const part of Object.keys(setters)) {
    const [count, compute] = setters[part];
    for (const kind of ['', 'UTC']) {
      const name = `set${kind}${part}`;
      const f = {
        [name]() {
          const at = moment(this);
          const args = [];
          // Converted in order, also where the date is none.
          const given = arguments.length < count ? arguments.length : count;
          for (let i = 0; i < given || i < 1; i++) args[i] = +arguments[i];
          if (kind === '') local(name);
          if (at !== at && part !== 'FullYear') return NaN;
          return setMoment(this, compute(at, args));
        },
      }[name];
      define(proto, name, native(f, name, count));
    }
  }

  // --- The rest ---------------------------------------------------------------------------------
  for (const part of Object.keys(utc)) {
    const name = `get${part}`;
    const get = utc[part];
    const f = {
      [name]() {
        if (!isUtc && moment(this) === moment(this)) local(name);
        return get(this);
      },
    }[name];
    define(proto, name, native(f));
  }
  equip(proto, {
    getTimezoneOffset() {
      const at = moment(this);
      if (at !== at) return NaN;
      local('getTimezoneOffset');
      return 0;
    },
    getYear() {
      const found = utc.FullYear(this);
      if (found === found) local('getYear');
      return found - 1900;
    },
    setYear(given) {
      const at = moment(this);
      const number = +given;
      local('setYear');
      const full = number === number && trunc(number) >= 0 && trunc(number) <= 99 ? trunc(number) + 1900 : number;
      return setMoment(this, number !== number ? NaN : setters.FullYear[1](at, [full]));
    },
    toString() { return shown(this, 'toString', whole); },
    toDateString() { return shown(this, 'toDateString', day); },
    toTimeString() { return shown(this, 'toTimeString', (date) => `${clock(date)} ${ZONE}`); },
    toUTCString() {
      const at = moment(this);
      if (at !== at) return 'Invalid Date';
      return `${DAYS[utc.Day(this)]}, ${two(utc.Date(this))} ${MONTHS[utc.Month(this)]} ${year(utc.FullYear(this))} ${clock(this)} GMT`;
    },
    toLocaleString() { return lacks('toLocaleString'); },
    toLocaleDateString() { return lacks('toLocaleDateString'); },
    toLocaleTimeString() { return lacks('toLocaleTimeString'); },
  });
  define(proto, 'toGMTString', proto.toUTCString);
  const iso = method(proto.toISOString);
  equip(proto, {
    toISOString() {
      const at = moment(this);
      if (at !== at) throw new RangeType('Invalid time value');
      return iso(this);
    },
  });
  equip(DateType, {
    now() { return now('Date.now, the current time,'); },
    parse(text) { return read(`${text}`); },
    UTC(_year, _month, _day, _hour, _minute, _second, _ms) { return utcOf(arguments); },
  });
  const Made = new Proxy(DateType, {
    construct: (target, args, type) => construct(target, [instant(args)], type === Made ? target : type),
    apply: () => {
      const date = new DateType(now('the current time (Date())'));
      return whole(date);
    },
  });
  native(Made, 'Date', 7);
  define(proto, 'constructor', Made);
  define(globalThis, 'Date', Made);
  void memberOf;
  void isLoading;
}
