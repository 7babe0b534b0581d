import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderDocumentStore } from '../../../src/adapters/local/folder-document-store';
import { folderObjectStore } from '../../../src/adapters/local/folder-object-store';
import { folderPromptStore } from '../../../src/adapters/local/folder-prompt-store';
import { folderRequestBudget } from '../../../src/adapters/local/folder-request-budget';
import { folderAlertSender, folderMailSender } from '../../../src/adapters/local/folder-senders';
import type { AlertMessage } from '../../../src/core/ports';
import { documentStoreContract } from '../../contracts/document-store';
import { objectStoreContract } from '../../contracts/object-store';
import { promptStoreContract } from '../../contracts/prompt-store';
import { requestBudgetContract } from '../../contracts/request-budget';
import { readMail } from '../../../src/local/aws/ses';
import { alertSenderContract, mailSenderContract } from '../../contracts/senders';
import { temporaryFolders } from './temporary-folder';

const newFolder = temporaryFolders();

promptStoreContract('folder', async () => folderPromptStore({ folder: await newFolder() }));
objectStoreContract('folder', async () => folderObjectStore({ folder: await newFolder() }));
documentStoreContract('folder', async () => folderDocumentStore({ folder: await newFolder() }));
requestBudgetContract('folder', async (limits) => folderRequestBudget({ folder: await newFolder(), limits }));

alertSenderContract('folder', async () => {
  const folder = await newFolder();
  return { sender: folderAlertSender({ folder }), arrived: () => alertsIn(join(folder, 'alerts')) };
});

mailSenderContract('folder', async () => {
  const folder = await newFolder();
  const sender = folderMailSender({ folder, from: 'rampart@example.com', to: ['a@example.com'], now: () => 0 });
  return { sender, arrived: async () => Promise.all((await textsIn(join(folder, 'mails'), '.eml')).map(readMail)) };
});

test('a mail is also there for a browser, and an alert for people', async () => {
  const folder = await newFolder();
  const mails = folderMailSender({ folder, from: 'a@example.com', to: ['b@example.com'], now: () => 0 });
  await mails.send({ id: 'report/1', subject: 's', html: '<p>größer</p>', text: 't' });
  await folderAlertSender({ folder }).send({ id: 'a#1#0', subject: 'Rolled back', text: 'Worse.', attributes: {} });
  expect(await textsIn(join(folder, 'mails'), '.html')).toEqual(['<p>größer</p>']);
  expect(await textsIn(join(folder, 'alerts'), '.txt')).toEqual(['Rolled back\n\nWorse.\n']);
});

async function alertsIn(folder: string): Promise<AlertMessage[]> {
  return (await textsIn(folder, '.json')).map((text) => JSON.parse(text) as AlertMessage);
}

async function textsIn(folder: string, ending: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(ending)).sort();
  return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
}
