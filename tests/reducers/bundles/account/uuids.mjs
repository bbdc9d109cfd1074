import { v5, validate, parse, stringify, version, NIL } from 'uuid';
import hash from 'object-hash';
export const named = (s = {}, e) => ({ ...s, [e.type]: v5(`${e.type}-${e.version}`, v5.URL) });
export const known = (s, e) => [validate(e.id), version(e.id), stringify(parse(e.id)) === e.id, parse(e.id), validate('x'), NIL];
export const hashed = (s = '', e) => hash({ s, data: e.data }, { algorithm: 'md5' });
