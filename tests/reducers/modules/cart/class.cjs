// A class of the older kind, and one of the newer, in CommonJS.
const { inherits } = require('./lib/inherits.cjs');
function Base() { this.events = 0; }
Base.prototype.seen = function () { this.events++; };
function Cart() { Base.call(this); this.items = {}; }
inherits(Cart, Base);
Cart.prototype.apply = function (event) {
  this.seen();
  if (event.type === 'ItemAdded') this.items[event.data.sku] = (this.items[event.data.sku] || 0) + event.data.qty;
  return this;
};
module.exports = { evolve: (state, event) => (state || new Cart()).apply(event), initialState: () => new Cart() };
