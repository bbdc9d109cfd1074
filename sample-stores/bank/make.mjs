// Makes bank.db and expected.json with the real Emmett library.
//
//     npm install && node make.mjs [FOLDER]
//
// or, with the library in some other folder (see ../../tests/emmett/setup.sh):
//
//     NODE_PATH=DIR/node_modules node make.mjs [FOLDER]
//
// The same seed gives the same events, ids and times.  Everything is invented.
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as reducers from './reducers.mjs';

const require = createRequire(import.meta.url); // honours NODE_PATH, which import does not
const { getSQLiteEventStore } = require('@event-driven-io/emmett-sqlite');
const sqlite3 = require('sqlite3');

const here = path.dirname(fileURLToPath(import.meta.url));
const folder = path.resolve(process.argv[2] ?? here);
const file = path.join(folder, 'bank.db');
const SEED = 20260901;

// ---------------------------------------------------------------- chance

let word = SEED;
const random = () => {
  word = (word + 0x6d2b79f5) | 0;
  let t = Math.imul(word ^ (word >>> 15), 1 | word);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const between = (low, high) => low + Math.floor(random() * (high - low + 1));
const pick = (list) => list[Math.floor(random() * list.length)];
const chance = (p) => random() < p;
const weighted = (table) => {
  let at = random() * Object.values(table).reduce((a, b) => a + b, 0);
  for (const [name, weight] of Object.entries(table)) if ((at -= weight) < 0) return name;
  return Object.keys(table)[0];
};
const hex = (n) => Array.from({ length: n }, () => between(0, 15).toString(16)).join('');
const uuid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-${pick(['8', '9', 'a', 'b'])}${hex(3)}-${hex(12)}`;

// ---------------------------------------------------------------- the clock and the log

const time = (text) => Date.parse(text.length === 10 ? `${text}T00:00:00.000Z` : text);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const events = []; // in the order they are appended
const streams = new Map(); // name -> { version, state }
let now = time('2026-09-01T06:30:00.000Z');
let batches = 0;

const categoryOf = (stream) => stream.slice(0, stream.indexOf('-'));
const stateOf = (stream) => streams.get(stream)?.state ?? reducers[categoryOf(stream)].initialState();
const versionOf = (stream) => streams.get(stream)?.version ?? 0;

// One thing that happened: its events share a correlation and each is caused by the one before.
class Flow {
  constructor(correlationId, userId) {
    this.correlationId = correlationId;
    this.userId = userId;
    this.cause = correlationId;
    this.stream = null;
    this.batch = 0;
  }

  emit(stream, type, data, userId = this.userId) {
    now += stream === this.stream ? between(1, 9) : between(12, 640);
    if (stream !== this.stream) this.batch = ++batches;
    this.stream = stream;
    const event = {
      stream,
      batch: this.batch,
      type,
      data: { at: new Date(now).toISOString(), ...data },
      metadata: { messageId: uuid(), correlationId: this.correlationId, causationId: this.cause, userId },
    };
    this.cause = event.metadata.messageId;
    events.push(event);
    streams.set(stream, {
      version: versionOf(stream) + 1,
      state: reducers[categoryOf(stream)].evolve(stateOf(stream), event),
    });
  }
}

const agenda = [];
const plan = (at, run) => agenda.push({ at, order: agenda.length, run });

// ---------------------------------------------------------------- the people

const cities = {
  Malmö: ['SE', 55.605, 13.0038, '211 20'],
  Göteborg: ['SE', 57.7089, 11.9746, '411 03'],
  Αθήνα: ['GR', 37.9838, 23.7275, '105 57'],
  Київ: ['UA', 50.4501, 30.5234, '01001'],
  Kraków: ['PL', 50.0647, 19.945, '31-042'],
  Reykjavík: ['IS', 64.1466, -21.9426, '101'],
  Lyon: ['FR', 45.764, 4.8357, '69001'],
  'Hà Nội': ['VN', 21.0278, 105.8342, '11024'],
  東京: ['JP', 35.6762, 139.6503, '150-0002'],
  Porto: ['PT', 41.1579, -8.6291, '4000-322'],
};
const owners = [
  ['Astrid Holm', 'Malmö', ['Föreningsgatan 12']],
  ['Jonas Ek', 'Göteborg', ['Linnégatan 40', 'lgh 1203']],
  ['Γιώργος Παπαδόπουλος', 'Αθήνα', ['Ερμού 55']],
  ['Олена Шевченко', 'Київ', ['вул. Хрещатик, 22', 'кв. 14']],
  ['Zofia Wójcik', 'Kraków', ['ul. Szewska 7', 'm. 3']],
  ['Einar Þórsson', 'Reykjavík', ['Laugavegur 18']],
  ['Camille Rousseau', 'Lyon', ['14 rue Mercière']],
  ['Nguyễn Thị Hương', 'Hà Nội', ['12 phố Hàng Bông']],
  ['佐藤 葵', '東京', ['渋谷 2-21-1', '1204号室']],
  ['Inês Carvalho', 'Porto', ['Rua das Flores 88', '2.º esq.']],
  ['Bostad Möllan AB', 'Malmö', ['Box 4410'], 'business'],
  ['Henrik Nyström', 'Göteborg', ['Vasagatan 3']],
  ['Ελένη Δημητρίου', 'Αθήνα', ['Πανεπιστημίου 9']],
  ['Тарас Мельник', 'Київ', ['вул. Саксаганського, 101']],
  ['Piotr Zając', 'Kraków', ['ul. Długa 31']],
  ['Norrsken Cykel AB', 'Malmö', ['Kanalgatan 5', 'plan 2'], 'business'],
  ['Sigríður Jónsdóttir', 'Reykjavík', ['Skólavörðustígur 4']],
  ['Luc Moreau', 'Lyon', ['3 place Bellecour']],
  ['Trần Văn Minh', 'Hà Nội', ['5 ngõ Huyện']],
  ['Beatriz Lopes', 'Porto', ['Travessa do Souto 1']],
  ['Per-Olof Åberg', 'Malmö', ['Östra Förstadsgatan 29']],
  ['Mara Lindqvist', 'Malmö', ['Bergsgatan 17', 'c/o Holm']],
  ['Karin Sjögren', 'Göteborg', ['Haga Nygata 21']],
  ['Tomáš Dvořák', 'Kraków', ['ul. Józefa 12']],
];
const accounts = owners.map((owner, i) => ({ id: `account-${1021 + i}`, owner }));
const ownerName = (id) => owners[Number(id.slice(8)) - 1021][0];
const cards = {
  'account-1042': ['card-4471', '4471'],
  'account-1022': ['card-1180', '1180'],
  'account-1024': ['card-2093', '2093'],
  'account-1027': ['card-3356', '3356'],
  'account-1029': ['card-5512', '5512'],
  'account-1033': ['card-6608', '6608'],
  'account-1038': ['card-7731', '7731'],
  'account-1040': ['card-9024', '9024'],
};
const orders = {
  'transfer-3001': ['account-1022', 'account-1032', 64000, 'month', 'Hyra'],
  'transfer-3002': ['account-1024', 'account-1034', 12500, 'week', 'родині'],
  'transfer-3003': ['account-1036', 'account-1021', 118000, 'fortnight', 'Lön'],
  'transfer-3004': ['account-1027', 'account-1038', 7500, 'week', 'courses'],
  'transfer-3005': ['account-1033', 'account-1023', 22000, 'fortnight', 'ενοίκιο'],
  'transfer-3006': ['account-1040', 'account-1035', 18000, 'fortnight', 'renda'],
  'transfer-3007': ['account-1042', 'account-1031', 21500, 'week', 'Hyra Bergsgatan 17'],
  'transfer-3008': ['account-1042', 'account-1021', 9000, 'week', 'El och bredband'],
  'transfer-3009': ['account-1036', 'account-1042', 98500, 'fortnight', 'Lön'],
  'transfer-3010': ['account-1029', 'account-1042', 14500, 'week', 'テニスクラブ'],
};
const merchants = [
  ['Möllevångens Livs', 'groceries', 'Malmö'],
  ['Café Hängmattan', 'restaurant', 'Malmö'],
  ['Skånetrafiken', 'transport', 'Malmö'],
  ['Boulangerie du Vieux Lyon', 'groceries', 'Lyon'],
  ['Βιβλιοπωλείο Πολιτεία', 'books', 'Αθήνα'],
  ['Кав’ярня на Подолі', 'restaurant', 'Київ'],
  ['Księgarnia Akademicka', 'books', 'Kraków'],
  ['Phở Thìn', 'restaurant', 'Hà Nội'],
  ['喫茶 さくら', 'restaurant', '東京'],
  ['Livraria Lello', 'books', 'Porto'],
  ['Kronans Apotek', 'pharmacy', 'Malmö'],
  ['Sundets Cykelverkstad', 'repairs', 'Malmö'],
  ['Bensinmack Limhamn', 'fuel', 'Malmö'],
  ['Hotell Kärnan', 'travel', 'Göteborg'],
];
const merchantOf = ([name, category, city]) => ({ name, category, city });
const anyMerchant = () => merchantOf(pick(merchants));

// ---------------------------------------------------------------- what can happen

const counters = {};
const next = (name, start = 1) => (counters[name] = (counters[name] ?? start - 1) + 1);

const rules = ['velocity', 'distance', 'amount-band', 'merchant-class', 'limit-cache', 'device'];
const authorise = (over = {}) => {
  const score = between(1, 61) / 100;
  return {
    code: hex(6).toUpperCase(),
    approvedBy: pick(['issuer', 'issuer', 'issuer', 'stand-in']),
    ...over,
    risk: {
      score,
      rules: rules
        .filter(() => chance(0.45))
        .map((id) => ({ id, outcome: score > 0.5 && chance(0.4) ? 'review' : 'pass' })),
      ...over.risk,
    },
  };
};
const cardData = (account, authorisation, entryMode = pick(['chip', 'contactless', 'contactless', 'online'])) => ({
  last4: cards[account][1],
  entryMode,
  authorisation,
});

const customer = (account) => `customer:${account.slice(8)}`;

function open(account) {
  const [name, city, lines, product = 'personal'] = owners[Number(account.slice(8)) - 1021];
  const [country, lat, lon, postcode] = cities[city];
  const business = product === 'business';
  const flow = new Flow(`open-${account.slice(8)}`, 'staff:h.okafor');
  flow.emit(account, 'AccountOpened', {
    product,
    currency: 'EUR',
    owner: {
      name,
      address: { lines, postcode, city, country, geo: { lat, lon } },
      contact: { email: `owner.${account.slice(8)}@mail.example`, phone: null },
    },
    overdraft: { limit: business ? 500000 : account === 'account-1042' ? 50000 : pick([0, 20000, 30000]), feeRate: 0.1425 },
    dailyLimit: business ? 2000000 : pick([50000, 100000, 150000]),
  });
  if (account !== 'account-1042') deposit(account, business ? 9000000 : between(60000, 300000), 'opening balance', 'branch');
  if (cards[account]) {
    const [stream, last4] = cards[account];
    flow.emit(stream, 'CardIssued', { account, holder: name, last4, scheme: pick(['debit', 'debit', 'credit']), limits: { perDay: 80000, contactless: 5000 } });
    flow.emit(stream, 'CardActivated', { terminal: { kind: 'atm', id: `ATM-${between(100, 999)}` } }, customer(account));
  }
}

function deposit(account, amount, reference, channel = pick(['branch', 'atm', 'app'])) {
  new Flow(`dep-${next('dep', 40001)}`, customer(account)).emit(account, 'Deposited', { amount, channel, reference });
}

function cash(account, amount) {
  new Flow(`cash-${next('cash', 7001)}`, customer(account)).emit(account, 'Withdrawn', {
    amount,
    channel: 'atm',
    terminal: { id: `ATM-${between(100, 999)}`, city: pick(Object.keys(cities)) },
  });
}

// A card payment that is authorised and booked at once.
function pay(account, amount, merchant = anyMerchant(), authorisation = authorise(), entryMode) {
  const paymentId = `P${next('payment', 880101)}`;
  const flow = new Flow(`pay-${paymentId.slice(1)}`, customer(account));
  const [stream] = cards[account];
  flow.emit(stream, 'PaymentAuthorised', { paymentId, amount, merchant, authorisation });
  flow.emit(account, 'Withdrawn', { amount, channel: 'card', paymentId, merchant, card: cardData(account, authorisation, entryMode) }, 'system:clearing');
  flow.emit(stream, 'PaymentCaptured', { paymentId, amount, merchant }, 'system:clearing');
}

// The three steps of a payment that is held first.
function hold(account, amount) {
  const paymentId = `P${next('payment', 880101)}`;
  const holdId = `H${paymentId.slice(1)}`;
  const flow = new Flow(`pay-${paymentId.slice(1)}`, customer(account));
  const merchant = anyMerchant();
  const authorisation = authorise();
  flow.emit(cards[account][0], 'PaymentAuthorised', { paymentId, amount, merchant, authorisation });
  flow.emit(account, 'HoldPlaced', { holdId, paymentId, amount, merchant, card: cardData(account, authorisation) }, 'system:risk');
  return { account, holdId, paymentId, amount, merchant, authorisation, flow };
}

function captureRelease({ account, holdId, flow }) {
  flow.emit(account, 'HoldReleased', { holdId, reason: 'captured' }, 'system:clearing');
}

function captureBook({ account, paymentId, amount, merchant, authorisation, flow }) {
  flow.emit(account, 'Withdrawn', { amount, channel: 'card', paymentId, merchant, card: cardData(account, authorisation) }, 'system:clearing');
  flow.emit(cards[account][0], 'PaymentCaptured', { paymentId, amount, merchant }, 'system:clearing');
}

function expire({ account, holdId, paymentId, amount, flow }) {
  flow.emit(cards[account][0], 'PaymentReversed', { paymentId, amount, reason: 'not claimed in time' }, 'system:clearing');
  flow.emit(account, 'HoldReleased', { holdId, reason: 'expired' }, 'system:clearing');
}

function decline(account, amount) {
  const authorisation = authorise({ code: null, approvedBy: null, risk: { score: between(70, 98) / 100, rules: [{ id: pick(rules), outcome: 'fail' }] } });
  new Flow(`pay-${next('payment', 880101)}`, customer(account)).emit(cards[account][0], 'PaymentDeclined', {
    amount,
    merchant: anyMerchant(),
    reason: pick(['wrong pin', 'over card limit', 'suspected fraud']),
    authorisation,
  });
}

function fee(account, kind, amount, basis) {
  new Flow(`fees-${new Date(now).toISOString().slice(0, 10)}`, 'system:nightly').emit(account, 'FeeCharged', { kind, amount, basis });
}

const overdraftFee = (account) => {
  const { balance, overdraft } = stateOf(account);
  fee(account, 'overdraft', 1500, { balance, limit: overdraft.limit, rate: overdraft.feeRate, days: 1 });
};

function interest(account, period) {
  const { balance } = stateOf(account);
  new Flow(`close-${period}`, 'system:nightly').emit(account, 'InterestPaid', { period, amount: Math.max(1, Math.floor(balance / 1200)), basis: { balance, rate: 0.01 } });
}

function limit(account, kind, to, reason, userId = 'staff:h.okafor') {
  const state = stateOf(account);
  new Flow(`limit-${next('limit', 501)}`, userId).emit(account, 'LimitChanged', {
    limit: kind,
    from: kind === 'overdraft' ? state.overdraft.limit : state.dailyLimit,
    to,
    reason,
  });
}

function moved(account, changes, userId = customer(account)) {
  new Flow(`owner-${next('owner', 61)}`, userId).emit(account, 'OwnerUpdated', { changes, verified: chance(0.6) });
}

// One run of a standing order; `even` books it without a look at the funds.
function execute(stream, even = false, amountNow = null) {
  const [from, to] = orders[stream];
  const order = stateOf(stream).order;
  const number = stateOf(stream).executions.length + 1;
  const flow = new Flow(`${stream}-${number}`, 'system:orders');
  const amount = amountNow ?? order.amount;
  flow.emit(stream, 'ExecutionStarted', { number, amount });
  const { available } = stateOf(from);
  if (!even && available < amount) {
    flow.emit(stream, 'ExecutionFailed', { number, reason: 'insufficient funds', detail: { needed: amount, available } });
    return;
  }
  const remittance = order.remittance;
  flow.emit(from, 'TransferSent', { amount, transfer: stream, to: { account: to, name: ownerName(to) }, remittance });
  flow.emit(stream, 'AccountDebited', { number, account: from, amount });
  flow.emit(to, 'TransferReceived', { amount, transfer: stream, from: { account: from, name: ownerName(from) }, remittance });
  flow.emit(stream, 'AccountCredited', { number, account: to, amount });
  flow.emit(stream, 'ExecutionCompleted', { number, amount });
}

function order(stream) {
  const [from, to, amount, every, remittance] = orders[stream];
  new Flow(`${stream}-0`, customer(from)).emit(stream, 'TransferOrdered', { from, to, amount, every, remittance });
}

function changeAmount(stream, to, reason) {
  new Flow(`${stream}-c${next('change')}`, customer(orders[stream][0])).emit(stream, 'AmountChanged', { from: stateOf(stream).order.amount, to, reason });
}

// ---------------------------------------------------------------- account-1042: 214 events, told in order

const MARA = 'account-1042';
const held1042 = [];
let told1042 = 0;

const ran = new Map();
const run = (stream) => {
  ran.set(stream, now);
  execute(stream);
};
const due = (stream, days) => now - (ran.get(stream) ?? 0) > days * DAY;
const salary = () => run('transfer-3009');
const spend = () => {
  const { balance } = stateOf(MARA);
  return Math.min(between(180, 14500), Math.floor(balance * 0.3));
};
const smallPay = (amount, name) => pay(MARA, amount, merchantOf(merchants.find((m) => m[0] === name)));

const told = {
  1: () => open(MARA),
  2: () => deposit(MARA, 120000, 'opening balance', 'branch'),
  3: () => moved(MARA, { contact: { phone: '+46 40 555 01 42' } }),
  30: () => limit(MARA, 'daily', 60000, 'asked in the app', customer(MARA)),
  // The first fall: the limit is lowered at 09:00, a terminal that was offline books at 18:42.
  55: () => run('transfer-3007'),
  56: () => limit(MARA, 'overdraft', 0, 'yearly review: income not confirmed', 'system:risk'),
  57: () =>
    pay(
      MARA,
      stateOf(MARA).balance + 4217,
      merchantOf(['Sundets Cykelverkstad', 'repairs', 'Malmö']),
      authorise({
        approvedBy: 'offline-terminal',
        risk: {
          score: 0.44,
          rules: [
            { id: 'velocity', outcome: 'pass' },
            { id: 'amount-band', outcome: 'review' },
            { id: 'limit-cache', outcome: 'stale' },
          ],
        },
      }),
      'chip',
    ),
  58: () => overdraftFee(MARA),
  59: () => smallPay(640, 'Café Hängmattan'),
  60: () => deposit(MARA, 5000, 'from Astrid, thanks!', 'app'),
  61: () => salary(),
  62: () => interest(MARA, '2026-09'),
  63: () => fee(MARA, 'monthly', 250, { period: '2026-09' }),
  70: () => limit(MARA, 'overdraft', 20000, 'complaint 2026/118 upheld', 'staff:h.okafor'),
  110: () => moved(MARA, { address: { lines: ['Kaptensgatan 8', 'lgh 1402'], postcode: '211 41', geo: { lat: 55.6011, lon: 13.0164 } } }),
  120: () => limit(MARA, 'daily', 90000, 'asked in the app', customer(MARA)),
  // The second fall: the order now holds a deposit on top of the rent and runs whatever is there.
  149: () => deposit(MARA, 24500, 'cash'),
  150: () => {
    changeAmount('transfer-3007', stateOf(MARA).balance + 3100, 'rent and deposit, Kaptensgatan 8');
    execute('transfer-3007', true);
  },
  151: () => overdraftFee(MARA),
  152: () => smallPay(385, 'Skånetrafiken'),
  153: () => deposit(MARA, 45000, 'sold the old bicycle', 'app'),
  160: () => interest(MARA, '2026-10'),
  161: () => {
    changeAmount('transfer-3007', 23500, 'rent of Kaptensgatan 8');
    fee(MARA, 'monthly', 250, { period: '2026-10' });
  },
  180: () => moved(MARA, { name: 'Mara Lindqvist Holm', address: { lines: ['Kaptensgatan 8', 'lgh 1402'] } }),
  190: () => limit(MARA, 'overdraft', 30000, 'regular income for six pay days', 'staff:h.okafor'),
};

function slot(version) {
  if (version <= told1042) return; // the second half of a capture, told already
  told1042 = version;
  if (told[version]) {
    told[version]();
  } else {
    const { balance, available } = stateOf(MARA);
    // Keep the account low before each fall, so that the sums stay human.
    const low = (version > 40 && version < 57) || (version > 135 && version < 150) ? 12000 : 30000;
    const near = version > 44 && version < 57; // the next pay day is part of the story
    const free = !told[version + 1];
    const kind = weighted({
      pay: available > 6000 ? 34 : 0,
      cash: available > 30000 ? 7 : 0,
      hold: held1042.length < 3 && available > 9000 ? 14 : 0,
      capture: held1042.length > 0 && free && version > 5 ? 11 : 0,
      expire: held1042.length > 0 ? 3 : 0,
      deposit: balance < low ? 60 : balance > 90000 ? 0 : 5,
      salary: due('transfer-3009', 12) && !near ? (balance < low ? 60 : 6) : 0,
      friend: due('transfer-3010', 5) && stateOf('account-1029').available > 14500 ? (balance < low ? 30 : 6) : 0,
      rent: available > 45000 && due('transfer-3007', 6) ? 14 : 0,
      bills: available > 22000 && due('transfer-3008', 6) ? 14 : 0,
    });
    if (kind === 'pay') pay(MARA, spend());
    else if (kind === 'cash') cash(MARA, between(1, 5) * 2000);
    else if (kind === 'hold') held1042.push(hold(MARA, Math.min(spend(), between(2400, 9000))));
    else if (kind === 'capture') {
      const it = held1042.shift();
      captureRelease(it);
      captureBook(it);
      told1042 = ++version;
    }
    else if (kind === 'expire') expire(held1042.shift());
    else if (kind === 'deposit') deposit(MARA, between(30, 260) * 100, pick(['cash', 'flea market', 'refund Café Hängmattan', 'birthday 🎉', 'пополнення']));
    else if (kind === 'salary') salary();
    else if (kind === 'friend') run('transfer-3010');
    else if (kind === 'rent') run('transfer-3007');
    else run('transfer-3008');
  }
  if (versionOf(MARA) !== version) throw new Error(`${MARA}: ${versionOf(MARA)} events after step ${version}`);
}

// Times of the 214 steps: stretches of use with idle gaps between, and the fixed moments of the story.
const stretches = [
  [1, 40, '2026-09-01T08:04:00.000Z', '2026-09-11T20:00:00.000Z'],
  [41, 55, '2026-09-21T07:10:00.000Z', '2026-09-28T21:00:00.000Z'],
  [64, 84, '2026-10-01T07:00:00.000Z', '2026-10-04T19:00:00.000Z'],
  [85, 149, '2026-10-12T06:50:00.000Z', '2026-10-26T21:30:00.000Z'],
  [154, 159, '2026-10-29T09:00:00.000Z', '2026-10-31T18:00:00.000Z'],
  [162, 166, '2026-11-01T08:00:00.000Z', '2026-11-02T20:00:00.000Z'],
  [167, 214, '2026-11-10T07:30:00.000Z', '2026-11-22T19:45:00.000Z'],
];
const moments = {
  56: '2026-09-29T09:00:04.000Z',
  57: '2026-09-29T18:42:17.000Z',
  58: '2026-09-30T00:05:00.000Z',
  59: '2026-09-30T06:51:33.000Z',
  60: '2026-09-30T11:20:09.000Z',
  61: '2026-09-30T14:00:00.000Z',
  62: '2026-09-30T22:00:00.000Z',
  63: '2026-10-01T00:10:00.000Z',
  150: '2026-10-27T07:00:00.000Z',
  151: '2026-10-28T00:05:00.000Z',
  152: '2026-10-28T06:47:21.000Z',
  153: '2026-10-28T17:30:40.000Z',
  160: '2026-10-31T22:00:00.000Z',
  161: '2026-11-01T00:10:00.000Z',
};
const daytime = (from, to) => {
  for (;;) {
    const t = from + random() * (to - from);
    const hour = new Date(t).getUTCHours();
    if (hour >= 6 && hour < 22) return Math.floor(t);
  }
};
const steps = new Map(Object.entries(moments).map(([version, at]) => [Number(version), time(at)]));
for (const [first, last, from, to] of stretches) {
  const times = Array.from({ length: last - first + 1 }, () => daytime(time(from), time(to))).sort((a, b) => a - b);
  times[0] = time(from);
  times.forEach((t, i) => steps.set(first + i, t));
}
for (const [version, at] of steps) plan(at, () => slot(version));

// ---------------------------------------------------------------- everybody else

const closing = [
  ['2026-09', '2026-09-30T22:10:00.000Z', '2026-10-01T00:20:00.000Z'],
  ['2026-10', '2026-10-31T22:10:00.000Z', '2026-11-01T00:20:00.000Z'],
];
// [account, moment of the fall, how far below zero, moment of recovery or null]
const falls = [
  ['account-1027', '2026-10-06T16:20:00.000Z', 6120, '2026-10-09T09:30:00.000Z'],
  ['account-1033', '2026-10-18T12:05:00.000Z', 23480, '2026-10-24T08:15:00.000Z'],
  ['account-1038', '2026-11-18T17:50:00.000Z', 11995, null],
];

for (const { id } of accounts) {
  if (id === MARA) continue;
  const first = ['account-1021', 'account-1029', 'account-1031', 'account-1036'].includes(id) ? time('2026-09-01T07:00:00.000Z') : daytime(time('2026-09-01T07:30:00.000Z'), time('2026-09-12'));
  plan(first, () => open(id));
  const fall = falls.find(([account]) => account === id);
  const last = fall ? time(fall[1]) - DAY : time('2026-11-22T18:00:00.000Z');
  const gapFrom = daytime(first + 10 * DAY, last - 15 * DAY);
  const gapTo = gapFrom + between(4, 14) * DAY;
  const holds = [];
  const card = Boolean(cards[id]);

  const something = () => {
    const { available, balance } = stateOf(id);
    const most = Math.floor(available * 0.4);
    const amount = Math.min(between(150, 16000), most);
    const kind = weighted({
      deposit: balance < 40000 ? 40 : 12,
      cash: available > 12000 ? (card ? 6 : 18) : 0,
      out: available > 20000 ? 8 : 0,
      in: 8,
      pay: card && amount > 400 ? 26 : 0,
      hold: card && amount > 400 && holds.length < 3 ? 12 : 0,
      settle: holds.length > 0 ? 16 : 0,
      decline: card ? 3 : 0,
      block: card ? 1 : 0,
      limit: 2,
      moved: 1.5,
    });
    const outside = pick(['Nordlys Forsikring', 'Δήμος Αθηναίων', 'Укрзалізниця', 'Mutuelle du Rhône', 'Câmara do Porto', 'Skatteverket']);
    if (kind === 'deposit') deposit(id, between(20, 700) * 100, pick(['cash', 'payroll', 'refund', 'sale', 'gift']));
    else if (kind === 'cash') cash(id, Math.min(between(1, 8) * 2000, Math.floor(most / 500) * 500));
    else if (kind === 'out') new Flow(`giro-${next('giro', 9101)}`, customer(id)).emit(id, 'TransferSent', { amount, transfer: null, to: { account: null, name: outside }, remittance: `invoice ${between(1000, 9999)}` });
    else if (kind === 'in') new Flow(`giro-${next('giro', 9101)}`, 'system:clearing').emit(id, 'TransferReceived', { amount: between(10, 900) * 100 + between(0, 99), transfer: null, from: { account: null, name: outside }, remittance: `case ${between(1000, 9999)}` });
    else if (kind === 'pay') pay(id, amount);
    else if (kind === 'hold') holds.push(hold(id, amount));
    else if (kind === 'settle') {
      const it = holds.shift();
      if (chance(0.75)) {
        captureRelease(it);
        captureBook(it);
      } else expire(it);
    } else if (kind === 'decline') decline(id, between(2000, 90000));
    else if (kind === 'block') {
      const flow = new Flow(`card-${next('card', 31)}`, customer(id));
      if (stateOf(cards[id][0]).status === 'blocked') flow.emit(cards[id][0], 'CardUnblocked', { reason: 'found again' });
      else if (chance(0.5)) flow.emit(cards[id][0], 'CardLimitChanged', { limit: 'perDay', from: stateOf(cards[id][0]).limits.perDay, to: between(4, 15) * 10000 });
      else {
        flow.emit(cards[id][0], 'CardBlocked', { reason: 'reported lost' });
        plan(now + between(20, 600) * MINUTE, () => flow.emit(cards[id][0], 'CardUnblocked', { reason: 'found again' }));
      }
    } else if (kind === 'limit') limit(id, pick(['daily', 'daily', 'overdraft']), pick([20000, 40000, 80000]), 'asked in the app', customer(id));
    else moved(id, { contact: { phone: `+${between(30, 99)} 555 ${between(100, 999)} ${between(100, 999)}` } });
  };

  const count = card ? between(50, 64) : between(24, 42);
  for (let i = 0; i < count; i++) {
    let at = daytime(first + 60 * MINUTE, last);
    if (at > gapFrom && at < gapTo) at = chance(0.5) ? daytime(first + 60 * MINUTE, gapFrom) : daytime(gapTo, Math.max(last, gapTo + DAY));
    plan(at, something);
  }
  for (const [period, interestAt, feeAt] of closing) {
    if (first > time(interestAt)) continue;
    plan(time(interestAt), () => stateOf(id).balance > 1200 && interest(id, period));
    plan(time(feeAt), () => stateOf(id).balance > 250 && fee(id, 'monthly', 250, { period }));
  }
  if (fall) {
    const [, at, below, recovery] = fall;
    plan(time(at), () => pay(id, stateOf(id).balance + below));
    plan(Math.floor(time(at) / DAY) * DAY + DAY + 5 * MINUTE, () => overdraftFee(id));
    if (recovery) {
      plan(time(recovery), () => deposit(id, between(700, 1400) * 100, 'cover'));
      for (let i = 0; i < 14; i++) plan(daytime(time(recovery) + MINUTE, time('2026-11-22')), something);
    }
  }
}

for (const [stream, [from, to, , every]] of Object.entries(orders)) {
  plan(time('2026-09-01T08:30:00.000Z') + (from === MARA || to === MARA ? 0 : 12 * DAY), () => order(stream));
  if (from === MARA || to === MARA) continue;
  const days = { week: 7, fortnight: 14, month: 30 }[every];
  for (let at = time('2026-09-15T05:00:00.000Z'); at < time('2026-11-17'); at += days * DAY) plan(at + between(0, 900) * 1000, () => execute(stream));
}
plan(time('2026-10-20T10:00:00.000Z'), () => changeAmount('transfer-3002', 16000, 'winter'));
plan(time('2026-11-17T13:00:00.000Z'), () => new Flow('transfer-3006-x', 'customer:1040').emit('transfer-3006', 'TransferCancelled', { reason: 'moved out' }));

// ---------------------------------------------------------------- run it

while (agenda.length > 0) {
  let soonest = 0;
  for (let i = 1; i < agenda.length; i++) {
    const a = agenda[i];
    const b = agenda[soonest];
    if (a.at < b.at || (a.at === b.at && a.order < b.order)) soonest = i;
  }
  const [action] = agenda.splice(soonest, 1);
  now = Math.max(now + between(30, 4000), action.at);
  action.run();
}

// ---------------------------------------------------------------- write it with the library

for (const end of ['', '-wal', '-shm', '-journal']) if (existsSync(file + end)) rmSync(file + end);
const store = getSQLiteEventStore({ fileName: file, schema: { autoMigration: 'CreateOrUpdate' } });
// The driver sometimes refuses the library's COMMIT while it still ends another
// statement (a race inside it); nothing was written then, so the append is made again.
async function append(...args) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await store.appendToStream(...args);
    } catch (error) {
      if (error.code !== 'SQLITE_BUSY' || attempt === 20) throw error;
      await new Promise((ok) => setTimeout(ok, 20 * attempt));
    }
  }
}
const written = new Map();
for (let i = 0; i < events.length; ) {
  const { stream, batch } = events[i];
  const group = [];
  while (i < events.length && events[i].batch === batch) group.push(events[i++]);
  const expectedStreamVersion = BigInt(written.get(stream) ?? 0);
  const { nextExpectedStreamVersion } = await append(
    stream,
    group.map(({ type, data, metadata }) => ({ type, data, metadata })),
    { expectedStreamVersion },
  );
  written.set(stream, Number(nextExpectedStreamVersion));
}

// `created` is the moment of the insert; here it becomes the moment of business.
const db = new sqlite3.Database(file);
const sql = (text, values = []) => new Promise((ok, no) => db.run(text, values, (error) => (error ? no(error) : ok())));
await sql('BEGIN');
for (const { data, metadata } of events) {
  await sql('UPDATE emt_messages SET created = ? WHERE message_id = ?', [data.at.slice(0, 19).replace('T', ' '), metadata.messageId]);
}
await sql('COMMIT');
await new Promise((ok, no) => db.close((error) => (error ? no(error) : ok())));

// ---------------------------------------------------------------- and what the library says about it

const versionsOf = (stream, last) => {
  if (stream === MARA || stream === 'transfer-3001' || stream === 'card-9024') return Array.from({ length: last }, (_, i) => i + 1);
  return [...new Set([1, Math.ceil(last / 2), last])];
};
const states = [];
for (const stream of [...written.keys()].sort()) {
  const reducer = categoryOf(stream);
  for (const version of versionsOf(stream, written.get(stream))) {
    const { state, currentStreamVersion } = await store.aggregateStream(stream, { ...reducers[reducer], read: { to: BigInt(version) } });
    if (currentStreamVersion !== BigInt(version)) throw new Error(`${stream}@${version}: read to ${currentStreamVersion}`);
    states.push({ stream, version, reducer, state });
  }
}
const libraryVersion = JSON.parse(readFileSync(path.join(path.dirname(require.resolve('@event-driven-io/emmett-sqlite')), '..', 'package.json'), 'utf8')).version;
const head = { library: '@event-driven-io/emmett-sqlite', libraryVersion, reducers: 'reducers.mjs' };
const lines = states.map((entry) => JSON.stringify(entry)).join(',\n');
writeFileSync(path.join(folder, 'expected.json'), `${JSON.stringify(head).slice(0, -1)},"states":[\n${lines}\n]}\n`);

// One file: no write-ahead log beside it.  (The library sets WAL whenever it opens the file, so this comes last.)
const last = new sqlite3.Database(file);
for (const text of ['PRAGMA wal_checkpoint(TRUNCATE)', 'PRAGMA journal_mode = DELETE', 'VACUUM']) {
  await new Promise((ok, no) => last.exec(text, (error) => (error ? no(error) : ok())));
}
await new Promise((ok, no) => last.close((error) => (error ? no(error) : ok())));

console.log(`${file}: ${written.size} streams, ${events.length} events, ${statSync(file).size} bytes; ${states.length} states`);
