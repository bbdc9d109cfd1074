// The projection `order-summary` of the server that wrote the store, as a reducer.

export const order = {
  $init: () => ({ lines: 0, total: 0, status: 'new', discounts: [] }),
  OrderPlaced(s, e) {
    s.status = 'placed';
    s.total = e.body.total;
    s.lines = e.body.lines.length;
    s.customer = e.body.customer;
    s.site = e.data.site;
  },
  LineAdded(s, e) {
    s.lines++;
    s.total += e.body.qty * e.body.unitPrice;
  },
  LineRemoved(s, e) {
    s.lines--;
    if (e.body.reason === null) s.unexplained = (s.unexplained || 0) + 1;
  },
  DiscountGranted(s, e) {
    s.discounts.push(e.body.percent);
  },
  OrderConfirmed(s, e) {
    s.status = 'confirmed';
    s.vat = e.body.vat;
  },
  OrderCancelled(s, e) {
    s.status = 'cancelled';
    s.reason = e.body.reason;
  },
  OrderClosed(s, e) {
    s.status = 'closed';
    s.lastNumber = e.sequenceNumber;
  },
};
