// Ways out of the jail. Each throws where it is refused. The test gives `target`: a file and a
// folder outside, ports that listen, the process that started this one.
import { createRequire, Module } from 'node:module';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as dgram from 'node:dgram';
import * as dns from 'node:dns';
import * as http from 'node:http';
import * as os from 'node:os';
import * as path from 'node:path';
import * as childProcess from 'node:child_process';
import * as v8 from 'node:v8';
import * as inspector from 'node:inspector';
import { Worker } from 'node:worker_threads';
import target from './target.json' with { type: 'json' };

const require = createRequire(import.meta.url);
const own = import.meta.dirname;
const inside = (name) => path.join(own, name);
const outside = (name) => path.join(target.outside, name);
const fails = (result) => {
  const error = result.error ?? (result.status !== 0 && new Error(`status ${result.status}`));
  if (error) throw error;
};
const flagsOf = (flags) => fs.closeSync(fs.openSync(inside('own.txt'), flags));
const withOpen = (run) => {
  const file = fs.openSync(inside('own.txt'), 'r');
  try { run(file); } finally { fs.closeSync(file); }
};

export const now = {
  'write beside the module': () => fs.writeFileSync(inside('new.txt'), 'x'),
  'write over the module': () => fs.writeFileSync(inside('own.txt'), 'x'),
  'write outside': () => fs.writeFileSync(outside('new.txt'), 'x'),
  'write in /tmp': () => fs.writeFileSync('/tmp/eventglass-jail', 'x'),
  'write in /dev/shm': () => fs.writeFileSync('/dev/shm/eventglass-jail', 'x'),
  'write in the home folder': () => fs.writeFileSync(path.join(target.home, 'eventglass-jail'), 'x'),
  'append': () => fs.appendFileSync(inside('own.txt'), 'x'),
  'truncate': () => fs.truncateSync(inside('own.txt'), 0),
  'truncate what is open': () => withOpen((file) => fs.ftruncateSync(file, 0)),
  'write to what is open': () => withOpen((file) => fs.writeSync(file, 'x')),
  'open for reading and writing': () => flagsOf('r+'),
  'open for appending': () => flagsOf('a'),
  'open and empty': () => flagsOf('w'),
  'open a nameless file': () => fs.openSync(own, 0o20000000 | 0o200000 | 2),
  'rename': () => fs.renameSync(inside('own.txt'), inside('other.txt')),
  'rename to outside': () => fs.renameSync(inside('own.txt'), outside('other.txt')),
  'unlink': () => fs.unlinkSync(inside('own.txt')),
  'remove a tree': () => fs.rmSync(own, { recursive: true }),
  'make a folder': () => fs.mkdirSync(inside('folder')),
  'make a folder of any name': () => fs.mkdtempSync('/tmp/eventglass-jail-'),
  'remove a folder': () => fs.rmdirSync(inside('empty')),
  'symbolic link': () => fs.symlinkSync('/etc/passwd', inside('link')),
  'hard link': () => fs.linkSync(inside('own.txt'), inside('link')),
  'copy': () => fs.copyFileSync(inside('own.txt'), inside('copy.txt')),
  'copy a tree': () => fs.cpSync(own, outside('copy'), { recursive: true }),
  'mode': () => fs.chmodSync(inside('own.txt'), 0o777),
  'mode of what is open': () => withOpen((file) => fs.fchmodSync(file, 0o777)),
  'owner': () => fs.chownSync(inside('own.txt'), 1, 1),
  'owner of a link': () => fs.lchownSync(inside('own.txt'), 1, 1),
  'owner of what is open': () => withOpen((file) => fs.fchownSync(file, 1, 1)),
  'times': () => fs.utimesSync(inside('own.txt'), 1, 1),
  'times of a link': () => fs.lutimesSync(inside('own.txt'), 1, 1),
  'times of what is open': () => withOpen((file) => fs.futimesSync(file, 1, 1)),
  'read outside': () => fs.readFileSync(outside('secret.txt'), 'utf8'),
  'read /etc/passwd': () => fs.readFileSync('/etc/passwd', 'utf8'),
  'read /etc/shadow': () => fs.readFileSync('/etc/shadow', 'utf8'),
  'list /': () => fs.readdirSync('/'),
  'list the home folder': () => fs.readdirSync(target.home),
  'list outside': () => fs.opendirSync(target.outside).readSync(),
  'read by a link out': () => fs.readFileSync(inside('way-out.txt'), 'utf8'),
  'read by the own root': () => fs.readFileSync(`/proc/self/root${outside('secret.txt')}`, 'utf8'),
  'require outside': () => require(outside('secret.json')),
  'read an environment file outside': () => { process.loadEnvFile(outside('secret.txt')); },
  'read the environment of the program': () => fs.readFileSync(`/proc/${target.parent}/environ`),
  'read the memory of the program': () => fs.openSync(`/proc/${target.parent}/mem`, 'r'),
  'read the files of the program': () => fs.readdirSync(`/proc/${target.parent}/fd`),
  'read of the first process': () => fs.readFileSync('/proc/1/environ'),
  'write the own memory': () => fs.openSync('/proc/self/mem', 'r+'),
  'write how soon it is killed': () => fs.writeFileSync('/proc/self/oom_score_adj', '-1000'),
  'open the terminal': () => fs.openSync('/dev/tty', 'r+'),
  'open a disk': () => fs.openSync('/dev/vda', 'r'),
  'open the memory of the machine': () => fs.openSync('/dev/mem', 'r'),
  'spawn a shell': () => fails(childProcess.spawnSync('/bin/sh', ['-c', `touch ${outside('spawned')}`])),
  'spawn Node': () => fails(childProcess.spawnSync(process.execPath, ['-e', '1'])),
  'exec': () => childProcess.execSync('true'),
  'execFile': () => childProcess.execFileSync('/bin/true'),
  'fork': () => { const child = childProcess.fork(inside('own.txt')); if (child.pid === undefined) throw new Error('no process'); },
  'spawn by the binding': () => fails(process.binding('spawn_sync').spawn({ file: '/bin/true', args: ['/bin/true'], stdio: [] })),
  'become another program': () => { if (!process.execve) throw new Error('not there'); process.execve('/bin/true', []); },
  'look for the program by signal 0': () => process.kill(target.parent, 0),
  'kill the program': () => process.kill(target.parent, 'SIGKILL'),
  'kill all': () => process.kill(-1, 'SIGKILL'),
  'debug the program': () => process._debugProcess(target.parent),
  'priority of the program': () => os.setPriority(target.parent, 10),
  'another user': () => process.setuid(1),
  'another group': () => process.setgid(1),
  'other groups': () => process.setgroups([1]),
  'heap snapshot': () => v8.writeHeapSnapshot(inside('heap')),
  'report': () => { const name = process.report.writeReport(inside('report.json')); if (!fs.existsSync(name)) throw new Error('nothing written'); },
  'exit': () => process.exit(0),
  'compile cache': () => { if (!Module.enableCompileCache) throw new Error('not there'); const { status } = Module.enableCompileCache(outside('cache')); if (status !== 1) throw new Error(`status ${status}`); },
  'WASI': () => { const { WASI } = process.getBuiltinModule?.('node:wasi') ?? require('node:wasi'); const wasi = new WASI({ version: 'preview1', preopens: { '/': '/' } }); wasi.wasiImport.path_create_directory(3, 0, 0); throw new Error('no memory'); },
};

const events = (emitter, good) => new Promise((resolve, reject) => {
  emitter.once('error', reject);
  emitter.once(good, resolve);
});
const later = {
  'TCP': () => events(net.connect(target.port, '127.0.0.1'), 'connect'),
  'TCP, version 6': () => events(net.connect(target.port, '::1'), 'connect'),
  'listen': () => events(net.createServer().listen(0, '127.0.0.1'), 'listening'),
  'local socket': () => events(net.connect(target.socket), 'connect'),
  'nameless local socket': () => events(net.connect('\0eventglass'), 'connect'),
  'listen on a local socket': () => events(net.createServer().listen(inside('socket')), 'listening'),
  'UDP': () => new Promise((resolve, reject) => {
    const socket = dgram.createSocket('udp4');
    socket.once('error', reject);
    socket.send('x', target.port, '127.0.0.1', (error) => (error ? reject(error) : resolve()));
  }),
  'names of the network': () => dns.promises.resolve4('example.com'),
  'names of the machine': () => dns.promises.lookup('localhost').then(() => events(net.connect(target.port, 'localhost'), 'connect')),
  'HTTP': () => events(http.get(`http://127.0.0.1:${target.port}/`), 'response'),
  'fetch': () => fetch(`http://127.0.0.1:${target.port}/`),
  'spawn': () => events(childProcess.spawn('/bin/true'), 'spawn'),
  'write, later': () => fs.promises.writeFile(inside('later.txt'), 'x'),
  'read, later': () => fs.promises.readFile(outside('secret.txt')),
  'write by a stream': () => events(fs.createWriteStream(inside('stream.txt')), 'open'),
  'import outside': () => import(outside('secret.mjs')),
  'a thread that writes': () => events(new Worker(`require('node:fs').writeFileSync(${JSON.stringify(outside('thread'))}, 'x')`, { eval: true }), 'exit'),
  'a thread that spawns': () => events(new Worker("require('node:child_process').execSync('true')", { eval: true }), 'exit'),
  'inspector': async () => {
    inspector.open(0, '127.0.0.1');
    if (inspector.url() === undefined) throw new Error('no address');
  },
};
export const outcomes = {};
for (const [name, way] of Object.entries(later)) {
  try {
    await way();
    outcomes[name] = 'done';
  } catch (error) {
    outcomes[name] = `refused: ${error.code ?? error.message}`;
  }
}
// What calls the system itself, without Node: the library does so as it is loaded, and leaves what
// came of it in the environment.
try {
  process.dlopen({ exports: {} }, inside('calls.so'));
} catch {
  // It is no addon; it ran all the same.
}
for (const [name, value] of Object.entries(process.env)) if (name.startsWith('CALL_')) outcomes[name] = value;

export default (state = {}, event) => {
  if (event.type === 'look back') return { ...state, ...outcomes };
  try {
    now[event.type]();
    return { ...state, [event.type]: 'done' };
  } catch (error) {
    return { ...state, [event.type]: `refused: ${error.code ?? error.message}` };
  }
};
