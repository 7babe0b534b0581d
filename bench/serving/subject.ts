/** Percent of the units that get the candidate, of every subject. */
export const PERCENT = 10;

/** The one prompt, or flag. */
export const PROMPT = 'support/answer';

/** A library that was started and has what it decides by. */
export interface Started {
  /** Whether the unit gets the candidate: the call that an app makes, with the objects that it has to make for it. */
  picksCandidate: ((unit: string) => boolean) | ((unit: string) => Promise<boolean>);
  close: () => unknown;
}

/** What is measured. */
export interface Subject {
  /** As the table calls it. */
  name: string;
  /** The statement that an app imports it with, for its size and its import time. */
  imports: string;
  start: () => Promise<Started>;
}
