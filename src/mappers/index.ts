/*
 * The mapper's front door: a map's text becomes a MapSource, that and its tables a CompiledMap, which reads placed transactions into documents and
 * writes documents into drafts.
 */
export type { BalanceFunctions } from './balance.ts';
export { checkCodeTable } from './code-table.ts';
export { type Compilation, checkMap, compileMap, type MapOf, type MapWorld } from './compile.ts';
export {
  applyReadExpressions,
  applyWriteExpressions,
  type Evaluate,
  type Evaluated,
  type Evaluation,
  type ExpressionInput,
} from './expressions.ts';
export { describeMapFault, type MapFault } from './fault.ts';
export { type MapSource, parseMap } from './language/source.ts';
export type { AgreementValues, CompiledMap, MapReading, MapWriting, Trace, Unmapped } from './map.ts';
export type { DocumentPath, TraceEntry, WirePlace } from './trace.ts';
export { type TraceJson, traceFromJson, traceToJson } from './trace-record.ts';
