/** Under every report: what its intervals are, and what they are not. */
export const INTERVAL_NOTE =
  'n is how many values a figure was computed from, se the standard error of a mean. Differences are this week minus the week before; "clearly" means that the 95 % interval of the difference excludes 0. ' +
  'The intervals take every generation as independent and look at each measure alone, so with many measures some differ ' +
  'by chance, and several generations of one user make them too narrow. Weeks differ in more than the prompt: this is a ' +
  'description, not a test. What promotes a version or rolls it back is judged by its rollout.';
