// Classes whose methods return another instance; value objects inside a state.
export class Account {
  constructor() { this.balance = Money.zero('EUR'); this.history = []; Object.freeze(this); }
  apply(event) {
    switch (event.type) {
      case 'Deposited': return this.with({ balance: this.balance.plus(event.data.amount) });
      case 'Withdrawn': return this.with({ balance: this.balance.plus(-event.data.amount), history: [...this.history, event.version].slice(-3) });
      default: return this;
    }
  }
  with(changes) { return Object.freeze(Object.assign(Object.create(Account.prototype), this, changes)); }
}
class Money {
  constructor(cents, currency) { this.cents = cents; this.currency = currency; Object.freeze(this); }
  static zero(currency) { return new Money(0, currency); }
  plus(amount) { return new Money(this.cents + Math.round(amount * 100), this.currency); }
  equals(other) { return other instanceof Money && other.cents === this.cents; }
  toString() { return `${(this.cents / 100).toFixed(2)} ${this.currency}`; }
  get isNegative() { return this.cents < 0; }
}
export const money = (state = { money: Money.zero('EUR'), texts: [] }, { type, data }) => {
  if (type !== 'Deposited' && type !== 'Withdrawn') return state;
  const money = state.money.plus(type === 'Deposited' ? data.amount : -data.amount);
  return { money, texts: [...state.texts, `${money}`, String(money.isNegative)].slice(-6), same: money.equals(state.money), is: state.money instanceof Money };
};
class Amount {
  constructor(value) { this.value = value; }
  valueOf() { return this.value; }
  toJSON() { return { amount: this.value, text: this.value.toFixed(3) }; }
}
export const amounts = (state = [], { data }) => (data.amount === undefined ? state : [...state.slice(-4), new Amount(data.amount + (state.at(-1) ?? 0) * 1)]);
export const prototypes = (state = Object.create({ inherited: 1, add(n) { this.own = (this.own ?? 0) + n; return this; } }), { data }) => (data.amount ? state.add(data.amount + state.inherited) : state);
