import { bundledAssets } from '../src/adapters/mail/bundled-assets';
import { reportRenderer } from '../src/adapters/mail/report-renderer';
import { folderDocumentStore } from '../src/adapters/local/folder-document-store';
import { folderObjectStore } from '../src/adapters/local/folder-object-store';
import { folderPromptStore } from '../src/adapters/local/folder-prompt-store';
import { memoryMailSender } from '../src/adapters/local/memory-senders';
import { weeklyReport } from '../src/app/weekly-report';
import { createLangfuseData } from '../src/local/langfuse/data';
import { memoryController } from '../src/local/replay/replay';
import { countingObjects } from './counting-objects';

/* The process of the report: one report of everything that is in a folder. */

export interface ReportWanted {
  folder: string;
  /** Where the files are that charts are drawn with. */
  assets: string;
  nowMs: number;
}

export interface ReportCost {
  ms: number;
  cpuMs: number;
  peakRssMb: number;
  reads: number;
  readBytes: number;
  htmlBytes: number;
  mailBytes: number;
  charts: number;
}

process.once('message', (message) => void run(message as ReportWanted));

async function run({ folder, assets, nowMs }: ReportWanted): Promise<void> {
  const objects = countingObjects(folderObjectStore({ folder }));
  const mail = memoryMailSender();
  const controller = {
    ...memoryController(() => nowMs, createLangfuseData(), { deployment: 'bench', timeZone: 'UTC' }),
    store: folderPromptStore({ folder }),
    documents: folderDocumentStore({ folder }),
    objects,
    mail,
  };
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  await weeklyReport(controller, reportRenderer(bundledAssets(assets)), nowMs, {});
  const { user, system } = process.cpuUsage(cpu);
  const { html, images = [] } = mail.sent[0]!;
  const cost: ReportCost = {
    ms: performance.now() - startedMs,
    cpuMs: (user + system) / 1000,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
    reads: objects.traffic.reads,
    readBytes: objects.traffic.readBytes,
    htmlBytes: Buffer.byteLength(html),
    mailBytes: images.reduce((sum, { png }) => sum + png.length, Buffer.byteLength(html)),
    charts: images.length,
  };
  process.send?.(cost);
}
