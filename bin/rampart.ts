import { endProcess, processIo } from '../src/cli/io';
import { main } from '../src/cli/main';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
void main(process.argv.slice(2), processIo()).then(endProcess);
