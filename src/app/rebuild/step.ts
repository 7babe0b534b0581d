/** What a step of a rebuild leaves: how long to wait before the next one, because the budget of requests is used up. */
export interface Step {
  waitMs: number;
}
