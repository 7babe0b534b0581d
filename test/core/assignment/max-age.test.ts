import { DEFAULT_ASSIGNMENT_MAX_AGE_MS } from '../../../src/core/assignment/max-age';
import { DEFAULT_CONFIG } from '../../../src/core/config/default-config';
import { parseDuration } from '../../../src/core/policy/duration';

test('runtimes and the controller agree on how long an assignment may go unconfirmed', () => {
  expect(parseDuration(DEFAULT_CONFIG.assignmentMaxAge)).toBe(DEFAULT_ASSIGNMENT_MAX_AGE_MS);
});
