// The janitor: a process outside the run that removes what the kernel does not, should the run be killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Each line names something to remove: `files` a folder with all in it, `empty` a folder if it is empty, `group` a control
 * group with those below it.
 * After a last line `done` there is nothing to do. Control groups can go when their processes have, which takes a moment.
 */
const SCRIPT = `
trap '' INT TERM HUP QUIT PIPE
while IFS= read -r line; do
  [ "$line" = done ] && exit
  set -- "$@" "$line"
done
for line; do
  path=\${line#* }
  case $line in
    'files '*) rm -rf "$path" ;;
    'empty '*) rmdir "$path" 2>/dev/null ;;
    'group '*)
      tries=0
      while [ -d "$path" ] && [ $tries -lt 100 ]; do
        find "$path" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
        tries=$((tries + 1))
      done ;;
  esac
done
`;

/** Waits in a session of its own, which no Ctrl-C reaches, for the end of the process that made it. */
export class Janitor {
  private readonly process: ChildProcess;
  private readonly ended: Promise<unknown>;

  constructor() {
    this.process = spawn('sh', ['-c', SCRIPT, 'petri-janitor'], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      cwd: '/',
    });
    this.process.stdin!.on('error', () => undefined);
    this.ended = once(this.process, 'exit').catch(() => undefined);
  }

  /** Has a folder removed, with all in it. Its name holds no line break. */
  removeFiles(directory: string): void {
    this.process.stdin!.write(`files ${directory}\n`);
  }

  /** Has a folder removed if it is empty by then. */
  removeEmpty(directory: string): void {
    this.process.stdin!.write(`empty ${directory}\n`);
  }

  /** Has a control group removed, with those below it. */
  removeGroup(directory: string): void {
    this.process.stdin!.write(`group ${directory}\n`);
  }

  /** All has been removed already. */
  async dismiss(): Promise<void> {
    this.process.stdin!.end('done\n');
    await this.ended;
  }
}
