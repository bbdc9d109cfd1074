// The same by require.
const crypto = require('crypto');
const util = require('util');
const fs = require('fs');
const path = require('path');
const assert = require('assert');
const { EventEmitter } = require('events');
const limits = JSON.parse(fs.readFileSync(path.join(__dirname, 'lib', 'limits.json')));
exports.chained = (s = '', e) => crypto.createHash('sha1').update(s + e.type).digest('hex');
exports.limited = (s = 0, e) => s + (e.data.amount > limits.daily ? 1 : 0);
class Account extends EventEmitter { constructor() { super(); this.balance = 0; this.on('Deposited', ({ amount }) => { this.balance += amount; }); } apply(e) { this.emit(e.type, e.data); return this; } toJSON() { return { balance: this.balance, heard: this.eventNames() }; } }
exports.Account = Account;
exports.checked = function (s, e) { s = s || { errors: [] }; try { assert.strictEqual(e.data.amount, 0.1); } catch (error) { s.errors = s.errors.concat(error.code).slice(-2); } return s; };
exports.text = (s, e) => util.inspect(e.data, { compact: true, depth: 0 });
exports.folder = (s, e) => [path.basename(__dirname), path.basename(__filename), require.main === module, typeof require.resolve, module.id.endsWith('.cjs')];
