// Two components of a bank, as a program with Eventide has them: accounts, and transfers between
// them. Everything is written with Message DB's `write_message` and read with `get_stream_messages`
// and `get_category_messages`; names of streams, metadata, snapshots and positions are Eventide's.
//
//     node make.mjs EXPECTED        (see make.sh, which has a database ready)
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import pg from 'pg';

const db = new pg.Client({ options: '-c search_path=message_store' });

// Chance from a fixed seed, and a clock of our own.
let seed = 20260504;
const chance = () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};
const between = (low, high) => low + Math.floor(chance() * (high - low + 1));
const pick = (list) => list[between(0, list.length - 1)];
let now = Date.parse('2026-05-04T07:00:00Z');
const time = (pass = 0) => new Date((now += pass)).toISOString();
let ids = 0;
const uuid = () => {
  const hex = createHash('sha256').update(`message ${++ids}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

// ------------------------------------------------------------------ the message store
const write = async (stream, type, data, metadata = null, expected = null) => {
  const id = uuid();
  const values = [id, stream, type, JSON.stringify(data), metadata && JSON.stringify(metadata), expected];
  await db.query('SELECT write_message($1, $2, $3, $4, $5, $6)', values);
  // Message DB takes the moment of the insert.
  await db.query('UPDATE messages SET time = $2 WHERE id = $1', [id, time(between(3, 40)).slice(0, -1)]);
};
const message = (row) => ({
  ...row, position: Number(row.position), global: Number(row.global_position), data: JSON.parse(row.data),
  metadata: JSON.parse(row.metadata) ?? {},
});
const stream = async (name, from = 0) =>
  (await db.query('SELECT * FROM get_stream_messages($1, $2, -1)', [name, from])).rows.map(message);
const last = async (name) =>
  (await db.query('SELECT * FROM get_last_stream_message($1)', [name])).rows.map(message)[0] ?? null;

// What Eventide's `follow` puts into the metadata of a message that another one caused.
const follow = ({ stream_name, position, global, metadata }, more = {}) => ({
  causationMessageStreamName: stream_name,
  causationMessagePosition: position,
  causationMessageGlobalPosition: global,
  ...(metadata.correlationStreamName && { correlationStreamName: metadata.correlationStreamName }),
  ...(metadata.replyStreamName && { replyStreamName: metadata.replyStreamName }),
  ...(metadata.properties && { properties: metadata.properties }),
  ...more,
});

// ------------------------------------------------------------------ the entities
class Account {
  apply({ type, data }) {
    if (type === 'Opened') {
      this.id = data.accountId;
      this.customer = data.customer;
      this.balance = this.refunds = this.rejected = 0;
      this.openedTime = data.time;
      this.closedTime = null;
    }
    if (type === 'Deposited' || type === 'Refunded') this.balance += data.amount;
    if (type === 'Withdrawn') this.balance -= data.amount;
    if (type === 'Refunded') this.refunds += 1;
    if (type === 'WithdrawalRejected') this.rejected += 1;
    if (type === 'Closed') this.closedTime = data.time;
    if ('sequence' in data) this.sequence = data.sequence;
  }
}

class FundsTransfer {
  apply({ type, data }) {
    if (type === 'Initiated') {
      this.id = data.fundsTransferId;
      this.from = data.withdrawalAccountId;
      this.to = data.depositAccountId;
      this.amount = data.amount;
      this.seconds = null;
      this.initiatedTime = data.time;
    }
    if (type === 'Transferred') this.seconds = (new Date(data.processedTime) - new Date(this.initiatedTime)) / 1000;
    this.status = type.toLowerCase();
  }
}

const entities = { account: Account, fundsTransfer: FundsTransfer };

// Like EntityStore: the newest snapshot, where there is one, and what came after it.
const fetch = async (category, id) => {
  const entity = new entities[category]();
  const snapshot = await last(`${category}:snapshot-${id}`);
  Object.assign(entity, snapshot?.data.entityData);
  let version = snapshot?.data.entityVersion ?? -1;
  for (const event of await stream(`${category}-${id}`, version + 1)) {
    entity.apply(event);
    version = event.position;
  }
  const behind = version - (snapshot?.data.entityVersion ?? -1);
  if (category === 'account' && behind >= 5) {
    const data = { entityData: entity, entityVersion: version, time: time() };
    await write(`${category}:snapshot-${id}`, 'Recorded', data);
  }
  return { entity, version };
};

// ------------------------------------------------------------------ the handlers
const accountCommand = async (command) => {
  const { type, data, global: sequence } = command;
  const { entity, version } = await fetch('account', data.accountId);
  const event = (type, more = {}) =>
    write(`account-${data.accountId}`, type, { ...data, ...more, processedTime: time(between(2, 9)) }, follow(command), version);
  // Not the refunds: their handler was written in a hurry.
  if (type === 'Refund') return event('Refunded');
  if (entity.sequence >= sequence) return;
  if (type === 'Open') await event('Opened', { sequence });
  if (type === 'Deposit') await event('Deposited', { sequence });
  if (type === 'Close') await event('Closed', { sequence });
  if (type === 'Withdraw') await event(entity.balance < data.amount ? 'WithdrawalRejected' : 'Withdrawn', { sequence });
};

const transferCommand = async (command) => {
  const { data } = command;
  const { version } = await fetch('fundsTransfer', data.fundsTransferId);
  if (version >= 0) return;
  const { correlationStreamName: _, ...metadata } = follow(command);
  await write(`fundsTransfer-${data.fundsTransferId}`, 'Initiated', { ...data, processedTime: time(4) }, metadata, version);
};

const account = (name, event, id, amount, transfer) =>
  write(`account:command-${id}`, name, { accountId: id, amount, fundsTransferId: transfer, time: time() },
    follow(event, { correlationStreamName: `fundsTransfer-${transfer}` }));

// What a transfer does next, by its own events.
const transferEvent = async (event) => {
  const { type, data } = event;
  const { entity, version } = await fetch('fundsTransfer', data.fundsTransferId);
  if (version > event.position) return;
  if (type === 'Initiated') await account('Withdraw', event, entity.from, entity.amount, entity.id);
  if (type === 'Withdrawn') await account('Deposit', event, entity.to, entity.amount, entity.id);
  if (type === 'Deposited') {
    const done = { fundsTransferId: entity.id, amount: entity.amount, time: data.time, processedTime: time(5) };
    await write(event.stream_name, 'Transferred', done, follow(event), version);
  }
  const reply = event.metadata.replyStreamName;
  if (reply && (type === 'Transferred' || type === 'Cancelled')) {
    // The reply itself asks for none.
    const { replyStreamName: _, ...metadata } = follow(event);
    await write(reply, 'TransferReply', { fundsTransferId: entity.id, done: type === 'Transferred', time: time(2) }, metadata);
  }
};

// What a transfer hears of the accounts: the consumer asks for messages of its own correlation.
const transferHears = async (event) => {
  const id = event.data.fundsTransferId;
  const type = { Withdrawn: 'Withdrawn', Deposited: 'Deposited', WithdrawalRejected: 'Cancelled' }[event.type];
  if (!id || !type) return;
  const { entity, version } = await fetch('fundsTransfer', id);
  if (entity.status === type.toLowerCase() || entity.status === 'transferred') return;
  const data = { fundsTransferId: id, accountId: event.data.accountId, amount: event.data.amount, time: event.data.time, processedTime: time(3) };
  await write(`fundsTransfer-${id}`, type, data, follow(event), version);
};

// ------------------------------------------------------------------ the consumers
const consumer = (category, positions, handle, correlation = null) =>
  ({ category, positions, handle, correlation, next: 1, count: 0 });
const consumers = [
  consumer('account:command', 'account:command+position', accountCommand),
  consumer('fundsTransfer:command', 'fundsTransfer:command+position', transferCommand),
  consumer('fundsTransfer', 'fundsTransfer:position', transferEvent),
  consumer('account', 'account:position-fundsTransfer', transferHears, 'fundsTransfer'),
];

const start = async () => {
  for (const one of consumers) {
    const [row] = (await db.query('SELECT * FROM get_last_stream_message($1)', [one.positions])).rows;
    one.next = row ? JSON.parse(row.data).position + 1 : 1;
    one.count = 0;
  }
};

const settle = async () => {
  for (let busy = true; busy; ) {
    busy = false;
    for (const one of consumers) {
      const rows = await db.query('SELECT * FROM get_category_messages($1, $2, 100, $3)', [one.category, one.next, one.correlation]);
      for (const event of rows.rows.map(message)) {
        busy = true;
        await one.handle(event);
        one.next = event.global + 1;
        one.count += 1;
        if (one.count % 20 === 0) await write(one.positions, 'Recorded', { position: event.global });
      }
    }
  }
};

// ------------------------------------------------------------------ six weeks
const people = ['Aoife Brennan', 'Matti Korhonen', 'Inês Duarte', 'Łucja Maj', 'Óscar Peña', 'Noor van Dijk', 'Tove Lind',
  'Émile Roux', 'Žofie Malá', 'Kenji Ueda', 'Sara Haile', 'Pavel Dvořák'];
const accounts = people.map((customer, at) => ({ id: String(4101 + at), customer }));
let transfers = 7000;

const command = (id, type, data, metadata) =>
  write(`account:command-${id}`, type, { accountId: id, ...data, time: time() }, { properties: { desk: pick(['web', 'app', 'branch 3']) }, ...metadata });
const transfer = (from, to, amount) => {
  const id = String(++transfers);
  return write(`fundsTransfer:command-${id}`, 'Transfer',
    { fundsTransferId: id, withdrawalAccountId: from, depositAccountId: to, amount, time: time() },
    { replyStreamName: `teller:reply-${id}`, properties: { desk: 'app' } });
};
const later = (minutes) => {
  now += between(minutes, 3 * minutes) * 60_000;
  // Nobody is there at night.
  if (new Date(now).getUTCHours() >= 18) now = Date.parse(time().slice(0, 10)) + 31 * 3_600_000 + between(0, 3_000_000);
};

const ordinary = async () => {
  const [one, two] = [pick(accounts), pick(accounts)];
  const dice = chance();
  if (dice < 0.42) await command(one.id, 'Deposit', { amount: between(20, 900) * 100, text: pick(['wages', 'cash', 'rent share']) });
  else if (dice < 0.68) await command(one.id, 'Withdraw', { amount: between(10, 260) * 100 - 1, text: pick(['cash', 'groceries', 'rail pass']) });
  else if (dice < 0.76) await command(one.id, 'Refund', { amount: between(300, 9900), shop: pick(['Lumen', 'Kiosk 12', 'Fenn & Daughter']) });
  else if (one !== two) await transfer(one.id, two.id, between(20, 400) * 100);
};

await db.connect();
for (const { id, customer } of accounts) {
  await command(id, 'Open', { customer });
  await command(id, 'Deposit', { amount: between(100, 700) * 100, text: 'first' });
  await settle();
  later(20);
}
for (let n = 0; n < 90; n += 1) {
  await ordinary();
  await settle();
  later(60);
}
// Three refunds, and then the host of the components is restarted: its consumers begin again where
// their positions were last recorded.
const [refunded, other] = [accounts[6], accounts[2]];
await command(refunded.id, 'Refund', { amount: 6490, shop: 'Fenn & Daughter' });
await settle();
later(30);
await command(other.id, 'Refund', { amount: 1250, shop: 'Kiosk 12' });
await settle();
await command(refunded.id, 'Withdraw', { amount: 2999, text: 'groceries' });
await settle();
now += 95_000;
await start();
await settle();
later(60);
for (let n = 0; n < 30; n += 1) {
  await ordinary();
  await settle();
  later(60);
}
await command(accounts[11].id, 'Close', { reason: 'moves to Brno' });
await settle();

// ------------------------------------------------------------------ what the entities say
const names = await db.query(`SELECT DISTINCT stream_name AS name FROM messages
  WHERE category(stream_name) IN ('account', 'fundsTransfer') ORDER BY 1`);
const states = [];
for (const { name } of names.rows) {
  const [category] = name.split('-');
  const entity = new entities[category]();
  for (const event of await stream(name)) {
    entity.apply(event);
    states.push(JSON.stringify({ stream: name, version: event.position, reducer: category, state: entity }));
  }
}
const version = (await db.query('SELECT message_store_version() AS version')).rows[0].version;
const head = { library: 'message-db', libraryVersion: version };
writeFileSync(process.argv[2], `${JSON.stringify(head).slice(0, -1)},"states":[\n${states.join(',\n')}\n]}\n`);
const count = (await db.query('SELECT count(*) AS n, count(DISTINCT stream_name) AS s FROM messages')).rows[0];
console.log(`${count.n} messages in ${count.s} streams, ${states.length} states`);
await db.end();
