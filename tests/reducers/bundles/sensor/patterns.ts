import { match, P } from 'ts-pattern';
import { ok, err, Result } from 'neverthrow';
import Ajv from 'ajv';
export const matched = (state: { hot: number; alarms: string[] } = { hot: 0, alarms: [] }, event: any) => match(event).with({ type: 'Measured', data: { celsius: P.number.gte(30) } }, () => ({ ...state, hot: state.hot + 1 })).with({ type: 'AlarmRaised', data: { level: P.union('HIGH', 'critical'), message: P.select() } }, (message) => ({ ...state, alarms: [...state.alarms, message as string].slice(-2) })).otherwise(() => state);
const warm = (c: number | undefined): Result<number, string> => (c === undefined ? err('none') : c > 20 ? ok(c) : err(`cold: ${c}`));
export const results = (state: unknown[] = [], { data }: any) => [...state, warm(data.celsius).map((c) => c * 2).mapErr((e) => e.toUpperCase()).match<unknown>((c) => c, (e) => e)].slice(-4);
export const kept = (state: unknown, { data }: any) => warm(data.celsius).andThen((c) => ok({ c }));
const validate = new Ajv({ allErrors: true }).compile({ type: 'object', required: ['celsius'], properties: { celsius: { type: 'number', maximum: 30 }, humidity: { type: 'number' }, unit: { enum: ['C'] } } });
export const schema = (state: { ok: number; errors: unknown[] } = { ok: 0, errors: [] }, { type, data }: any) => (type !== 'Measured' ? state : validate(data) ? { ...state, ok: state.ok + 1 } : { ...state, errors: validate.errors!.map(({ instancePath, keyword, message }) => [instancePath, keyword, message]) });
