import { memoryDocumentStore } from '../../../src/adapters/local/memory-document-store';
import { memoryObjectStore } from '../../../src/adapters/local/memory-object-store';
import { memoryPromptStore } from '../../../src/adapters/local/memory-prompt-store';
import { memoryRequestBudget } from '../../../src/adapters/local/memory-request-budget';
import { memoryAlertSender, memoryMailSender, memoryTickQueue } from '../../../src/adapters/local/memory-senders';
import { documentStoreContract } from '../../contracts/document-store';
import { objectStoreContract } from '../../contracts/object-store';
import { promptStoreContract } from '../../contracts/prompt-store';
import { requestBudgetContract } from '../../contracts/request-budget';
import { alertSenderContract, mailSenderContract, tickQueueContract } from '../../contracts/senders';

promptStoreContract('memory', async () => memoryPromptStore());
objectStoreContract('memory', async () => memoryObjectStore());
documentStoreContract('memory', async () => memoryDocumentStore());
requestBudgetContract('memory', async (limits) => memoryRequestBudget(limits));

alertSenderContract('memory', async () => {
  const sender = memoryAlertSender();
  return { sender, arrived: async () => [...sender.sent] };
});

mailSenderContract('memory', async () => {
  const sender = memoryMailSender();
  return { sender, arrived: async () => [...sender.sent] };
});

tickQueueContract('memory', async () => {
  const queue = memoryTickQueue();
  return { queue, waiting: async () => queue.receive() };
});
