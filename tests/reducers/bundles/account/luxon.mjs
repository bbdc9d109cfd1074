import { DateTime, Duration, Interval } from 'luxon';
export const times = (s = { last: null }, e) => { const at = DateTime.fromISO(e.timestamp, { zone: 'utc' }); return { last: at, day: at.toISODate(), plus: at.plus({ months: 1, days: 2 }), week: at.weekNumber, start: at.startOf('week'), diff: s.last ? at.diff(s.last, ['hours', 'minutes']).toObject() : null, millis: at.toMillis(), valid: at.isValid }; };
export const formats = (s, e) => DateTime.fromISO(e.timestamp, { zone: 'utc' }).toFormat('yyyy-MM-dd HH:mm:ss');
export const zones = (s, e) => DateTime.fromISO(e.timestamp, { zone: 'Europe/Amsterdam' }).toISO();
export const durations = (s = Duration.fromMillis(0), e) => s.plus({ minutes: e.version }).shiftTo('hours', 'minutes');
export const intervals = (s, e) => { const at = DateTime.fromISO(e.timestamp, { zone: 'utc' }); const i = Interval.after(at, { days: 3 }); return [i.length('hours'), i.toISODate(), i.contains(at), i.splitBy({ days: 1 }).length]; };
