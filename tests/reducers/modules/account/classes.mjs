// Aggregates as classes: apply with a switch, a method for each type, inheritance, statics.
export class Account {
  balance = 0;
  status = 'new';
  static fromEvents(events) { return events.reduce((account, event) => account.apply(event), new Account()); }
  static LIMIT = 1000;
  apply(event) {
    switch (event.type) {
      case 'AccountOpened': this.status = 'open'; this.owner = event.data.owner; break;
      case 'Deposited': this.balance += event.data.amount; break;
      case 'Withdrawn': this.balance -= event.data.amount; break;
      case 'Closed': this.status = 'closed'; this.closedAt = event.data.at; break;
      default:
    }
    return this;
  }
  get isRich() { return this.balance > Account.LIMIT; }
}

class AggregateRoot {
  id = null;
  version = -1;
  #changes = 0;
  when(event) {
    this.version = event.version;
    this.#changes++;
    const handler = this[`on${event.type}`];
    if (handler) handler.call(this, event.data, event);
  }
  get changes() { return this.#changes; }
  toJSON() { return { ...this, changes: this.#changes }; }
}
export class Savings extends AggregateRoot {
  interest = 0;
  constructor(id) { super(); this.id = id; }
  onInterestPaid({ amount, days }) { this.interest += amount; (this.days ??= []).push(days); }
  onLimitChanged({ limit }) { this.limit = limit; }
}

export class ByMethod {
  counts = {};
  onDeposited(event) { this.add('in', event.data.amount); }
  onWithdrawn(event) { this.add('out', event.data.amount); }
  onFeeCharged({ data }) { this.add('fees', data.amount); }
  add(name, amount) { this.counts[name] = (this.counts[name] ?? 0) + amount; }
}
export class BySnake {
  log = [];
  apply_card_issued(e) { this.log.push(['issued', e.data.card.id]); }
  apply_card_blocked(e) { this.log.push(['blocked', e.data.id, e.data.by.roles.at(-1)]); }
}
export class ByWhen {
  constructor() { this.notes = 0; this.words = new Set(); }
  whenNoted({ data }) { this.notes += 1; data.text.split(/\s+/).forEach((word) => this.words.add(word)); }
}
export class Evolving {
  total = 0;
  evolve(event) { if (event.data.amount) this.total += event.data.amount; return this; }
}
export class Mutating {
  types = new Map();
  mutate(event) { this.types.set(event.type, (this.types.get(event.type) ?? 0) + 1); }
}
export class Private {
  #balance = 0;
  #seen = new Set();
  apply({ type, data }) { this.#seen.add(type); if (type === 'Deposited') this.#balance += data.amount; }
  toJSON() { return { balance: this.#balance, seen: [...this.#seen] }; }
}
export class Stateful {
  #state = { n: 0 };
  on(event) { this.#state = { n: this.#state.n + 1, last: event.type }; }
  toState() { return this.#state; }
}
const balances = new WeakMap();
export class Weak {
  constructor() { balances.set(this, 0); }
  apply(event) { balances.set(this, balances.get(this) + (event.data.amount ?? 0)); }
  toJSON() { return { balance: balances.get(this) }; }
}
