// Services, bundled: each file once, however many slices and hosts run it.
import { bundleService, type ServiceBundle } from '../emulator/service/bundle.ts';
import { warn } from './output.ts';
import type { Code, ProgramPlan } from './program-plans.ts';

export type ServiceCode = Extract<Code, { kind: 'service' }>;

/** Bundles that this process has made: a search over seeds runs the same services again and again. */
const made = new Map<string, Promise<ServiceBundle>>();

async function bundle({ file, substitute }: ServiceCode, inPlace: boolean): Promise<ServiceBundle> {
  const bundled = await bundleService(file, { substitute, inPlace });
  for (const warning of bundled.warnings) warn(warning);
  return bundled;
}

function bundleOnce(code: ServiceCode, inPlace: boolean): Promise<ServiceBundle> {
  const key = `${inPlace} ${keyOf(code)}`;
  const known = made.get(key) ?? bundle(code, inPlace);
  made.set(key, known);
  return known;
}

/** What tells bundles apart. */
const keyOf = ({ file, substitute }: ServiceCode) => JSON.stringify([file, substitute]);

export class Services {
  private readonly bundles: ReadonlyMap<string, ServiceBundle>;

  private constructor(bundles: ReadonlyMap<string, ServiceBundle>) {
    this.bundles = bundles;
  }

  /**
   * Bundles what the programs are made of.
   * @param inPlace whether the services see their files where they are
   * @throws {ServiceError} with file, line and column
   */
  static async of(programs: readonly ProgramPlan[], inPlace: boolean): Promise<Services> {
    const codes = new Map<string, ServiceCode>();
    for (const { code } of programs) if (code.kind === 'service') codes.set(keyOf(code), code);
    const bundled = [...codes].map(async ([key, code]) => [key, await bundleOnce(code, inPlace)] as const);
    return new Services(new Map(await Promise.all(bundled)));
  }

  of(code: ServiceCode): ServiceBundle {
    return this.bundles.get(keyOf(code))!;
  }

  /** Every bundle once. */
  all(): ServiceBundle[] {
    return [...this.bundles.values()];
  }
}
