// Clocks and chance by ways that only Node has; and a line that a logger writes by itself.
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import v8 from 'node:v8';
import vm from 'node:vm';
import { Worker } from 'node:worker_threads';

export const refusedAt = { curve: 5, group: 6, context: 7, script: 8, created: 9, thread: 4, sleeps: 5, heap: 6, cores: 7, caught: 6 };
export const curve = (s = 0, e) => (e.version > 4 ? crypto.createECDH('secp256k1').generateKeys('hex') : s + 1);
export const group = (s = 0, e) => (e.version > 5 ? crypto.getDiffieHellman('modp14').generateKeys('hex') : s + 1);
export const context = (s = 0, e) => (e.version > 6 ? vm.runInNewContext('Date.now()') : s + 1);
export const script = (s = 0, e) => (e.version > 7 ? new vm.Script('Math.random()').runInNewContext() : s + 1);
export const created = (s = 0, e) => (e.version > 8 ? vm.runInContext('Date.now()', vm.createContext({})) : s + 1);
export const thread = (s = 0, e) => (e.version > 3 ? new Worker('1', { eval: true }).threadId : s + 1);
export const sleeps = (s = 0, e) => (e.version > 4 ? Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10) : s + 1);
export const heap = (s = 0, e) => (e.version > 5 ? v8.getHeapStatistics().used_heap_size : s + 1);
export const cores = (s = 0, e) => (e.version > 6 ? os.cpus()[0].times.idle : s + 1);
export const caught = (s = 0, e) => { try { return e.version > 5 ? vm.runInNewContext('Date.now()') : s + 1; } catch { return -1; } };
export const logged = (s = 0, e) => { fs.writeSync(2, `${e.type}\n`); return s + e.type.length; };
export const here = (s = [], e) => [...s, vm.runInThisContext('40 + 2') + e.version].slice(-3);
