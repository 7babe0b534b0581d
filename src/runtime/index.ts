/* The runtime library, `rampart/runtime`: which version of a prompt a unit gets. See docs/serving.md. */

export { dynamoDbSource, type DynamoDbClient, type DynamoDbSourceOptions } from './sources/dynamodb';
export { fileSource } from './sources/file';
export { httpSource, type HttpSourceOptions } from './sources/http';
export { SourceError, type AssignmentSource, type InvalidDocument, type SourceAnswer } from './sources/source';
export type { LangfuseClient, LangfuseClient3, LangfuseClient5, PromptObjects } from './langfuse-client';
export type { ErrorCode, Reason, Resolution } from './resolution';
export type { RouterOptions, RouterProblem } from './router-options';
export { createRouter, type Router, type Served, type UnitContext } from './router';
export { traceAttributes, traceMetadata } from './trace';
