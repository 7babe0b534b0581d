import { styleText } from 'node:util';

/** `inserted` and `deleted` are what makes a line of a diff another one. */
export type Tone = 'good' | 'bad' | 'warn' | 'dim' | 'strong' | 'inserted' | 'deleted';

/** Gives a text a tone; without colour the text stays as it is. */
export type Paint = (tone: Tone, text: string) => string;

const FORMATS: Readonly<Record<Tone, Parameters<typeof styleText>[0]>> = {
  good: 'green',
  bad: 'red',
  warn: 'yellow',
  dim: 'dim',
  strong: 'bold',
  inserted: ['green', 'inverse'],
  deleted: ['red', 'inverse'],
};

export const plain: Paint = (_, text) => text;

/** Whether colour is wanted has been decided for the output in question, which need not be stdout. */
const coloured: Paint = (tone, text) => styleText(FORMATS[tone], text, { validateStream: false });

/** The paint for an output. */
export function paintFor(output: { color: boolean }): Paint {
  return output.color ? coloured : plain;
}
