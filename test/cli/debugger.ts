// A debugger: attaches to a process that waits for one, and to its threads, and goes on from each breakpoint after a while.
import { WebSocket } from 'undici';

/** Milliseconds that it stays at a breakpoint. */
const STAY = 500;

interface Message {
  readonly method?: string;
  readonly params?: { readonly sessionId?: string; readonly message?: string; readonly reason?: string };
}

export class Session {
  /** Breakpoints met. */
  paused = 0;
  private socket: WebSocket | undefined;
  private id = 0;

  /** @param text of standard error, in which the debugger's address stands */
  hear(text: string): void {
    const url = /ws:\/\/\S+/.exec(text)?.[0];
    if (url === undefined || this.socket) return;
    this.socket = new WebSocket(url);
    this.socket.addEventListener('open', () => {
      this.send('NodeWorker.enable', { waitForDebuggerOnStart: true });
      this.send('Runtime.runIfWaitingForDebugger');
    });
    this.socket.addEventListener('message', ({ data }) => this.receive(JSON.parse(String(data)) as Message));
  }

  private receive({ method, params = {} }: Message): void {
    const { sessionId, message } = params;
    if (method === 'NodeWorker.attachedToWorker') {
      for (const wanted of ['Debugger.enable', 'Runtime.runIfWaitingForDebugger'])
        this.tell(sessionId!, wanted);
    }
    if (method !== 'NodeWorker.receivedMessageFromWorker') return;
    const inner = JSON.parse(message!) as Message;
    if (inner.method !== 'Debugger.paused') return;
    if (inner.params?.reason !== 'Break on start') this.paused++;
    setTimeout(() => this.tell(sessionId!, 'Debugger.resume'), STAY);
  }

  private tell(sessionId: string, method: string): void {
    this.send('NodeWorker.sendMessageToWorker', {
      sessionId,
      message: JSON.stringify({ id: ++this.id, method }),
    });
  }

  private send(method: string, params: object = {}): void {
    this.socket!.send(JSON.stringify({ id: ++this.id, method, params }));
  }
}
