module.exports = {
  initialState: { items: {}, n: 0 },
  evolve: function (state, event) {
    var items = Object.assign({}, state.items);
    if (event.type === 'ItemAdded') items[event.data.sku] = (items[event.data.sku] || 0) + event.data.qty;
    return { items: items, n: state.n + 1 };
  },
};
