// A replica: how one member answers requests on a key. That a read returns no old value rests on the rules in this file.
import type { Address } from '../port.ts';
import type { Disk, Held } from './disk.ts';
import {
  hasMember,
  isNewer,
  type KeyReply,
  type KeyRequest,
  type Member,
  type Refusal,
  type Version,
} from './messages.ts';

type Beginning = Extract<KeyRequest, { type: 'install' | 'renew' }>;
type Vote = Exclude<KeyRequest, Beginning>;

/**
 * A member votes only in the life, and under the configuration, that it is asked for. From the first proposal of a next
 * configuration that it accepts it votes on that alone. What it holds when a configuration comes into force here is no
 * older than any write that an earlier one acknowledged.
 */
export class Replica {
  readonly self: Member;
  private readonly disk: Disk;

  constructor(address: Address, disk: Disk) {
    this.self = { address, life: disk.life };
    this.disk = disk;
  }

  answer(request: KeyRequest): KeyReply {
    if (request.type === 'install' || request.type === 'renew') return this.begin(request);
    const { rpc, key, epoch, life } = request;
    if (life !== this.disk.life) return refuse(rpc, 'gone');
    const latest = this.disk.config(key);
    if (latest && latest.epoch > epoch) return { type: 'moved', rpc, config: latest };
    const held = this.disk.held.get(key);
    if (held?.config.epoch !== epoch) return refuse(rpc, 'inactive');
    return vote(held, request);
  }

  /** A configuration is in force, from now on here too. */
  private begin(request: Beginning): KeyReply {
    const { disk } = this;
    const { rpc, key, config, version } = request;
    if (!hasMember(config, this.self)) return refuse(rpc, 'gone');
    const left = disk.left.get(key);
    if (left && left.epoch >= config.epoch) return { type: 'moved', rpc, config: left };
    const held = disk.held.get(key);
    if (held && held.config.epoch > config.epoch) return { type: 'moved', rpc, config: held.config };
    if (held?.config.epoch === config.epoch) {
      if (held.accepted) return refuse(rpc, 'sealed');
    } else if (request.type === 'renew') {
      if (!held || isNewer(version, held.version)) return refuse(rpc, 'inactive');
      disk.begin(key, config, held.version, held.value);
    } else {
      const newest = held && isNewer(held.version, version) ? held : request;
      disk.begin(key, config, newest.version, newest.value);
    }
    if (request.type === 'install') take(disk.held.get(key)!, version, request.value);
    return { type: 'ok', rpc };
  }
}

function vote(held: Held, request: Vote): KeyReply {
  const { rpc } = request;
  const { version, value, promised } = held;
  switch (request.type) {
    case 'fetch':
      return { type: 'value', rpc, version, value };
    case 'prepare':
      if (request.ballot < promised) return { type: 'nack', rpc, ballot: promised };
      held.promised = request.ballot;
      return { type: 'promise', rpc, accepted: held.accepted };
    case 'accept':
      if (request.ballot < promised) return { type: 'nack', rpc, ballot: promised };
      held.promised = request.ballot;
      held.accepted = { ballot: request.ballot, members: request.members };
      return { type: 'version', rpc, version };
  }
  if (held.accepted) return refuse(rpc, 'sealed');
  switch (request.type) {
    case 'query':
      return { type: 'version', rpc, version };
    case 'read':
      return { type: 'value', rpc, version, value };
    case 'write':
      take(held, request.version, request.value);
      return { type: 'ok', rpc };
  }
}

function take(held: Held, version: Version, value: Uint8Array): void {
  if (!isNewer(version, held.version)) return;
  held.version = version;
  held.value = value;
}

const refuse = (rpc: number, why: Refusal): KeyReply => ({ type: 'refused', rpc, why });
