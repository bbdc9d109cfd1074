'use strict';
// CommonJS by names on exports.
const { percent, round: roundTo } = require('./lib/round');
const rates = require('./lib/rates.json');
const path = './lib/round';

exports.totals = function (state, event) {
  state = state || { net: 0, gross: 0 };
  if (event.type !== 'ItemAdded') return state;
  var net = state.net + event.data.price * event.data.qty;
  return { net: roundTo(net, 2), gross: roundTo(net * (1 + rates.vat.standard), 2), currency: rates.currency };
};
exports.coupons = (state = [], { data }) => (data.percent ? state.concat(percent(data.percent)) : state);
exports.same = (state = 0, event) => state + (require(path) === require('./lib/round.js') ? 1 : 0);
exports.names = (state, event) => [typeof module, typeof exports, typeof require, module.exports === exports, __filename.slice(-9), this === undefined];
exports.later = (state = 0, event) => (event.version > 3 ? state + require('./lib/late.cjs').by : state);
module.exports.handlers = { $init: () => ({}), Rated: (s, e) => ({ ...s, [e.data.sku]: e.data.stars }), Shipped: (s, e) => ({ ...s, parcels: e.data.parcels.length }) };
