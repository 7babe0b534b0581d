import type { Unusable } from './attribute';
import type { UnattributedReason } from './manifest';

/**
 * What is told of rows in the weekly report, beside their numbers. Of scores: why they are not used. Of generations: why a running
 * experiment did not judge them, or that they came from an environment that is not counted.
 */
export type RowFact = Exclude<UnattributedReason, 'other_trace_score'> | Exclude<Unusable, 'bad_value'>;

/** How many rows, by fact. */
export type RowFacts = Partial<Record<RowFact, number>>;
