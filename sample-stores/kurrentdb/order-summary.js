// The projection `order-summary` as it ran on the server that wrote the store.
fromCategory('order')
  .foreachStream()
  .when({
    $init: function () { return { lines: 0, total: 0, status: 'new', discounts: [] }; },
    OrderPlaced: function (s, e) {
      s.status = 'placed';
      s.total = e.body.total;
      s.lines = e.body.lines.length;
      s.customer = e.body.customer;
      s.site = e.data.site;
    },
    LineAdded: function (s, e) { s.lines++; s.total += e.body.qty * e.body.unitPrice; },
    LineRemoved: function (s, e) { s.lines--; if (e.body.reason === null) s.unexplained = (s.unexplained || 0) + 1; },
    DiscountGranted: function (s, e) { s.discounts.push(e.body.percent); },
    OrderConfirmed: function (s, e) { s.status = 'confirmed'; s.vat = e.body.vat; },
    OrderCancelled: function (s, e) { s.status = 'cancelled'; s.reason = e.body.reason; },
    OrderClosed: function (s, e) { s.status = 'closed'; s.lastNumber = e.sequenceNumber; }
  })
