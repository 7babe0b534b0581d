import type { ReactElement } from 'react';
import { harmless } from '../../core/report/plain-text';

/** Text that people wrote: kept apart from the direction of the text around it, without characters that fake another. */
export function Name({ children }: { children: string }): ReactElement {
  return <bdi>{harmless(children)}</bdi>;
}

/** Figures whose unit, or whose name, stays on their line. */
export function figures(text: string): string {
  return text.replaceAll(/ (?=(?:%|ms|s)(?![a-z]))|(?<=\b(?:n|se)) /gu, '\u00a0');
}
