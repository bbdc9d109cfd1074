// What libraries make of the clock and of randomness.
import { nanoid } from '@reduxjs/toolkit';
import { v1, v4, v7 } from 'uuid';
import { random, now, shuffle, sample } from 'lodash-es';
import dayjs from 'dayjs';
import { formatDistanceToNow } from 'date-fns';
import { DateTime } from 'luxon';
export const refusedAt = { id: 6, random4: 9, random7: 9, random1: 9, drawn: 7, mixed: 7, one: 7, time: 7, today: 5, ago: 5, luxon: 5 };
export const id = (s = [], e) => (e.version > 5 ? [...s, nanoid()] : [...s, e.id.slice(0, 3)]);
export const random4 = (s = [], e) => (e.version > 8 ? [...s, v4()] : [...s, e.version]);
export const random7 = (s = [], e) => (e.version > 8 ? [...s, v7()] : [...s, e.version]);
export const random1 = (s = [], e) => (e.version > 8 ? [...s, v1()] : [...s, e.version]);
export const drawn = (s = 0, e) => (e.version > 6 ? random(0, 10) : s + 1);
export const mixed = (s = 0, e) => (e.version > 6 ? shuffle([1, 2, 3]) : s + 1);
export const one = (s = 0, e) => (e.version > 6 ? sample([1, 2]) : s + 1);
export const time = (s = 0, e) => (e.version > 6 ? now() : s + 1);
export const today = (s = { day: null }, e) => (e.version > 4 ? { day: dayjs().format('YYYY') } : { day: dayjs(e.timestamp).isValid() });
export const ago = (s = '', e) => (e.version > 4 ? formatDistanceToNow(new Date(e.timestamp)) : 'before');
export const luxon = (s = '', e) => (e.version > 4 ? DateTime.now() : DateTime.fromMillis(Date.parse(e.timestamp), { zone: 'utc' }).isValid);
