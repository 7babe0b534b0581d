/*
 * Events of the structured log that the alarms outside the controller count. A handler writes one after its work is
 * done, never before; the stack's metric filters look for exactly these names.
 */

/** One whole schedule event was handled: every prompt was looked up and its tick was queued. */
export const DISPATCH_SUCCEEDED = 'dispatch_succeeded';

/** One prompt's tick was carried through. */
export const TICK_SUCCEEDED = 'tick_succeeded';
