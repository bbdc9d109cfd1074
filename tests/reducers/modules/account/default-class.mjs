export default class Account {
  static #made = 0;
  balance = 0;
  constructor() { Account.#made++; }
  static get made() { return Account.#made; }
  apply({ type, data }) {
    if (type === 'Deposited') this.balance += data.amount;
    else if (type === 'Withdrawn') this.balance -= data.amount;
  }
}
