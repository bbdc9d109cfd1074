const round = (n, digits) => Math.round(n * 10 ** digits) / 10 ** digits;
module.exports = { round, percent: (n) => round(n, 1) + '%' };
