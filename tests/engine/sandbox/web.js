// URLs, their parts and queries, texts as bytes.
(seed) => {
  const r32 = chance(seed);
  const pick = (l) => l[r32() % l.length];
  const bits = ["http", "https", ":", "//", "/", "/", "a.b", "example.com", "EXAMPLE.org", "localhost", "127.0.0.1", "[::1]", "0x7f.1", "256.1", "ü.de", "xn--", ":80", ":443", ":8080", ":x", "@", "user:pa ss@", "?", "q=1&r=2", "#", "frag", "..", ".", "%20", "%zz", " ", "	", "\\", "ä", "😀", "C:", "C|", "|", "*", "<", '"', "'", "`", "{", "}", "^", "javascript", "+", "-", "~", "\uD800", "www.", "=", "&", ";"];
  const schemes = ["http://", "https://", "wss://", "http:", "HTTP:\\\\"];
  const say = (f) => {
    try {
      return String(f());
    } catch (e) {
      return e.name + " " + e.code;
    }
  };
  const P = ["href", "origin", "protocol", "username", "password", "host", "hostname", "port", "pathname", "search", "hash"];
  const out = [];
  for (let i = 0; i < 1500; i++) {
    let u = pick(schemes);
    for (let n = r32() % 7; n > 0; n--) u += pick(bits);
    const base = r32() % 4 === 0 ? pick(["http://h/p/q?x#y", "https://u:p@host:81/"]) : void 0;
    const part = pick(P.slice(2)), val = pick(bits) + pick(bits);
    out.push(JSON.stringify([u, base]) + " " + say(() => {
      const x2 = new URL(u, base);
      return P.map((p) => x2[p]).join(" | ") + " " + [...x2.searchParams].join(";");
    }) + " " + (/^[ -~]*$/.test(u) ? say(() => URL.canParse(u, base)) : ""));
    out.push("  set " + part + "=" + JSON.stringify(val) + " " + say(() => {
      const x2 = new URL(u, base);
      if (part !== "port" || /^\d/.test(val)) x2[part] = val;
      return x2.href;
    }));
    if (i % 3 === 0 && !/%(?![0-9A-F]{2})/i.test(u)) out.push(say(() => {
      const q = new URLSearchParams(u);
      q.append("a b", val);
      q.set(val, "ü&=");
      q.delete("q");
      q.sort();
      return q + " " + q.size + JSON.stringify([...q.keys()]) + q.has("a b") + q.get(val) + q.getAll("r");
    }));
  }
  const dec = new TextDecoder(), fat = new TextDecoder("utf-8", { fatal: true }), d16 = new TextDecoder("utf-16le"), bom = new TextDecoder("utf8", { ignoreBOM: true });
  for (let i = 0; i < 500; i++) {
    const n = r32() % 12;
    const b = Uint8Array.from({ length: n }, () => pick([65, 195, 164, 226, 130, 172, 240, 159, 152, 128, 237, 160, 255, 239, 187, 191, 0, 216, 220]));
    out.push([...b] + " " + JSON.stringify(dec.decode(b)) + say(() => JSON.stringify(fat.decode(b))) + JSON.stringify(d16.decode(b)) + JSON.stringify(bom.decode(b)) + JSON.stringify(dec.decode(b.subarray(0, 3), { stream: true }) + "|" + dec.decode(b.subarray(3))));
    const s = pick(bits) + pick(bits) + pick(bits);
    out.push([...new TextEncoder().encode(s)] + JSON.stringify(new TextEncoder().encodeInto(s, new Uint8Array(r32() % 8))) + say(() => btoa(s)) + say(() => atob(s)) + say(() => atob(btoa("xyz" + i))) + say(() => encodeURIComponent(s)) + say(() => decodeURIComponent(s)) + escape(s) + unescape(s));
  }
  return out.map((line) => line.toWellFormed());
}
