// Texts as times, times as text, parts, setters with odd arguments.
(seed) => {
  let s = seed;
  const r = () => {
    s = s * 1103515245 + 12345 & 2147483647;
    return s / 2147483647;
  };
  const pick = (l) => l[Math.floor(r() * l.length)];
  const out = [];
  const say = (f) => {
    let v;
    try {
      v = f();
    } catch (e) {
      v = e.name + ": " + (e.constructor === RangeError ? e.message : "");
    }
    return Object.is(v, -0) ? "-0" : String(v);
  };
  const texts = ["2024-02-30", "2024-02-29T12", "2024-02-29T12:30", "2024-02-29T12:30Z", "2024-13-01", "+012024-01-01", "-000000-01-01", "+002024-01-01T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T24:00:01Z", "Feb 29 2024", "29 Feb 2024 10:00", "Thu, 01 Jan 1970 00:00:00 GMT", "Thu Jan 01 1970 00:00:00 GMT+0100 (CET)", "1/2/2024", "2024/1/2", "1-2-2024", "12:30", "2024", "20240101", "99", "1", "0", "32", "49", "50", "2024-1-1", "2024-01-01 10:00", "2024-01-01 10:00 PM", "2024-01-01 10:00:00.123456", "2024-01-01T10:00:00.1Z", "2024-01-01T10:00:00.123456789Z", "Jan 1 2024 10:00 EST", "Jan 1 2024 10:00 +0200", "Jan 1 2024 10:00 GMT-3", "foo 2024", "2024 foo", "(x) 2024", "Monday, January 1, 2024", "1 January 2024 5pm", "12:00:00 Jan 1, 2024", "2024-01-01T00:00:00+01:00", "2024-01-01T00:00:00+0130", "2024-01-01T00:00:00-23:59", "2024-W01", "", "  ", "Tue Mar 01 2022 00:00:00 GMT+0000 (Coordinated Universal Time)", "2024-01-01T", "1e3", "1.5", "10.30.2024", "Dec 25, 1995", "1995-12-17T03:24:00", "Mon, 25 Dec 1995 13:30:00 +0430", "2011-10-10T14:48:00.000+09:00", "2024-06-15T12:00:00.000Z[UTC]", "12/31/99 11:59 PM", "12:61", "24:00", "1 2", "1 2 3", "1 2 3 4", "a 1", "Z", "T", "+1", "-1", "123456", "275760-09-13", "+275760-09-13T00:00:00.000Z", "+275760-09-13T00:00:00.001Z", "2024-01-01T12:00:00 Z", "2024-01-01t12:00:00z", "Sept 5 2024", "5 mai 2024", "3 Mär 2024"];
  for (const t of texts) out.push(t + " => " + say(() => Date.parse(t)) + " " + say(() => new Date(t)));
  const bits = ["2024", "24", "1", "12", "31", "Jan", "feb", "March", "AM", "pm", "UTC", "GMT", "Z", "EST", "T", ":", ":", "-", "/", ".", " ", " ", "+", "(x)", ")", ",", "10:30", "10:30:15", ".5", "+0200", "-08:00", "2024-05-06", "00", "foo", "1970", "09", "+00:00", "T10:00", "é", "000012"];
  for (let i = 0; i < 4e3; i++) {
    let t = "";
    for (let n = Math.floor(r() * 7) + 1; n > 0; n--) t += pick(bits) + (r() < 0.4 ? " " : "");
    out.push(JSON.stringify(t) + " " + say(() => Date.parse(t)));
  }
  const nums = [0, -0, 1, -1, 1.5, -1.5, NaN, Infinity, -Infinity, 1e15, 864e13, -864e13, 864e13 + 1, 12, 31, 59, 60, 99, 100, 1970, 2024, -5, 1e21, void 0, null, "3", "x", true, 946684800123, 17092494e5, -1e12, 1e10, 275760, -271821, 5e14];
  const setters = ["Date", "Month", "FullYear", "Hours", "Minutes", "Seconds", "Milliseconds"].flatMap((p) => ["set" + p, "setUTC" + p]).concat(["setTime", "setYear"]);
  const getters = ["Day", "Date", "Month", "FullYear", "Hours", "Minutes", "Seconds", "Milliseconds"].flatMap((p) => ["get" + p, "getUTC" + p]).concat(["getTime", "getYear", "getTimezoneOffset", "toString", "toDateString", "toTimeString", "toUTCString", "toGMTString", "toISOString", "toJSON", "valueOf"]);
  for (let i = 0; i < 3e3; i++) {
    const d = new Date(pick([0, 17092494e5, -1, 864e13, NaN, -864e13, 946684800123, Math.floor((r() - 0.5) * 2e14), -621987552e5]));
    const args = [];
    for (let n = Math.floor(r() * 5); n >= 0; n--) args.push(pick(nums));
    const m = pick(setters);
    out.push(m + " " + d.getTime() + " " + args.map(String) + " " + say(() => d[m](...args)) + " " + d.getTime());
    const g = pick(getters);
    out.push(g + " " + say(() => d[g]()));
    const a2 = [];
    for (let n = Math.floor(r() * 8); n > 0; n--) a2.push(pick(nums));
    if (a2.length) out.push("new " + a2.map(String) + " " + say(() => new Date(...a2).getTime()) + " " + say(() => Date.UTC(...a2)));
  }
  for (let i = 0; i < 200; i++) {
    const d = new Date(Math.floor((r() - 0.5) * 17e15));
    for (const g of getters) out.push(say(() => d[g]()));
  }
  out.push(say(() => new Date(/* @__PURE__ */ new Date(5)).getTime()), say(() => new Date({ valueOf: () => 7 }).getTime()), say(() => new Date({ toString: () => "2024-01-01" }).getTime()), say(() => `${/* @__PURE__ */ new Date(0)}`), say(() => /* @__PURE__ */ new Date(0) + 1), say(() => /* @__PURE__ */ new Date(5) - 1), say(() => JSON.stringify({ d: /* @__PURE__ */ new Date(5), n: /* @__PURE__ */ new Date(NaN) })), say(() => new Date(1n)), say(() => new Date(/* @__PURE__ */ Symbol())), say(() => Date.prototype.toString.call({})), say(() => Date.length), say(() => Date.name), say(() => new Date(2024, 0).toISOString()), say(() => new class X extends Date {
    y() {
      return this.getFullYear();
    }
  }(0).y()), say(() => Object.prototype.toString.call(/* @__PURE__ */ new Date(0))), say(() => /* @__PURE__ */ new Date(0) instanceof Date), say(() => (/* @__PURE__ */ new Date(0)).constructor === Date), say(() => new Date([2024])), say(() => (/* @__PURE__ */ new Date(null)).getTime()), say(() => (/* @__PURE__ */ new Date(void 0)).getTime()), say(() => (/* @__PURE__ */ new Date(true)).getTime()));
  return out;
}
