import type { AlertMessage, AlertSender, MailMessage, MailSender, TickMessage, TickQueue } from '../../src/core/ports';

const ALERT: AlertMessage = {
  id: 'team/greeting 🎉#7#0',
  subject: 'Rampart: greeting rolled back',
  text: 'Version 4 was worse: größer & <slower>.',
  attributes: { prompt: 'team/greeting 🎉', severity: 'page' },
};

const MAIL: MailMessage = {
  id: 'report/2026-W12',
  subject: 'Prompts in week 12: größer',
  html: '<p>größer & <b>better</b></p><img alt="a chart" src="cid:chart-1@rampart" />',
  text: 'größer & better',
  images: [{ contentId: 'chart-1@rampart', png: new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 255]) }],
};

/**
 * What every alert sender must do.
 * @param make a sender, and a look at what arrived (each message id once)
 */
export function alertSenderContract(
  name: string,
  make: () => Promise<{ sender: AlertSender; arrived: () => Promise<AlertMessage[]> }>,
): void {
  describe(`${name}: alert sender`, () => {
    test('carries an alert as it is', async () => {
      const { sender, arrived } = await make();
      await sender.send(ALERT);
      expect(await arrived()).toEqual([ALERT]);
    });

    test('takes the same alert again', async () => {
      const { sender, arrived } = await make();
      await sender.send(ALERT);
      await sender.send(ALERT);
      await sender.send({ ...ALERT, id: 'greeting#8#0' });
      expect(new Set((await arrived()).map((alert) => alert.id)).size).toBe(2);
    });

    test('does not lose an alert over its subject or an empty fact', async () => {
      const { sender, arrived } = await make();
      await sender.send({ ...ALERT, id: 'a', subject: `🎉 größer\n${'x'.repeat(200)}`, attributes: { reason: '' } });
      await sender.send({ ...ALERT, id: 'b', subject: '' });
      expect((await arrived()).map((alert) => alert.id).sort()).toEqual(['a', 'b']);
    });
  });
}

/**
 * What every mail sender must do.
 * @param make a sender, and a look at what arrived
 */
export function mailSenderContract(
  name: string,
  make: () => Promise<{ sender: MailSender; arrived: () => Promise<MailMessage[]> }>,
): void {
  describe(`${name}: mail sender`, () => {
    test('carries a mail with HTML and text', async () => {
      const { sender, arrived } = await make();
      await sender.send(MAIL);
      expect(await arrived()).toEqual([MAIL]);
    });
  });
}

/**
 * What every queue of tick messages must do.
 * @param make a queue, and a look at what waits in it
 */
export function tickQueueContract(
  name: string,
  make: () => Promise<{ queue: TickQueue; waiting: () => Promise<TickMessage[]> }>,
): void {
  describe(`${name}: tick queue`, () => {
    test.each([0, 1, 10, 11, 25])('carries %i messages', async (count) => {
      const { queue, waiting } = await make();
      const messages = Array.from({ length: count }, (_, index) => ({ prompt: `team/🎉 ${index}` }));
      await queue.send(messages);
      expect(await waiting()).toEqual(messages);
    });
  });
}
