/* The runtime library, `rampart/runtime`: which version of a prompt a unit gets. See docs/serving.md. */

export type { AssignmentSource, SourceAnswer } from './sources/source';
export { SourceError } from './sources/source';
export type { LangfuseClient, LangfuseClient3, LangfuseClient5, PromptObjects } from './langfuse-client';
export type { ErrorCode, Reason, Resolution } from './resolution';
export type { RouterOptions, RouterProblem } from './router-options';
export { createRouter, type Router, type Served, type UnitContext } from './router';
