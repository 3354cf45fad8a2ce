// A program that makes hosts, says so, and holds them until it is ended: `holder COUNT [once]`.
import { readdirSync } from 'node:fs';
import { planHosts } from '../../../emulator/host-plan.ts';
import { KernelHosts } from '../../../emulator/kernel/hosts.ts';

const [, , count, once] = process.argv;
const plans = planHosts(Array.from({ length: Number(count) }, (_, index) => `test@node${index}`));
const openDescriptors = () => readdirSync('/proc/self/fd').length;

try {
  const hosts = new KernelHosts(plans);
  console.log(`made ${hosts.count}`);
  if (once) {
    hosts.close();
    const before = openDescriptors();
    new KernelHosts(plans).close();
    console.log(`${openDescriptors() - before} descriptors left`);
  } else setInterval(() => {}, 1000);
} catch (error) {
  console.log(`refused: ${(error as Error).message}`);
}
