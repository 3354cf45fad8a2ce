// The control socket of a run, answering.
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { HostPlan } from '../../host-plan.ts';
import { findHost } from './host-lookup.ts';
import type { Answer, Capture, CapturedFrame, ControlHandlers, FrameLine, Question } from './protocol.ts';

/** Bytes that wait for a slow client before frames are dropped. */
const WAITING_MOST = 8 << 20;
/** Characters of a question. */
const LONGEST_QUESTION = 1 << 16;

export class ControlServer {
  private readonly hosts: readonly HostPlan[];
  private readonly handlers: ControlHandlers;
  private readonly server: Server;
  private readonly clients = new Set<Socket>();

  /** Listens at once. */
  constructor(socket: string, hosts: readonly HostPlan[], handlers: ControlHandlers) {
    this.hosts = hosts;
    this.handlers = handlers;
    this.server = createServer(client => this.serve(client)).listen(socket);
  }

  /** Ends when all clients have been let go. */
  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const client of this.clients) client.end();
    // One that does not hang up is not waited for.
    const timer = setTimeout(() => this.clients.forEach(client => void client.destroy()), 500);
    await closed;
    clearTimeout(timer);
  }

  private serve(client: Socket): void {
    this.clients.add(client);
    client.on('error', () => undefined);
    client.once('close', () => this.clients.delete(client));
    let text = '';
    client.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      const end = text.indexOf('\n');
      if (end < 0 && text.length < LONGEST_QUESTION) return;
      client.removeAllListeners('data').resume();
      this.hear(text.slice(0, end), client);
    });
  }

  private hear(line: string, client: Socket): void {
    try {
      this.answer(JSON.parse(line) as Question, client);
    } catch (error) {
      reply(client, { error: (error as Error).message });
      client.end();
    }
  }

  private answer(question: Question, client: Socket): void {
    const { handlers } = this;
    const host = 'host' in question ? findHost(question.host, this.hosts) : 0;
    switch (question.topic) {
      case 'capture':
        this.capture(host, client);
        return;
      case 'down':
        // The end of the connection tells when it is over.
        handlers.down();
        reply(client, { answer: true });
        return;
      case 'fault':
        reply(client, { answer: handlers.fault(question.text) });
        break;
      case 'enter':
      case 'logs':
        reply(client, { answer: handlers[question.topic](host) });
        break;
      case 'status':
      case 'hosts':
        reply(client, { answer: handlers[question.topic]() });
        break;
      default:
        throw new Error(`this run does not know "${(question as { topic: string }).topic}"`);
    }
    client.end();
  }

  private capture(host: number, client: Socket): void {
    const { startedAt } = this.handlers.status();
    reply(client, { answer: { host: this.hosts[host].name, startedAt } satisfies Capture });
    let lost = 0;
    const stop = this.handlers.capture(host, ({ time, direction, bytes }: CapturedFrame) => {
      if (client.writableLength > WAITING_MOST) {
        lost++;
        return;
      }
      const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
      client.write(`${JSON.stringify({ time, direction, base64, lost } satisfies FrameLine)}\n`);
      lost = 0;
    });
    client.once('close', stop);
    client.once('end', () => client.end());
  }
}

function reply(client: Socket, answer: Answer): void {
  client.write(`${JSON.stringify(answer)}\n`);
}
