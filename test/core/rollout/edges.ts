/** Every change of phase there is. The diagram in docs/state-machine.md shows these, and no others happen. */
export const EDGES: readonly string[] = [
  'ramping --> promoting',
  'ramping --> rolled_back',
  'ramping --> aborted',
  'promoting --> watching',
  'promoting --> rolled_back',
  'promoting --> aborted',
  'watching --> promoted',
  'watching --> rolled_back',
  'watching --> aborted',
];
