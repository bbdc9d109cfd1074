// The projections that record.mjs has the engine run, and the events that they are given.
let ids = 0;
const event = (eventType, streamId, sequenceNumber, data, more = {}) => ({
  eventType, streamId, sequenceNumber, isJson: true,
  eventId: `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
  created: '2026-03-04T05:06:07.001Z', data, ...more,
});
const gone = (stream) => event('$streamDeleted', stream, 9007199254740991, '', { isJson: false });
const limit = (data) => [event('A', 'a-1', 0, '{}'), event('$metadata', '$$a-1', 0, data), event('A', 'a-1', 1, '{}')];
const limits = [
  '{"$tb":9223372036854775807}', '{"$tb":9223372036854775806}', '{"$tb":1.5}', '{"$tb":"x"}', '{"$tb":1e3}', '{"a":1}', '{bad', '[1]', '',
  '{"$tb":9223372036854775808}', '{"$tb":9.223372036854775807e18}', '{"$tb":null}', '{"x":{"$tb":9223372036854775807}}',
  '{"$tb":1,"$tb":9223372036854775807}', '{"$tb":9223372036854775807,"$tb":1}', '5', 'null', '{"a":["$tb",9223372036854775807]}',
  ' {"\\u0024tb" : 9223372036854775807 }', '{"$tb":-1}',
];
const bodies = [
  '{"x"', '', '  ', '42', 'null', '[1,2]', '"str"', 'true', '{"a":1}x', '\ufeff{"a":1}', '{"a":1,"a":2}', '{"n":12345678901234567890,"m":1e999}',
  '{"a":"\u0001"}', '[]', 'nul', '{"n":-0,"s":"\\u00e9\\ud83d\\ude00"}', '{"__proto__":{"a":1}}', undefined,
];
export const sets = {
  one: [event('A', 'a-1', 0, '{"q":1}', { metadata: '{"m":1}' })],
  two: [event('A', 'a-1', 0, '{"q":1}', { metadata: '{"m":1}' }), event('B', 'a-1', 1, '{"q":2}')],
  usual: [
    event('A', 'a-1', 0, '{"q":1}', { metadata: '{"m":1}' }), event('B', 'a-1', 1, '{"q":2}'),
    event('A', 'b-2-x', 0, '{"q":3}'), event('A', 'a-1', 2, '{"q":4}'),
  ],
  gone: [event('A', 'a-1', 0, '{"q":1}'), event('B', 'a-1', 1, '{"q":2}'), gone('a-1'), event('A', 'a-1', 2, '{"q":4}')],
  goneFirst: [gone('a-1'), event('A', 'a-1', 0, '{"q":1}'), event('A', 'b-1', 0, '{"q":2}')],
  bodies: bodies.map((data, at) => event('A', 'a-1', at, data)),
  metadata: ['{"m"', '', 'null', '5', '"s"', '[1]', '{"a":1}', undefined].map((metadata, at) => event('A', 'a-1', at, '{}', { metadata })),
  texts: ['plain', '', undefined, '{"a":1}'].map((data, at) => event('T', 'x-1', at, data, { isJson: false })),
  links: [
    event('A', 'a-1', 0, '{}', { linkMetadata: '{"$o":"orig-7"}' }), event('$>', 'x-1', 0, '3@a-1', { isJson: false }),
    event('$>', '$ce-a', 0, '1@a-1', { linkMetadata: '{"$o":"orig-7"}' }), event('A', 'a-1', 1, '{}', { linkMetadata: '{bad' }),
    event('A', 'a-1', 2, '{}', { linkMetadata: '' }), event('$@', 'l-1', 0, 'a-1', { isJson: false }), event('A', 'a-1', 3, '{}'),
  ],
  names: ['constructor', 'toString', 'valueOf', '__proto__', '', 'x', 'hasOwnProperty'].map((type, at) => event(type, 'a', at, '{}')),
  keys: ['__proto__', 'constructor', '10', '2', 'a', '__proto__', 'toString'].map((k, at) => event('A', 'a', at, JSON.stringify({ k }))),
  streams: ['nodash', '-x', 'a-', 'a--b', '$ce-a', '$$a-1', 'a@b-c', 'é-1'].map((stream) => event('A', stream, 0, '{}')),
  times: ['2026-03-04T05:06:07Z', '2026-03-04T05:06:07.1234567Z', '2026-03-04T05:06:07.123456789Z', '2026-03-04T05:06:07.5Z', '2026-03-04T05:06:07+02:00']
    .map((created, at) => event('A', 'a-1', at, '{}', { created })),
  metastream: [event('$metadata', '$$a-1', 0, undefined), event('$metadata', 'a-1', 0, '{"$tb":9223372036854775807}')],
  shop: [
    ['OrderPlaced', 'order-1', 0, { id: 1, customer: 'ana', country: 'CZ', lines: [{ sku: 'A', qty: 2, price: 9.5 }, { sku: 'B', qty: 1, price: 0.1 }] }],
    ['CustomerMoved', 'customer-ana', 0, { country: 'DE' }],
    ['OrderPlaced', 'order-2', 0, { id: 2, customer: 'bo', country: 'SE', lines: [] }],
    ['ItemAdded', 'order-2', 1, { sku: 'A', qty: 5, price: 9.5 }],
    ['OrderPaid', 'order-1', 1, { amount: 19.1, at: '2026-03-01T10:00:00Z' }],
    ['ItemRemoved', 'order-2', 2, { sku: 'A', qty: 4 }],
    ['OrderShipped', 'order-1', 2, { carrier: 'DHL' }],
    ['OrderPlaced', 'order-3', 0, { id: 3, customer: 'ana', country: 'CZ', lines: [{ sku: 'C', qty: 10, price: 1e-7 }] }],
    ['OrderCancelled', 'order-2', 3, { reason: 'změna názoru 😀' }],
    ['OrderPaid', 'order-3', 1, { amount: 0.000001 }],
  ].map(([type, stream, at, data]) => event(type, stream, at, JSON.stringify(data), { metadata: JSON.stringify({ $correlationId: stream, user: 'u' + at }) })),
  ...Object.fromEntries(limits.map((data, at) => [`limit${at}`, limit(data)])),
};

const n = '(s,e)=>{s.n=(s.n||0)+1}';
const any = (body) => `fromAll().when({$any:(s,e)=>{${body}}})`;
const onA = (body) => `fromAll().when({A:(s,e)=>{${body}}})`;
const then = (value) => `fromAll().when({A:(s,e)=>${value},B:(s,e)=>({t:typeof s,s})})`;
const both = (handlers) => `fromAll().foreachStream().when({$init:()=>({n:0}),$initShared:()=>({t:0}),${handlers}})`;
const all = (sources, events, options) => sources.map((source) => ({ source, events, options }));
const quick = { executionTimeoutMs: 200 };

export const groups = {
  whole: all([
    `fromCategory('order').foreachStream().when({
      $init: function () { return { status: 'new', lines: [], total: 0 }; },
      OrderPlaced: function (s, e) { s.id = e.body.id; s.lines = e.body.lines; s.total = s.lines.reduce((t, l) => t + l.qty * l.price, 0); s.status = 'placed'; },
      ItemAdded: function (s, e) { s.lines.push(e.body); s.total += e.body.qty * e.body.price; },
      ItemRemoved: function (s, e) { const l = s.lines.find((l) => l.sku === e.data.sku); l.qty -= e.data.qty; s.total -= e.data.qty * l.price; },
      OrderPaid: (s, e) => ({ ...s, paid: e.data.amount, due: s.total - e.data.amount }),
      OrderShipped: (s, e) => { s.status = 'shipped'; s.carrier = e.data.carrier; return s; },
      OrderCancelled: (s, e) => { s.status = 'cancelled'; s.why = e.data.reason; },
    }).outputState()`,
    `fromStreams('order-1', 'order-2').when({ $init: () => ({ seen: {} }), $any: (s, e) => { (s.seen[e.streamId] = s.seen[e.streamId] || []).push(e.sequenceNumber + '@' + e.eventType); } })`,
    `fromAll().partitionBy((e) => e.data.customer || e.metadata.$correlationId.split('-')[1]).when({ $init: () => ({ orders: 0, spent: 0 }), OrderPlaced: (s) => { s.orders++; }, OrderPaid: (s, e) => { s.spent += e.data.amount; } })`,
    `fromAll().foreachStream().when({ $init: () => ({ n: 0 }), $initShared: () => ({ countries: {}, total: 0 }),
      OrderPlaced: (s, e) => { s[0].n++; s[1].countries[e.data.country] = (s[1].countries[e.data.country] || 0) + 1; s[1].total++; return s; }, OrderCancelled: (s, e) => { s[1].total--; return s; } })`,
    `fromCategory('order').when({ $any: function (s, e) { linkTo('by-type-' + e.eventType, e); if (e.metadata && e.metadata.user) linkTo('by-user-' + e.metadata.user, e, { $correlationId: e.metadata.$correlationId }); return s; } })`,
    `fromAll().when({ $init: () => ({ open: {} }), OrderPlaced: (s, e) => { s.open[e.data.id] = e.created; },
      OrderPaid: (s, e) => { const id = e.streamId.substring('order-'.length); emit('payments', 'PaymentSeen', { id: Number(id), since: s.open[id], amount: e.data.amount }, { source: e.eventId }); delete s.open[id]; } })`,
    `fromAll().when({ $init: () => ({ sum: 0, count: 0 }), OrderPaid: (s, e) => { s.sum += e.data.amount; s.count += 1; } }).transformBy((s) => ({ average: s.sum / s.count })).filterBy((s) => s.average > 10).outputTo('averages')`,
    `const bySku = (s, sku) => (s[sku] = s[sku] || { qty: 0, value: 0 });
     fromAll().when({ OrderPlaced: (s, e) => { for (const { sku, qty, price } of e.data.lines) { const it = bySku(s, sku); it.qty += qty; it.value = +(it.value + qty * price).toFixed(2); } },
      ItemAdded: (s, e) => { bySku(s, e.data.sku).qty += e.data.qty; }, ItemRemoved: (s, e) => { bySku(s, e.data.sku).qty -= e.data.qty; } })`,
    `options({ resultStreamName: 'last-10', $includeLinks: false }); fromAll().when({ $init: () => [], $any: (s, e) => [...s, { t: e.eventType, n: e.sequenceNumber }].slice(-3) })`,
    `fromAll().foreachStream().when({ $init: () => ({ history: [] }), $created: (s, e) => { s.first = e.eventType; }, $any: (s, e) => { s.history.unshift([e.eventType, Object.keys(e.data).sort().join()]); } })`,
    `fromAll().when({ OrderPlaced(s, e) { if (e.data.lines.length === 0) throw new Error('order ' + e.data.id + ' is empty'); s[e.streamId] = e.data.lines.map((l) => l.sku); } })`,
    `let pages = 0; function page(s) { return s.items.length >= 2 ? { items: [], page: ++pages } : s; }
     fromAll().when({ $init: () => ({ items: [], page: 0 }), $any: (s, e) => { s = page(s); s.items.push(e.eventId); return s; } })`,
  ], 'shop'),
  definitions: all([
    `fromAll().when({$any:${n},A:${n}})`, `fromAll().when({A:${n},$any:${n}})`, `fromAll().when({A:${n},$init:()=>({})})`, `fromAll().when({})`,
    `fromAll().when()`, `fromAll().when({$init:()=>({z:1})})`, `fromAll().when({$created:${n}})`, `fromAll()`, `var x=1`, ``, `when({})`,
    `fromAll().when({A:5,B:null,C:'x'})`, `fromAll().when({A:class{},B:${n}})`, `fromAll().when({A:(${n}).bind(null),B:Math.max})`,
    `fromAll().when({get A(){return ${n}}})`, `fromAll().when({A:function*(s,e){return 1}})`, `fromAll().when(new Map())`,
    `fromAll().when(Object.create({A:${n}}))`, `fromAll().when([${n}])`, `fromAll().when({[Symbol('A')]:${n},B:${n}})`, `fromAll().when({1:${n}})`,
    `fromAll().transformBy(s=>s)`, `fromAll().filterBy(s=>s)`, `fromAll().outputTo('x')`, `fromStream('a').foreachStream()`,
    `fromStreams(['a-1','b']).when({A:${n}})`, `fromStreams('a-1','b').when({A:${n}})`, `fromStreams().when({A:${n}})`, `fromStreams([1])`,
    `fromStreams('a','a').when({A:${n}})`, `fromStream(5)`, `fromStream()`, `fromStream('a','b').when({A:${n}})`, `fromCategory()`, `fromCategory(5)`,
    `fromCategory(['a',5])`, `fromCategory('a').when({A:${n}})`, `fromCategory(['a']).when({A:${n}})`, `fromCategory('a','b').when({A:${n}})`,
    `fromCategories('a').foreachStream().when({A:${n}})`, `fromCategories(['a','b']).foreachStream().when({A:${n}})`, `fromCategories().when({A:${n}})`,
    `fromAll().when({A:${n}}).when({B:${n}})`, `fromAll().partitionBy()`, `fromAll().partitionBy(5)`, `fromAll().partitionBy(e=>e.streamId).foreachStream()`,
    `fromAll().foreachStream().partitionBy(e=>1)`, `fromAll().partitionBy(e=>e.streamId).outputState()`, `fromAll().foreachStream().outputState()`,
    `fromAll().foreachStream().when({A:${n}}).outputState().outputTo('r').outputTo('r')`, `fromAll().when({A:${n}}).outputTo()`,
    `fromAll().when({A:${n}}).outputTo(5)`, `fromAll().when({A:${n}}).outputTo('a',5)`, `fromAll().when({A:${n}}).outputTo('a','b','c')`,
    `fromAll().when({A:${n}}).$defines_state_transform()`,
    `fromAll().when({A:${n}}).transformBy()`, `fromAll().when({A:${n}}).filterBy(5)`, `fromAll().when({A:${n}}).transformBy(s=>s).$defines_state_transform()`,
    `fromAll().outputState().when({A:${n}})`, `fromAll().outputState().transformBy(s=>({z:s}))`, `fromAll().outputState().outputState()`,
    `const p=fromAll();p.when({A:${n}});p.partitionBy(e=>1)`, `fromAll();fromStream('x').when({A:${n}})`, `fromStream('x');fromStream('y').when({A:${n}})`,
    `fromCategory('x');fromCategory('y').when({A:${n}})`, `var w=fromAll().when;fromAll();w({A:${n}})`, `const {when}=fromAll();when({A:${n}})`,
    `fromAll()['when']({A:${n}})`, `fromAll().when({$init(){return {i:1}},A(s,e){s.n=1},async B(s,e){return 1}})`, `fromAll().nope()`, `fromall()`,
    `fromAll().when({A:${n}}).nope`, `fromAll().toString()`, `throw new Error('top')`, `throw 'text'`, `x.y`, `let a=;`, `fromAll().when({A:${n}}`,
    `emit('a','b',{})`, `linkTo('a',{})`, `log('hi');fromAll().when({A:${n}})`, `import x from 'y'`, `export default 1`, `await 1`, `eval('1')`,
    `new Function('return 1')`, `fromAll().when({A:(s,e)=>{fromAll()}})`,
  ], 'usual').concat(all([`while(true){}`], 'one', { compilationTimeoutMs: 200 })),
  options: all([
    `options({resultStreamName:'x',$includeLinks:true,reorderEvents:false,processingLag:5,biState:false});fromAll().when({A:${n}})`,
    `options({RESULTSTREAMNAME:'x',$INCLUDElinks:true});fromAll().when({A:${n}})`, `options({foo:1});fromAll()`, `options({$includeLinks:1});fromAll()`,
    `options({resultStreamName:5})`, `options({processingLag:'x'})`, `options({processingLag:7.9});fromAll()`,
    `options({biState:true});fromAll().when({$any:(s,e)=>{s[0].n=1;s[1].m=2;return s}})`, `options();fromAll().when({A:${n}})`,
    `options(5);fromAll().when({A:${n}})`, `options({reorderEvents:true});fromAll().when({A:${n}})`,
    `options({reorderEvents:true,processingLag:100});fromStreams('a','b').when({A:${n}})`, `options({reorderEvents:true,processingLag:10});fromStreams('a','b').when({A:${n}})`,
    `options({reorderEvents:true,processingLag:100});fromStreams('a').when({A:${n}})`, `options({reorderEvents:true,processingLag:100});fromCategory('a').when({A:${n}})`,
    `fromAll().when({A:${n}});options({$includeLinks:true})`, `options({trackEmittedStreams:true});fromAll().when({A:${n}})`, `options([1]);fromAll()`,
    `options({handlerType:'x'})`, `options({undef:undefined})`, `options({$includeLinks:undefined})`, `options({biState:'x'})`, `options({reorderEvents:null})`,
    `on_event('A',${n})`, `on_any(${n})`, `on_event('A')`, `on_event(5,${n})`, `on_event('A',5)`, `on_any()`, `on_any(5)`, `on_event('A',${n});on_event('A',${n})`,
    `on_any(${n});on_any((s,e)=>{s.z=1})`, `fromAll().when({A:${n}});on_event('A',${n})`, `fromAll().when({A:${n}});on_event('B',${n})`,
    `on_event('$init',()=>({w:1}));on_event('A',${n})`, `fromAll();on_event('$any',${n})`, `fromAll().when({$deleted:${n}})`,
    `fromAll().foreachStream().when({$deleted:${n}})`, `fromAll().foreachStream().when({$deleted:${n},$initShared:()=>({})})`,
    `fromAll().foreachStream().when({$initShared:()=>({}),$deleted:${n}})`, `options({biState:true});fromAll().foreachStream().when({$deleted:${n}})`,
  ], 'usual'),
  partitions: [
    ...all(['undefined', 'null', "''", 'true', '{}', '1', '1.5', '-0', '1e21', 'NaN', '1/0', '-1/0', '1n', "'x'", '1e-7', '[1]', 'new String("q")',
      '123456789012345680000', 'e.streamId', 'Symbol("a")', 'e.data.q', 'e.category'].map((value) => `fromAll().partitionBy(e=>${value}).when({A:(s,e)=>{s.p=e.partition}})`), 'usual'),
    ...all([
      `fromAll().partitionBy(e=>{throw new Error('pb')}).when({A:${n}})`, `fromAll().partitionBy(e=>{throw new Error('pb')}).when({B:${n}})`,
      `fromAll().partitionBy(function(e){return arguments.length+e.partition}).when({A:${n}})`,
      `fromAll().partitionBy(function(e){this.hits=(this.hits||0)+1; return this.hits%2}).when({A:function(s,e){s.h=hits}})`,
      `fromAll().foreachStream().when({$created:(s,e)=>{s.c=[e.streamId,e.partition,e.category,e.data.q];return {lost:1}},A:${n}})`,
      `fromAll().when({$created:(s,e)=>{s.c=e.partition+'/'+e.category},A:${n}})`, `fromAll().foreachStream().when({$created:(s,e)=>{throw new Error('cr')},A:${n}})`,
      `fromAll().foreachStream().when({$created:(s,e)=>{emit('o','C',{s:e.streamId})},A:(s,e)=>{emit('o','A',{})}})`,
      `fromAll().foreachStream().when({$init:()=>null,A:(s,e)=>({was:s})})`, `fromAll().foreachStream().when({$init:()=>undefined,A:(s,e)=>{return s===undefined?{u:1}:s}})`,
      `fromAll().foreachStream().when({$init:()=>{throw new Error('ini')},A:(s,e)=>{return s}})`, `fromAll().when({$init:()=>5,$any:(s,e)=>s+1})`,
      `fromAll().when({$init:()=>new Set([1]),$any:(s,e)=>({k:typeof s.has})})`, `fromAll().foreachStream().when({$init:()=>({l:[]}),$any:(s,e)=>{s.l.push(e.sequenceNumber)}})`,
    ], 'usual'),
    ...all([`fromAll().partitionBy(e=>e.data.k).when({$init:()=>({c:0}),A:(s,e)=>{s.c++}})`], 'keys'),
    ...all([`fromAll().partitionBy(e=>{try{return String(typeof e.data)}catch(x){return 'caught'}}).when({A:${n}})`,
      `fromAll().foreachStream().when({$created:(s,e)=>{try{s.c=typeof e.data}catch(x){s.c='caught'}},A:${n}})`], 'bodies'),
    ...all([`fromAll().foreachStream().when({$any:(s,e)=>({c:e.category,p:e.partition})})`, `fromAll().when({$any:(s,e)=>{(s.c=s.c||[]).push(e.category)}})`], 'streams'),
  ],
  events: [
    ...all([
      `return {d:Object.keys(e).length,t:typeof e.toString,h:typeof e.hasOwnProperty,c:typeof e.constructor}`,
      `return {b:Object.prototype.hasOwnProperty.call(e,'data'),k:'streamId' in e, z:{...e}}`,
      `e.data; return {a:'data' in e,b:Object.keys(e), z:{...e}, en:Object.entries(e).length}`, `const l=[];for(const k in e)l.push(k);return l`,
      `e.streamId='x'; e.foo=1; e.data={z:1}; return {s:e.streamId,f:e.foo,d:e.data}`, `const {data,body,metadata,eventType,...rest}=e; return {data,metadata,rest}`,
      `return {j:JSON.stringify(e), d:JSON.stringify(e.data), j2:JSON.stringify(e)}`, `return Object.assign({},e)`, `return Object.getOwnPropertyNames(e)`,
      `return Object.getOwnPropertyDescriptor(e,'streamId')`, `return {x:Object.isExtensible(e),f:Object.isFrozen(e),d:Object.getOwnPropertyDescriptor(e,'data')===undefined}`,
      `return e`, `return {e}`, `'use strict'; try{e.streamId='x'}catch(x){s.a=x.name} e.foo=1; s.f=e.foo; e.data.q=9; s.q=[e.data.q,e.body.q]`,
      `s.m=[e.metadata,e.metadataRaw,e.linkMetadata,e.linkMetadataRaw,e.eventId,e.created,e.category,e.partition,e.sequenceNumber]`,
    ].map(any), 'usual'),
    ...all([any(`s.t=typeof e.data; s.v=e.data; s.r=e.bodyRaw`), any(`s.n=(s.n||0)+1`), any(`try{s.t=typeof e.data}catch(x){s.c=1}`), `fromAll().when({})`, `fromAll().outputState()`], 'bodies'),
    ...all([any(`s.t=typeof e.data; s.r=e.bodyRaw`)], 'bodies', { engineVersion: 2 }),
    ...all([any(`s.t=typeof e.metadata;s.v=e.metadata; s.r=e.metadataRaw`), any(`try{JSON.stringify({x:e.metadata})}catch(x){s.c=1}`)], 'metadata'),
    ...all([any(`s.c=e.created`)], 'times'),
    ...all([any(`s.n=(s.n||0)+1; s.d=typeof e.data; s.r=e.bodyRaw`)], 'texts'), ...all([any(`s.n=(s.n||0)+1; s.d=typeof e.data; s.r=e.bodyRaw`)], 'texts', { engineVersion: 2 }),
    ...all([any(`s.n=(s.n||0)+1`), `options({$includeLinks:true});${any(`(s.l=s.l||[]).push([e.eventType,e.bodyRaw,e.isJson,e.category,e.linkMetadataRaw])`)}`,
      `options({$includeLinks:true});${any(`s.t=e.linkMetadata`)}`, `options({$includeLinks:true});fromCategory('a').foreachStream().when({$any:(s,e)=>({c:e.category,p:e.partition})})`], 'links'),
    ...all([any(`s.n=(s.n||0)+1`), `options({$includeLinks:true});${any(`(s.l=s.l||[]).push([e.eventType,e.bodyRaw,e.isJson])`)}`], 'links', { engineVersion: 2 }),
    ...all([`fromAll().when({constructor:${n},toString:${n},__proto__:{A:${n}},hasOwnProperty:${n}})`, `fromAll().when({['__proto__']:${n},$any:(s,e)=>{s.any=e.eventType}})`, `fromAll().when({'':${n}})`], 'names'),
  ],
  states: [
    ...all(["'null'", "'5'", "'true'", "'\"q\"'", "' {\"a\":1} '", "'{a:1}'", "''", "' '", "'1 2'", "'NaN'", "'[1,2'", "'\\u00e9'", "'{\"a\":1,}'", "'01'", "'// c'",
      '5', 'null', 'undefined', 'true', '[1,[2]]', 'new Date(0)', 'new Map([[1,2]])', '5n', "'{\"n\":-0}'", '-0', '({n:-0})', 'Object.freeze({a:1})'].map(then), 'two'),
    ...all(["'null'", 'null', 'undefined', "'5'"].map(then), 'two', { engineVersion: 2 }),
    ...all([
      'NaN', '{x:NaN}', '{x:1/0}', '{l:[-1/0]}', "Symbol('x')", "{s:Symbol('x')}", "{b:10n,u:[undefined,()=>1,Symbol('q')]}", "{b:10n,u:[undefined,,3],[Symbol('k')]:1}", '{b:10n,u:[undefined,,3]}',
      '{get a(){return 5}, b:1}', '{p:new (class P{constructor(){this.z=1} get y(){return 2}})}', '{f:function foo(a,b){}}', '{r:/a/g}',
      "{r:new String('ab'),n:new Number(5),b:new Boolean(true)}", '{u:new Uint8Array([1,2]),b:new ArrayBuffer(4)}', '{p:Promise.resolve(1)}',
      'function(){}', '{toJSON(){return 5},a:1}', 'new (class X extends Array{})(3)', "JSON.parse('{\"__proto__\":{\"a\":1},\"b\":2}')",
      '{a:async()=>1,c:Math.max}', '{a:[1,,3],w:new WeakMap,e:Object.create(null)}', 'Math', "{x:new Set([1]),d:[new Date(5)]}",
      "{s:'\\u0001\\u001f\\u007f\\u0080\\u2028\\ue000\\uffff\\ufeff\\u00ad\\u00a0<>&\\'\"+/\\\\é\\ud83d\\ude00\\n\\t\\b\\f\\r\\ud800x'}", "{'<>&+\\u007f\\'\"é\\ud83d\\ude00\\n\\\\`':1}", "{'\\ud800':1}",
    ].map((value) => any(`return ${value.startsWith('{') ? `(${value})` : value}`)), 'two'),
    ...all([
      `const a=[1,2];a.x=5;a[5]=7;return {a}`, `const o={};o.o=o;return o`, `const o={};return {a:o,b:o}`, `let o={};for(let i=0;i<63;i++)o={o};return o`, `let o={};for(let i=0;i<64;i++)o={o};return o`,
      `let o=[];for(let i=0;i<63;i++)o=[o];return o`, `let o=[];for(let i=0;i<64;i++)o=[o];return o`, `const o=Object.create({inh:1});o.own=2;Object.defineProperty(o,'hid',{value:3});return o`,
      `s.t=typeof s.toString; return s`, `s.big=12345678901234567890; s.small=0.1e-6; s.neg=-1.5e300; s.i=2**53+2; s.t=1e100/3`,
      `const l=[];for(let i=0;i<60;i++)l.push(Math.pow(2,i-20)/3);return l`, `return [1e15,1e16,1e17,1e-4,1e-5,123456789.123,5e-324,1.7976931348623157e308,-1e15,9999999999999998,0.1+0.2]`,
      `return arguments`, `s.s=s.s instanceof Set?'set':typeof s.s; s.s=new Set([1])`, `s.n=(s.n||0)+1; return e.sequenceNumber==1?null:s`,
    ].map(any), 'usual'),
    ...all([any(`s.n=(s.n||0)+1; return e.sequenceNumber==1?null:s`)], 'usual', { engineVersion: 2 }),
    ...all([
      `fromAll().when({$any:function(s,e){return {t:typeof this,g:this===globalThis}}})`, `fromAll().when({$any:function(s,e){'use strict';return {t:typeof this}}})`,
      `fromAll().when({$init:function(){return {t:typeof this,a:arguments.length}},$any:function(s,e){s.n=arguments.length}})`, `fromAll().when({$any:async (s,e)=>({a:1})})`,
      `let c=0;var v=0;function g(){return ++v}fromAll().when({$any:(s,e)=>{c++;s.c=c;s.v=g();s.w=globalThis.v;globalThis.z=(globalThis.z||0)+1;s.z=z}})`,
      `'use strict';fromAll().when({$any:function(s,e){return {t:typeof this}}})`, `var self=this;fromAll().when({$any:(s,e)=>{s.k=self===globalThis}})`,
      `const seen=new Set();fromAll().when({$any:(s,e)=>{seen.add(e.streamId);s.seen=[...seen]}})`, `let last;fromAll().when({$any:(s,e)=>{s.last=last&&last.streamId;last=e;s.same=(last.data===last.body)}})`,
      `let keep;fromAll().when({$any:(s,e)=>{if(!keep){keep=s;s.o={a:1}} keep.o.a++; s.k=keep===s}})`,
      onA(`s.t=[typeof console,typeof require,typeof setTimeout,typeof fromAll,typeof options,typeof emit,typeof linkTo,typeof linkStreamTo,typeof copyTo,typeof log,typeof on_event,typeof process,typeof structuredClone,typeof globalThis,typeof queueMicrotask,typeof URL,typeof TextEncoder,typeof WebAssembly,typeof WeakRef,typeof escape,typeof eval,typeof Function]`),
      ...[`eval('1')`, `new Function('return 1')`, `Function('return 1')`, `(()=>{}).constructor('return 1')()`, `(async()=>{}).constructor('1')`, `(0,eval)('1')`, `eval()`, `eval(5)`]
        .map((code) => onA(`try{s.r=String(${code})}catch(x){s.e=x.name+': '+x.message;s.k=x instanceof Error}`)),
      onA(`log=5;s.t=typeof log`), onA(`emit=5;s.t=typeof emit; s.d=Object.getOwnPropertyDescriptor(globalThis,'linkTo').enumerable`),
      `function emit(){return 7};fromAll().when({A:(s,e)=>{s.r=emit('a','b',{})}})`, `let linkTo=()=>8;fromAll().when({A:(s,e)=>{s.r=linkTo('a',e)}})`,
    ], 'usual'),
  ],
  writes: [
    ...all([
      `emit()`, `emit('a','b')`, `emit('a','b',{})`, `emit('a','b',[1])`, `emit('a','b',5)`, `emit('a','b','x')`, `emit('a','b',null)`, `emit('a','b',undefined)`, `emit(5,'b',{})`, `emit('','b',{})`, `emit(' ','b',{})`,
      `emit(null,'b',{})`, `emit('a',null,{})`, `emit('a',5,{})`, `emit('a','b',{x:NaN})`, `emit('a','b',()=>1)`, `emit('a','b',new Date(0))`, `emit('a','b',{},null)`, `emit('a','b',{},5)`,
      `emit('a','b',{},{a:undefined,b:null,c:'x',d:1.5,e:[1],f:true,g:1e21})`, `emit('a','b',{},{},5)`, `emit('a','b',{},undefined)`, `emit('a','b',e)`, `emit('a','b',e.data,e)`, `emit('a','b',{},[1,2])`,
      `emit('a','b',{n:1e21,s:'é😀'})`, `emit('a','b',{},{'é':'é😀'})`, `emit('a','b',{a:1});emit('c','d',{b:2})`,
      `linkTo()`, `linkTo('a')`, `linkTo('a',e)`, `linkTo('a',e,{x:1,y:'q"\\\\z',z:null,u:undefined,o:{a:1},b:true})`, `linkTo('a',e,null)`, `linkTo('a',e,{},1)`, `linkTo('a',{})`,
      `linkTo('a',{sequenceNumber:1.9,streamId:'z'})`, `linkTo('a',{sequenceNumber:'1',streamId:'z'})`, `linkTo('a',null)`, `linkTo('a',5)`, `linkTo(5,e)`, `linkTo('a',{sequenceNumber:-1,streamId:''})`,
      `linkTo('a',{sequenceNumber:NaN,streamId:'z'})`, `linkTo('a',{sequenceNumber:1e30,streamId:'z'})`, `linkTo('a',Object.create({sequenceNumber:2,streamId:'p'}))`,
      `linkStreamTo('a','b')`, `linkStreamTo('a','b',{x:1})`, `linkStreamTo('a')`, `linkStreamTo('a',5)`, `linkStreamTo('a','b',1,2)`, `copyTo('a',e)`, `copyTo()`,
      `log()`, `log('a')`, `log({a:1})`, `log([1,'x'])`, `log(5,'b')`, `log('a','b','c')`, `log({a:1},{b:2},'c')`, `log(null)`, `log(undefined)`, `log(Symbol('x'))`, `log(NaN)`, `log(1e21)`, `log(()=>1)`, `log(true,1n)`,
      `log(-0)`, `log(1/3)`, `log({x:NaN})`, `log('')`, `log(e)`,
    ].map((code) => onA(`let r=${code.includes(';') ? `0;${code}` : code}; s.r=typeof r`)), 'one'),
    ...all([
      `fromAll().when({A:(s,e)=>{emit('x','y',{a:1}); log('l'); throw new Error('after')},B:${n}})`, onA(`try{emit('x','y')}catch(x){s.m=x.message}`), onA(`try{log({x:NaN})}catch(x){s.m=x.message}`),
      `fromAll().foreachStream().when({$any:(s,e)=>{linkTo('all',e,{t:e.eventType});linkTo('by-'+e.data.q,e)}})`,
    ], 'usual'),
  ],
  results: [
    ...all([`s=>undefined`, `s=>null`, `s=>5`, `s=>'txt'`, `s=>'{"a":1}'`, `s=>({d:new Date(0)})`, `s=>NaN`, `s=>{throw new Error('tr')}`, `s=>{s.mut=1;return s}`, `s=>s.zz.y`, `function(s){return {g:this===globalThis,n:arguments.length}}`,
      `s=>{const o={};o.o=o;return o}`, `s=>Symbol('x')`, `s=>5n`, `s=>()=>1`, `class X{}`, `s=>{emit('x','y',{s})}`, `s=>{log('in')}`, `function*(){}`, `async s=>1`].map((f) => `fromAll().when({$any:${n}}).transformBy(${f})`), 'two'),
    ...all([`s=>true`, `s=>1`, `s=>false`, `s=>undefined`, `s=>'true'`, `s=>new Boolean(true)`, `s=>{throw new Error('fl')}`, `s=>{s.mut=1;return true}`, `s=>s.n>1`].map((f) => `fromAll().when({$any:${n}}).filterBy(${f})`), 'two'),
    ...all([
      `fromAll().when({$any:${n}}).transformBy(s=>({a:s.n})).filterBy(s=>s.a>1).transformBy(s=>({b:s.a}))`, `fromAll().when({$any:${n}}).filterBy(s=>s.n>1).outputState().transformBy(s=>({c:s.n}))`,
      `fromAll().when({$any:(s)=>null}).transformBy(s=>({a:s}))`, `fromAll().when({$any:(s)=>null}).filterBy(s=>true)`, `fromAll().foreachStream().when({$any:${n}}).transformBy(s=>({p:s.n*2})).outputTo('r','r-{0}')`,
      `fromAll().outputState().transformBy(s=>JSON.parse(s).q)`, `fromAll().when({$init:()=>({n:0}),$any:${n}}).transformBy(s=>{if(s.n===2)throw new Error('two');return s.n})`,
    ], 'usual'),
    ...all([
      `fromAll().when({$any:${n}}).transformBy(s=>({t:s.n}))`, `fromAll().when({$any:${n}}).filterBy(s=>false)`, `fromAll().outputState()`, `fromAll().when({$any:${n}}).transformBy(s=>{throw new Error('x')})`,
      `fromAll().foreachStream().when({$initShared:()=>({t:0}),$any:(s,e)=>{s[1].t++;return s}})`, `fromAll().when({$any:(s,e)=>null}).transformBy(s=>({k:s}))`,
    ], 'usual', { engineVersion: 2 }),
    ...all([`fromAll().when({A:${n}}).transformBy(s=>{while(true){}})`], 'one', quick),
  ],
  shared: all([
    '$any:(s,e)=>{s[0].n++;s[1].t++;return s}', '$any:(s,e)=>{s[0].n++;s[1].t++}', '$any:(s,e)=>[{x:1},{y:2}]', '$any:(s,e)=>[{x:1}]', '$any:(s,e)=>[]', '$any:(s,e)=>({z:1})', '$any:(s,e)=>null', "$any:(s,e)=>['a','b']",
    "$any:(s,e)=>['{\"a\":1}','{\"b\":1}']", '$any:(s,e)=>[null,null]', '$any:(s,e)=>[undefined,undefined]', '$any:(s,e)=>[{a:1},null]', '$any:(s,e)=>[null,{k:(s[1]&&s[1].k||0)+1}]', '$any:(s,e)=>[{a:1},{b:2},{c:3}]', '$any:(s,e)=>[5,true]',
    'A:(s,e)=>{s[0].n++;s[1].t+=e.data.q;return s}', '$any:(s,e)=>{if(e.data.q==2)throw new Error("q2");s[0].n++;s[1].t++;return s}', '$any:(s,e)=>{s.length=1;return s}', '$any:(s,e)=>{s[1].u=new Date(0);s[0]=s[1];return s}',
    '$any:(s,e)=>e.data.q==1?[s[0],null]:[{k:typeof s[1],v:s[1]===null},s[1]]', '$any:(s,e)=>{if(e.data.q==1){s[1].t=5;throw new Error("x")} return [{v:s[1]},s[1]]}', '$any:(s,e)=>{if(e.data.q==1){return [s[0]]} return [{v:s[1],l:s.length},s[1]]}',
    '$any:(s,e)=>{if(e.data.q==1){return [s[0],s[1],9]} return [{v:s[2],l:s.length},s[1]]}', '$any:(s,e)=>{if(e.data.q==1){return [s[0],undefined]} return [{v:s[1]===undefined,w:s[1]===null},s[1]]}', '$any:(s,e)=>e.data.q==1?5:s', '$any:(s,e)=>e.data.q==1?"txt":s',
  ].map(both).concat([
    both('$any:(s,e)=>{s[0].n++;s[1].t++;return s}') + '.transformBy(s=>({k:s[0].n,all:s[1].t}))', both('$any:(s,e)=>{s[0].n++;s[1].t++;return s}') + '.filterBy(s=>s[0].n>1)',
    `fromAll().when({$init:()=>({n:0}),$initShared:()=>({t:0}),$any:(s,e)=>{s[0].n++;s[1].t++;return s}})`, `fromAll().foreachStream().when({$initShared:()=>({t:0}),$any:(s,e)=>{s[1].t++;return s}})`,
    `fromAll().foreachStream().when({$initShared:()=>{throw new Error('is')},$any:(s,e)=>{s[1].t++;return s}})`, `fromAll().foreachStream().when({$initShared:()=>null,$any:(s,e)=>{return [s[0],{w:s[1]}]}})`,
    `fromAll().foreachStream().when({$initShared:()=>({}),$created:(s,e)=>{s[0].c=1;s[1].d=2},$any:(s,e)=>s})`, `fromAll().when({$initShared:()=>({})})`, `options({biState:true});fromAll().outputState()`,
    `fromAll().partitionBy(e=>e.data.q%2).when({$init:()=>[],$initShared:()=>[],$any:(s,e)=>{s[0].push(e.data.q);s[1].push(e.streamId);return s}})`,
  ]), 'usual'),
  deleted: [
    ...all([
      `fromAll().foreachStream().when({A:${n},$deleted:function(s,e,p,x){return {k:1}}})`, `fromAll().foreachStream().when({A:${n},$deleted:function(s,e,p,x){s.d=arguments.length;s.a=[e,p,x];s.k=Object.keys(this)}})`, `fromAll().foreachStream().when({$any:${n}})`,
      `fromAll().when({$any:${n}})`, `fromAll().foreachStream().when({A:${n},$deleted:()=>{throw new Error('dx')}})`, `fromAll().foreachStream().when({A:${n},$deleted:(s)=>{s.v=NaN}})`, `fromAll().foreachStream().when({$init:()=>null,A:(s,e)=>null,$deleted:(s)=>{}})`,
      `fromAll().foreachStream().when({A:${n},$initShared:()=>({}),$any:(s,e)=>s})`, `fromAll().foreachStream().when({$deleted:(s)=>{s.x=1},$initShared:()=>({}),$any:(s,e)=>{s[0].n=1;return s}})`,
      `fromAll().foreachStream().when({A:${n},$deleted:(s,e,p)=>{linkTo('x',{streamId:p,sequenceNumber:1});emit('o','D',{p})}}).transformBy(s=>({r:s.n}))`,
    ], 'gone'),
    ...all([`fromAll().foreachStream().when({$created:(s)=>{s.made=1},A:${n},$deleted:(s)=>{s.x=1;emit('o','D',{})}})`], 'goneFirst'),
    ...limits.map((_, at) => ({ source: `fromAll().foreachStream().when({$any:${n},$deleted:(s,e,p)=>{s.gone=p}})`, events: `limit${at}` })),
    ...all([`fromAll().foreachStream().when({A:${n}})`], 'limit0'), ...all([`fromAll().foreachStream().when({$any:${n}})`], 'metastream'),
  ],
  faults: [
    ...all([
      `throw 5`, `throw 'txt'`, `throw {message:'m',a:1}`, `throw null`, `throw undefined`, `throw new RangeError('r')`, `throw new (class Q extends Error{})('qq')`, `throw [1,2]`, `throw new Error()`, `null.x`, `undefined()`, `s.x.y`, `s.f()`, `zz`, `e.data.q.w.z`,
      `const c=1;c=2`, `Symbol()+''`, `BigInt(1)+1`, `new Array(-1)`, `JSON.parse('{')`, `'x'.repeat(-1)`, `[...5]`, `decodeURI('%')`, `(1).toFixed(200)`, `new 5`, `s instanceof 5`, `'a' in 'b'`, `const g=()=>g()+1;g()`, `s.x='a'.repeat(2e7)`, `s.x='é'.repeat(9e6)`,
    ].map(onA), 'two'),
    ...all([onA(`while(true){}`), `fromAll().partitionBy(e=>{while(true){}}).when({A:${n}})`, `fromAll().when({$init:()=>{while(true){}},A:${n}})`], 'one', quick),
  ],
};
