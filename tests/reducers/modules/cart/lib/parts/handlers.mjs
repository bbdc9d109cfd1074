export const ItemAdded = (s = 0, e) => s + e.data.qty;
export const ItemRemoved = (s = 0, e) => s - (e.data.qty ?? 0);
