/**
 * How long a serving app may go on with an assignment that it could not confirm, where nothing else is said; the default of
 * `assignmentMaxAge` in the configuration. Rows of the wrong version are forgiven this long after a change.
 */
export const DEFAULT_ASSIGNMENT_MAX_AGE_MS = 60_000;
