import { endProcess, processIo } from '../src/cli/io';
import { main } from '../src/cli/main';

void main(process.argv.slice(2), processIo()).then(endProcess);
