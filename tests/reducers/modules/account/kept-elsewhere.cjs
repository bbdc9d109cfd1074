// What CommonJS keeps beside what it exports.
exports.count = 0;
module.exports = {
  ofModule: (s = {}, e) => { module.count = (module.count ?? 0) + 1; return { v: e.version, count: module.count }; },
  ofExports: (s = {}, e) => { exports.count++; return { v: e.version, count: exports.count }; },
};
