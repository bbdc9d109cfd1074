module.exports = class Cart {
  constructor() { this.items = []; this.total = 0; }
  onItemAdded({ data }) { this.items.push(data.sku); this.total += data.price * data.qty; }
  onItemRemoved({ data: { sku } }) { this.items = this.items.filter((it) => it !== sku); }
};
