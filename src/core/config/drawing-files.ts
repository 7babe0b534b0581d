/**
 * Files that charts are drawn with, as packages name them. The stack copies them beside the code of the function that mails the
 * report, and the function reads them there, each under the last part of its name.
 */
export const DRAWING_FILES = {
  wasm: '@resvg/resvg-wasm/index_bg.wasm',
  font: '@fontsource/inter/files/inter-latin-400-normal.woff2',
} as const;
