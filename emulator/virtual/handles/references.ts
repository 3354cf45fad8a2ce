// What of a handle keeps its program alive: an active one does, unless its program said that it need not.
import type { Machine } from '../realm/machine.ts';

export class References {
  private readonly machine: Machine;
  private active = false;
  private wanted = true;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  setActive(active: boolean): void {
    this.change(active, this.wanted);
  }

  ref(): void {
    this.change(this.active, true);
  }

  unref(): void {
    this.change(this.active, false);
  }

  hasRef(): boolean {
    return this.wanted;
  }

  private change(active: boolean, wanted: boolean): void {
    const before = this.active && this.wanted;
    this.active = active;
    this.wanted = wanted;
    this.machine.references += Number(active && wanted) - Number(before);
  }
}
