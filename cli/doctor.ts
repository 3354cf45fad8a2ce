// `petri doctor`: what of this machine each mode can use.
import { execFileSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { availableParallelism, platform, totalmem } from 'node:os';
import type { CommandModule } from 'yargs';
import { EXIT } from './exit.ts';
import { print } from './output.ts';
import { VERSION } from './version.ts';

/** One thing that a mode needs. `remedy` where it is lacking. */
interface Check {
  readonly mode: 'model' | 'virtual' | 'emulate';
  readonly what: string;
  readonly found: string;
  readonly ok: boolean;
  readonly remedy?: string;
}

export const doctorCommand: CommandModule<object, { json: boolean }> = {
  command: 'doctor',
  describe: 'Say what of this machine each mode can use',
  builder: yargs => yargs.option('json', { type: 'boolean', default: false, describe: 'print JSON' }),
  handler: ({ json }) => {
    const checks = examine();
    if (json) print(JSON.stringify(checks, null, 2));
    else {
      for (const line of checks.map(describe)) print(line);
      print(
        `  The modes virtual and emulate are not part of Petri ${VERSION}: what is checked for them is for later.`,
      );
    }
    const lacking = checks.some(({ mode, ok }) => mode === 'model' && !ok);
    process.exitCode = lacking ? EXIT.machineLacks : EXIT.well;
  },
};

function describe({ mode, what, found, ok, remedy }: Check): string {
  const line = `${ok ? '✓' : '✗'} ${mode.padEnd(8)} ${what}: ${found}`;
  return ok || !remedy ? line : `${line}\n             ${remedy}`;
}

function examine(): Check[] {
  return [nodeVersion(), cores(), memory(), tun(), namespaces(), openFiles()];
}

function nodeVersion(): Check {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return {
    mode: 'model',
    what: 'Node.js',
    found: process.version,
    ok,
    remedy: 'install Node.js 20.19 or later',
  };
}

function cores(): Check {
  const found = `${availableParallelism()}, as many replications run side by side`;
  return { mode: 'model', what: 'processor cores', found, ok: true };
}

function memory(): Check {
  const gigabytes = totalmem() / 1e9;
  const remedy = 'runs of 100 000 hosts and more may not fit';
  return { mode: 'model', what: 'memory', found: `${gigabytes.toFixed(1)} GB`, ok: gigabytes >= 1, remedy };
}

function tun(): Check {
  const check = { mode: 'emulate', what: 'TUN interfaces (/dev/net/tun)' } as const;
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
    return { ...check, found: 'there', ok: true };
  } catch {
    const remedy =
      platform() === 'linux' ? 'modprobe tun, or start the container with --device /dev/net/tun' : LINUX;
    return { ...check, found: 'not there, or not to be opened', ok: false, remedy };
  }
}

const LINUX = 'this mode needs Linux';

function namespaces(): Check {
  const check = { mode: 'emulate', what: 'network namespaces' } as const;
  for (const [found, flags] of [
    ['as this user', ['-n']],
    ['in a user namespace', ['-Urn']],
  ] as const) {
    if (succeeds('unshare', [...flags, 'true'])) return { ...check, found, ok: true };
  }
  const remedy =
    platform() === 'linux' ? 'run as root, or sysctl -w kernel.unprivileged_userns_clone=1' : LINUX;
  return { ...check, found: 'not permitted', ok: false, remedy };
}

function succeeds(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore', timeout: 5000 });
    return true;
  } catch {
    return false;
  }
}

function openFiles(): Check {
  const check = { mode: 'emulate', what: 'open files a process' } as const;
  const limit = openFileLimit();
  if (limit === undefined) return { ...check, found: 'unknown', ok: false, remedy: LINUX };
  const found = limit === Infinity ? 'unlimited' : String(limit);
  return {
    ...check,
    found,
    ok: limit >= 4096,
    remedy: 'ulimit -n 65536, for a descriptor a host and to spare',
  };
}

function openFileLimit(): number | undefined {
  try {
    const line = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    return line ? (line[1] === 'unlimited' ? Infinity : Number(line[1])) : undefined;
  } catch {
    return undefined;
  }
}
