module.exports.inherits = function (type, base) {
  type.prototype = Object.create(base.prototype, { constructor: { value: type, enumerable: false, writable: true, configurable: true } });
  type.super_ = base;
};
