exports.by = 2;
exports.again = require('../plain.cjs').totals !== undefined;
