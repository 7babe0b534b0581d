import { existsSync } from 'node:fs';
import { dirname } from 'node:path';

/** The path, or the nearest above it that is there. */
export function nearestOnDisk(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestOnDisk(dirname(path));
}
